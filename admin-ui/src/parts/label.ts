// SPDX-License-Identifier: Apache-2.0
import type { Label, Scheme } from '../api/client';

/** How a label is shown: its words and its scheme's colours. */
export interface Marking {
  text: string;
  background: string | undefined;
  foreground: string | undefined;
  rank: number | undefined;
}

/** Puts a label into words with the names and colours of its scheme. An unknown level has no colour. */
export function marking(label: Label, schemes: readonly Scheme[]): Marking {
  const level = schemes
    .find((scheme) => scheme.id === label.scheme)
    ?.levels.find((known) => known.id === label.level);
  const parts = [level?.marking ?? `${label.scheme} ${label.level}`];
  parts.push(...(label.compartments ?? []));
  if (label.nationals_only) parts.push('NATIONALS ONLY');
  if (label.releasable_to) parts.push(`REL TO ${releasable(label.releasable_to)}`);
  parts.push(...(label.caveats ?? []));
  return { text: parts.join(' // '), background: level?.bg, foreground: level?.fg, rank: level?.rank };
}

function releasable(to: readonly string[]): string {
  return to.length === 0 ? 'NOBODY' : to.join(', ');
}
