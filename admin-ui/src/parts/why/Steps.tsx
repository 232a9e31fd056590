// SPDX-License-Identifier: Apache-2.0
import type { EffectiveClearance } from '../../api/client';
import { leafText } from '../Tree';
import styles from './Why.module.css';

/** Each clearance on record, by which agreement it was read, and why it was taken or not. */
export function Steps({ held }: { held: EffectiveClearance }) {
  return (
    <>
      <ol className={styles.list}>
        {held.steps.map((step, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the order is that of the file and has no other name
          <li key={index} className={step.used ? styles.used : undefined}>
            <span className="mono">{clearanceText(step.clearance)}</span>
            {step.agreement && (
              <>
                {' '}
                by agreement <span className="mono">{step.agreement}</span>
              </>
            )}
            {step.reads_as && (
              <>
                {' '}
                reads as <span className="mono">{step.reads_as}</span>
              </>
            )}
            <p>
              <strong>{step.used ? 'Taken' : 'Not taken'}:</strong> {step.why}.
            </p>
          </li>
        ))}
      </ol>
      <p className={styles.result}>Result: {held.result}.</p>
    </>
  );
}

/** `DE GEHEIM ATOMAL`, from a clearance as files write it. */
export function clearanceText(clearance: unknown): string {
  if (typeof clearance !== 'object' || clearance === null) return leafText(clearance);
  const { scheme, level, compartments } = clearance as Record<string, unknown>;
  const tags = Array.isArray(compartments) ? compartments : [];
  return [scheme, level, ...tags].map(leafText).join(' ');
}
