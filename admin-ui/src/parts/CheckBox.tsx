// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import styles from './Field.module.css';

interface Props {
  checked: boolean;
  onChange: (checked: boolean) => void;
  children: ReactNode;
  disabled?: boolean;
}

/** Yes or no. */
export function CheckBox({ checked, onChange, children, disabled }: Props) {
  return (
    <label className={styles.check}>
      <input
        type="checkbox"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{children}</span>
    </label>
  );
}
