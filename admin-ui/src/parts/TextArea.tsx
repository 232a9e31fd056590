// SPDX-License-Identifier: Apache-2.0
import { useId } from 'react';
import styles from './Field.module.css';

interface Props {
  label: string;
  value: string;
  hint?: string;
  rows?: number;
  onChange: (value: string) => void;
}

/** Several lines of text. */
export function TextArea({ label, value, hint, rows = 3, onChange }: Props) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <textarea
        id={id}
        className={`${styles.control} ${styles.tall}`}
        value={value}
        rows={rows}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
      {hint && (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
    </div>
  );
}
