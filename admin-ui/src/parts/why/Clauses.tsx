// SPDX-License-Identifier: Apache-2.0
import type { PolicyClause } from '../../api/client';
import { leafText } from '../Tree';
import styles from './Why.module.css';

const JOINTS: Record<string, string> = {
  all: 'all of these',
  any: 'one of these',
  if: 'if the first, then the second, else the third',
  not: 'not this',
};

/** The conditions of a policy as a tree, each part with the value that it had. */
export function Clauses({ clauses, name }: { clauses: readonly PolicyClause[]; name: string }) {
  if (clauses.length === 0) return <p className="quiet">It has no conditions: it always speaks.</p>;
  return (
    <ul className={styles.clauses} aria-label={name}>
      {clauses.map((clause, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have their place and no other name
        <li key={index}>
          {clause.parts.length > 0 ? (
            <details open>
              <summary>
                <Value value={clause.value} /> {JOINTS[clause.joint] ?? clause.joint}
              </summary>
              <Clauses clauses={clause.parts} name={JOINTS[clause.joint] ?? clause.joint} />
            </details>
          ) : (
            <Test clause={clause} />
          )}
        </li>
      ))}
    </ul>
  );
}

function Test({ clause }: { clause: PolicyClause }) {
  return (
    <>
      <Value value={clause.value} /> <code>{clause.text}</code>
      {clause.facts.length > 0 && (
        <ul className={styles.facts}>
          {clause.facts.map((fact) => (
            <li key={fact.name}>
              {fact.name} = <strong>{leafText(fact.value)}</strong>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Value({ value }: { value?: boolean | null }) {
  return <span className={styles.value}>{valueText(value)}</span>;
}

/** A truth value in words. */
export function valueText(value?: boolean | null): string {
  if (value === undefined || value === null) return 'not reached';
  return value ? 'true' : 'false';
}
