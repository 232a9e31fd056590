// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import styles from './Pager.module.css';

interface Props {
  count: number;
  noun: string;
  /** A link to the first page, when this is a later one. */
  first?: ReactNode;
  /** A link to the page after this one, when there is one. */
  next?: ReactNode;
}

/** The foot of a list that is fetched page by page. */
export function Pager({ count, noun, first, next }: Props) {
  return (
    <nav aria-label={`Pages of ${noun}`} className={styles.pager}>
      <span className="quiet">
        {count} {noun} on this page{next ? ', more follow' : ''}
      </span>
      <span className={styles.links}>
        {first}
        {next}
      </span>
    </nav>
  );
}
