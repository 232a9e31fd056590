// SPDX-License-Identifier: Apache-2.0
import mark from '../../../server/static/mark.svg';
import type { Me } from '../api/client';
import styles from './TopBar.module.css';
import { UserMenu } from './UserMenu';

/** The product's name, and who is signed in. */
export function TopBar({ me }: { me: Me | undefined }) {
  return (
    <header className={styles.bar}>
      <span className={styles.name}>
        <img src={mark} alt="" width={24} height={24} />
        Countersign
        <span className={styles.console}>Console</span>
      </span>
      {me && <UserMenu me={me} />}
    </header>
  );
}
