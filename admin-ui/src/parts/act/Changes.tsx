// SPDX-License-Identifier: Apache-2.0
import { ShieldAlert } from 'lucide-react';
import type { Changed } from '../../api/client';
import styles from './Changes.module.css';
import { Value } from './Value';
import { listDifference, partInWords, valueInWords } from './words';

/** What an act starts from and what that becomes, part by part. What may let somebody do more stands out. */
export function Changes({ changes }: { changes: readonly Changed[] }) {
  return (
    <ul className={styles.changes} aria-label="What it changes">
      {changes.map((change, index) => (
        // The same part may be there twice: two clearances.
        // biome-ignore lint/suspicious/noArrayIndexKey: the list is shown once and never reordered
        <li key={`${change.part}-${index}`} className={change.widens ? styles.widens : styles.change}>
          <div className={styles.name}>
            <strong>{partInWords(change.part)}</strong>
            {change.widens && (
              <span className={styles.mark}>
                <ShieldAlert size={14} aria-hidden="true" />
                may let somebody do more
              </span>
            )}
          </div>
          <Sides change={change} />
        </li>
      ))}
    </ul>
  );
}

function Sides({ change: { part, was, becomes } }: { change: Changed }) {
  return (
    <dl className={styles.sides}>
      <div>
        <dt>Now</dt>
        <dd>
          <Value part={part} value={was} />
        </dd>
      </div>
      <div>
        <dt>Then</dt>
        <dd>
          <Value part={part} value={becomes} />
          <ListNews part={part} was={was} becomes={becomes} />
        </dd>
      </div>
    </dl>
  );
}

/** Of a long list the difference is what matters. */
function ListNews({ part, was, becomes }: Omit<Changed, 'widens'>) {
  if (!Array.isArray(was) && !Array.isArray(becomes)) return null;
  const { kept, added, gone } = listDifference(was, becomes);
  if (kept.length === 0 && gone.length === 0) return null;
  return (
    <div className={styles.news}>
      {added.length > 0 && <div>New: {valueInWords(part, added)}</div>}
      {gone.length > 0 && <div>Gone: {valueInWords(part, gone)}</div>}
    </div>
  );
}
