// SPDX-License-Identifier: Apache-2.0
import { Link, useRouterState } from '@tanstack/react-router';
import {
  Activity,
  AppWindow,
  FlaskConical,
  Hash,
  Hourglass,
  Laptop,
  ListX,
  Siren,
  Users,
  Waypoints,
} from 'lucide-react';
import type { Me } from '../api/client';
import { useWaiting } from '../api/waiting';
import styles from './Navigation.module.css';

const PLACES = [
  { to: '/people', name: 'People', icon: Users },
  { to: '/channels', name: 'Channels', icon: Hash },
  { to: '/devices', name: 'Devices', icon: Laptop },
  { to: '/revocation-lists', name: 'Revocation lists', icon: ListX },
  { to: '/sources', name: 'Sources', icon: Waypoints },
  { to: '/applications', name: 'Applications', icon: AppWindow },
  { to: '/proposals', name: 'Proposals', icon: Hourglass },
  { to: '/break-glass', name: 'Break-glass', icon: Siren },
  { to: '/decisions', name: 'Live decisions', icon: Activity },
  { to: '/simulator', name: 'Simulator', icon: FlaskConical },
] as const;

/** Where one can go: a column at the side, a strip of icons on a tablet, a row above the page on a telephone. */
export function Navigation({ me }: { me: Me }) {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const waiting = useWaiting(me, path);
  return (
    <nav aria-label="Console" className={styles.nav}>
      <ul className={styles.list}>
        {PLACES.map(({ to, name, icon: Icon }) => (
          <li key={to}>
            <Link to={to} className={styles.link} activeProps={{ 'aria-current': 'page' }} title={name}>
              <Icon size={20} aria-hidden="true" />
              <span className={styles.name}>{name}</span>
              <Count count={waiting[to] ?? 0} />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** How much waits there. */
function Count({ count }: { count: number }) {
  if (count === 0) return null;
  return (
    <span className={styles.count}>
      {count}
      <span className="hidden-visually"> waiting for you</span>
    </span>
  );
}
