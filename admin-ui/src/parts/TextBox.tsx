// SPDX-License-Identifier: Apache-2.0
import { useId } from 'react';
import styles from './Field.module.css';

interface Props {
  label: string;
  value: string;
  hint?: string;
  type?: 'text' | 'date' | 'number';
  onChange: (value: string) => void;
}

/** One line of text. */
export function TextBox({ label, value, hint, type = 'text', onChange }: Props) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        type={type}
        className={styles.control}
        value={value}
        autoComplete="off"
        spellCheck={false}
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
