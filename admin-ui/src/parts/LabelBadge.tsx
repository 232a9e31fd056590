// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import type { CSSProperties } from 'react';
import type { Label, Scheme } from '../api/client';
import { schemes } from '../api/queries';
import styles from './LabelBadge.module.css';
import { marking } from './label';

const NONE: readonly Scheme[] = [];

/** What is written on a channel: the marking in words beside a bar in its scheme's colour. */
export function LabelBadge({ label }: { label: Label }) {
  const known = useQuery(schemes);
  const shown = marking(label, known.data?.schemes ?? NONE);
  const colour = { '--bar': shown.background ?? 'var(--text-2)' } as CSSProperties;
  return (
    <span className={styles.badge} style={colour}>
      {shown.text}
    </span>
  );
}
