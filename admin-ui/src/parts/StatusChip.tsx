// SPDX-License-Identifier: Apache-2.0
import { Ban, Check, Clock } from 'lucide-react';
import type { ReactNode } from 'react';
import styles from './Chip.module.css';

const FACES = {
  good: { icon: Check, tone: styles.allow },
  bad: { icon: Ban, tone: styles.deny },
  soon: { icon: Clock, tone: styles.warn },
  pending: { icon: Clock, tone: styles.pending },
  plain: { icon: Check, tone: styles.plain },
  off: { icon: Ban, tone: styles.quiet },
} as const;

/** A state that is not a decision: icon and word. */
export function StatusChip({ tone, children }: { tone: keyof typeof FACES; children: ReactNode }) {
  const face = FACES[tone];
  const Icon = face.icon;
  return (
    <span className={`${styles.chip} ${face.tone}`}>
      <Icon size={14} strokeWidth={2.5} aria-hidden="true" />
      {children}
    </span>
  );
}
