// SPDX-License-Identifier: Apache-2.0
import { grantBreakGlass, rejectBreakGlass } from '../../api/breakGlass';
import { type BreakGlass, type Me, signInAddress } from '../../api/client';
import { drafts } from '../../api/drafts';
import { OFFICES } from '../../api/offices';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Confirm';
import { useDraft } from '../../parts/useDraft';
import { ago } from '../../parts/when';
import styles from './BreakGlass.module.css';

/** A grant asks for a sign-in that is newer than this, in seconds. */
const FRESH_SECONDS = 300;

interface Props {
  item: BreakGlass;
  me: Me;
  onDone: (what: string) => void;
}

/** Grants or refuses what another person asked for. */
export function Answer({ item, me, onDone }: Props) {
  const [asking, setAsking] = useDraft<'grant' | 'reject' | undefined>(`answer ${item.id}`, undefined);
  if (item.requester === me.id) return <span className="quiet">your own: another officer answers it</span>;
  const stop = () => setAsking(undefined);
  const done = (what: string) => () => {
    stop();
    onDone(what);
  };
  const stale = Date.now() - new Date(me.session.auth_time).getTime() > FRESH_SECONDS * 1000;
  return (
    <div className={styles.acts}>
      <Button onPress={() => setAsking('grant')} aria-label={`Grant ${item.channel} to ${item.requester}`}>
        Grant
      </Button>
      <Button
        tone="danger"
        onPress={() => setAsking('reject')}
        aria-label={`Reject what ${item.requester} asks for`}
      >
        Reject
      </Button>
      {asking === 'grant' && (
        <Confirm
          title={`Let ${item.requester} into ${item.channel}?`}
          verb="Grant"
          danger
          needs={OFFICES.people}
          maxAge={FRESH_SECONDS}
          act={() => grantBreakGlass(item.id)}
          onDone={done(`${item.requester} may enter ${item.channel} for ${item.minutes} minutes.`)}
          onCancel={stop}
        >
          <p>
            For {item.minutes} minutes from now {item.requester} is cleared for this one channel. It raises an
            alarm, and is reviewed a day after its end at the latest.
          </p>
          <p>Reason given: {item.reason}</p>
          {stale ? (
            <p className={styles.stale}>
              You signed in {ago(me.session.auth_time, new Date())}. To grant this you must have signed in
              within the last five minutes:{' '}
              <a
                href={signInAddress(window.location, undefined, FRESH_SECONDS)}
                onClick={() => drafts.keep()}
              >
                sign in again
              </a>
              .
            </p>
          ) : (
            <p className="quiet">You signed in {ago(me.session.auth_time, new Date())}: recent enough.</p>
          )}
        </Confirm>
      )}
      {asking === 'reject' && (
        <Confirm
          title={`Reject what ${item.requester} asks for?`}
          verb="Reject"
          needs={OFFICES.people}
          act={() => rejectBreakGlass(item.id)}
          onDone={done('The request is rejected.')}
          onCancel={stop}
        >
          <p>
            {item.requester} is not let into {item.channel}, and may ask again.
          </p>
        </Confirm>
      )}
    </div>
  );
}
