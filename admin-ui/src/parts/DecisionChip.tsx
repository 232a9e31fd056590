// SPDX-License-Identifier: Apache-2.0
import { Ban, Check, KeyRound } from 'lucide-react';
import type { Outcome } from '../api/client';
import styles from './Chip.module.css';

const FACES = {
  allow: { word: 'Allowed', icon: Check, tone: styles.allow },
  deny: { word: 'Denied', icon: Ban, tone: styles.deny },
  step_up: { word: 'Step up', icon: KeyRound, tone: styles.warn },
} as const;

/** What was decided: an icon and a word, never colour alone. */
export function DecisionChip({ outcome, large = false }: { outcome: Outcome; large?: boolean }) {
  const face = FACES[outcome] ?? FACES.deny;
  const Icon = face.icon;
  return (
    <span className={`${styles.chip} ${face.tone} ${large ? styles.large : ''}`}>
      <Icon size={large ? 18 : 14} strokeWidth={2.5} aria-hidden="true" />
      {face.word}
    </span>
  );
}
