// SPDX-License-Identifier: Apache-2.0
import type { CheckLine } from '../api/client';
import styles from './CheckLines.module.css';
import { StatusChip } from './StatusChip';

const FACES = {
  ok: ['good', 'Good'],
  warn: ['soon', 'Look'],
  fail: ['bad', 'Wrong'],
} as const;

/** What was looked at, a line each: how it stands, what was found, what mends it. */
export function CheckLines({ label, lines }: { label: string; lines: readonly CheckLine[] }) {
  return (
    <ul className={styles.lines} aria-label={label}>
      {lines.map((line, index) => {
        const [tone, word] = FACES[line.state];
        return (
          // The same thing may be looked at several times: two keys.
          // biome-ignore lint/suspicious/noArrayIndexKey: the list is shown as it came and never reordered
          <li key={`${line.name}-${index}`} className={styles.line}>
            <span>
              <StatusChip tone={tone}>{word}</StatusChip>
            </span>
            <span className={styles.name}>{line.name}</span>
            <span className={styles.text}>
              {inCode(line.text)}
              {line.mend && <div className={styles.mend}>To mend it: {inCode(line.mend)}</div>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

/** The line that matters most: what is wrong, else what to look at. */
export function worst(lines: readonly CheckLine[]): CheckLine | undefined {
  return lines.find((line) => line.state === 'fail') ?? lines.find((line) => line.state === 'warn');
}

/** Names and values stand in back-ticks. */
export function inCode(text: string) {
  return text.split('`').map((part, index) =>
    index % 2 === 1 ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text
      <code key={index}>{part}</code>
    ) : (
      part
    ),
  );
}
