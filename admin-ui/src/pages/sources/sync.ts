// SPDX-License-Identifier: Apache-2.0

/** What came of a pass over a directory, as the server keeps it. */
export interface Report {
  mode: string;
  dry_run: boolean;
  began_at: string;
  ended_at: string;
  counts: Record<string, number>;
  skipped: number;
  dropped: number;
  bad: { dn: string; reason: string }[];
  named?: { who: string; becomes: string }[];
  braked?: { vanish: number; of: number; seal: string };
  fault?: string;
}

const COUNTS = [
  ['read', 'Read'],
  ['created', 'New'],
  ['changed', 'Changed'],
  ['unchanged', 'As before'],
  ['disabled', 'Disabled'],
  ['removed', 'Gone'],
  ['bad', 'Not understood'],
] as const;

/** The counts of a report, in words. */
export function countsOf(report: Report): [string, string][] {
  const told = COUNTS.map(([name, word]): [string, string] => [word, String(report.counts[name] ?? 0)]);
  return [
    ...told,
    ['Not let in by the rules', String(report.skipped)],
    ['Values left out', String(report.dropped)],
  ];
}

/** What a report comes to, in a sentence. */
export function summaryOf(report: Report): string {
  if (report.fault) return `It failed: ${report.fault}`;
  if (report.braked) {
    return `It stopped before it changed anything: ${report.braked.vanish} of ${report.braked.of} people would vanish.`;
  }
  if (report.dry_run) return 'A dry run: this is what would happen. Nothing was changed.';
  return 'It came to its end.';
}
