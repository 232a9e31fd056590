// SPDX-License-Identifier: Apache-2.0
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Sent } from '../../api/amend';
import styles from './News.module.css';

/** What became of an act: done, or where it waits. */
export function outcome(sent: Sent, done: string): ReactNode {
  if (sent.proposal === undefined) return done;
  return (
    <>
      Nothing has changed yet. It waits for a second person:{' '}
      <Link to="/proposals/$id" params={{ id: sent.proposal }}>
        see the proposal
      </Link>
    </>
  );
}

/** What just happened, said aloud. */
export function News({ children }: { children: ReactNode }) {
  return (
    <p role="status" className={children ? styles.news : 'hidden-visually'}>
      {children}
    </p>
  );
}
