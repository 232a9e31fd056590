// SPDX-License-Identifier: Apache-2.0
import { Link } from '@tanstack/react-router';
import { Activity, FlaskConical, Hash, Users } from 'lucide-react';
import styles from './Navigation.module.css';

const PLACES = [
  { to: '/people', name: 'People', icon: Users },
  { to: '/channels', name: 'Channels', icon: Hash },
  { to: '/decisions', name: 'Live decisions', icon: Activity },
  { to: '/simulator', name: 'Simulator', icon: FlaskConical },
] as const;

/** Where one can go: a column at the side, a strip of icons on a tablet, a row above the page on a telephone. */
export function Navigation() {
  return (
    <nav aria-label="Console" className={styles.nav}>
      <ul className={styles.list}>
        {PLACES.map(({ to, name, icon: Icon }) => (
          <li key={to}>
            <Link to={to} className={styles.link} activeProps={{ 'aria-current': 'page' }} title={name}>
              <Icon size={20} aria-hidden="true" />
              <span className={styles.name}>{name}</span>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
