// SPDX-License-Identifier: Apache-2.0
import { guardNumber } from '../api/guards';
import styles from './ReasonCode.module.css';

/** A reason's code, with its guard's number in the fixed order. */
export function ReasonCode({ code, number }: { code: string; number?: number | null | undefined }) {
  const guard = number ?? guardNumber(code);
  return (
    <span className={styles.reason}>
      {guard !== undefined && <span className={styles.number}>{guard}</span>}
      <span className="mono">{code}</span>
    </span>
  );
}
