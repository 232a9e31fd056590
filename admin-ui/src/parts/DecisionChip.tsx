// SPDX-License-Identifier: Apache-2.0
import { Ban, Check, CircleHelp, KeyRound } from 'lucide-react';
import styles from './Chip.module.css';

const UNKNOWN = { word: 'Unknown', icon: CircleHelp, tone: styles.quiet };

const FACES: Record<string, typeof UNKNOWN> = {
  allow: { word: 'Allowed', icon: Check, tone: styles.allow },
  deny: { word: 'Denied', icon: Ban, tone: styles.deny },
  step_up: { word: 'Step up', icon: KeyRound, tone: styles.warn },
};

/** What was decided: an icon and a word, never colour alone. */
export function DecisionChip({ outcome, large = false }: { outcome: string; large?: boolean }) {
  const face = FACES[outcome] ?? UNKNOWN;
  const Icon = face.icon;
  return (
    <span className={`${styles.chip} ${face.tone} ${large ? styles.large : ''}`}>
      <Icon size={large ? 18 : 14} strokeWidth={2.5} aria-hidden="true" />
      {face.word}
    </span>
  );
}
