// SPDX-License-Identifier: Apache-2.0
import type { Me } from '../api/client';
import { Mark } from './Mark';
import styles from './TopBar.module.css';
import { UserMenu } from './UserMenu';

/** The product's name, and who is signed in. */
export function TopBar({ me }: { me: Me | undefined }) {
  return (
    <header className={styles.bar}>
      <span className={styles.name}>
        <Mark />
        Countersign
        <span className={styles.console}>Console</span>
      </span>
      {me && <UserMenu me={me} />}
    </header>
  );
}
