// SPDX-License-Identifier: Apache-2.0
import styles from './Tree.module.css';

/** A JSON value as a tree of names and values. Lists of plain values stand on one line. */
export function Tree({ value, name }: { value: unknown; name: string }) {
  if (!isBranch(value)) return <Leaf value={value} />;
  const entries = Object.entries(value);
  if (entries.length === 0) return <span className="quiet">nothing</span>;
  return (
    <ul className={styles.tree} aria-label={name}>
      {entries.map(([key, child]) => (
        <li key={key}>
          {isBranch(child) ? (
            <details open>
              <summary>
                <span className={styles.name}>{key}</span>
              </summary>
              <Tree value={child} name={key} />
            </details>
          ) : (
            <>
              <span className={styles.name}>{key}</span> <Leaf value={child} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Leaf({ value }: { value: unknown }) {
  return <span className={styles.value}>{leafText(value)}</span>;
}

/** What a value without children reads as. */
export function leafText(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(leafText).join(', ');
  if (value === null || value === undefined) return '–';
  if (typeof value === 'object') return 'nothing';
  return String(value);
}

/** Whether a value has children worth a line each. */
export function isBranch(value: unknown): value is Record<string, unknown> | unknown[] {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null);
  return Object.keys(value).length > 0;
}
