// SPDX-License-Identifier: Apache-2.0
import { User, Users } from 'lucide-react';
import type { Weighing } from '../../api/client';
import { Changes } from './Changes';
import { Reason } from './Reason';
import styles from './Weighed.module.css';

interface Props {
  weighed: Weighing;
  reason: string;
  onReason: (reason: string) => void;
}

/** What an act would change, and whether one person is enough. */
export function Weighed({ weighed, reason, onReason }: Props) {
  if (weighed.changes.length === 0) return <p role="status">It is so already: there is nothing to change.</p>;
  const alone = weighed.people === 1;
  const Icon = alone ? User : Users;
  return (
    <div className={styles.weighed}>
      <Changes changes={weighed.changes} />
      {weighed.withheld && <p className="quiet">Part of this is above you and is shown by a made-up name.</p>}
      <p role="status" className={alone ? styles.one : styles.two}>
        <Icon size={20} aria-hidden="true" />
        {alone ? (
          <span>One person is enough: it holds at once.</span>
        ) : (
          <span>
            It takes a second person. Nothing changes until another security officer has approved it and you
            carry it out, within eight hours.
          </span>
        )}
      </p>
      {!alone && <Reason value={reason} onChange={onReason} />}
    </div>
  );
}
