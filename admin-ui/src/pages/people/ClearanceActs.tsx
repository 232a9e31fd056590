// SPDX-License-Identifier: Apache-2.0
import type { Sent } from '../../api/amend';
import type { Clearance } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { Button } from '../../parts/Button';
import { useDraft } from '../../parts/useDraft';
import styles from './ClearanceActs.module.css';
import { RenewClearance } from './RenewClearance';

interface Props {
  id: string;
  clearance: Clearance;
  onDone: (sent: Sent, done: string) => void;
}

type Doing = 'renew' | 'suspend' | 'resume' | 'revoke';

const DONE = {
  renew: 'The clearance has another end.',
  suspend: 'The clearance is suspended.',
  resume: 'The clearance counts again.',
  revoke: 'The clearance is revoked.',
} as const;

/** What can be done about one clearance. A revoked one stays as it is, for good. */
export function ClearanceActs({ id, clearance, onDone }: Props) {
  const [doing, setDoing] = useDraft<Doing | undefined>(`clearance ${clearance.id}`, undefined);
  if (clearance.state === 'revoked') return <span className="quiet">over for good</span>;
  const name = `${clearance.scheme} ${clearance.level}`;
  const stop = () => setDoing(undefined);
  const done = (act: Doing) => (sent: Sent) => {
    stop();
    onDone(sent, DONE[act]);
  };
  const pause = clearance.state === 'suspended' ? 'resume' : 'suspend';
  return (
    <div className={styles.acts}>
      {clearance.kind !== 'emergency' && (
        <Button onPress={() => setDoing('renew')} aria-label={`New end for ${name}`}>
          New end
        </Button>
      )}
      <Button
        onPress={() => setDoing(pause)}
        aria-label={`${pause === 'resume' ? 'Resume' : 'Suspend'} ${name}`}
      >
        {pause === 'resume' ? 'Resume' : 'Suspend'}
      </Button>
      <Button tone="danger" onPress={() => setDoing('revoke')} aria-label={`Revoke ${name}`}>
        Revoke
      </Button>
      {doing === 'renew' && (
        <RenewClearance id={id} clearance={clearance} onDone={done('renew')} onCancel={stop} />
      )}
      {doing !== undefined && doing !== 'renew' && (
        <AmendDialog
          title={`${VERBS[doing]} ${name} of ${id}?`}
          act={{ act: `clearance_${doing}`, id, clearance: clearance.id }}
          needs={OFFICES.people}
          onDone={done(doing)}
          onCancel={stop}
        />
      )}
    </div>
  );
}

const VERBS = { suspend: 'Suspend', resume: 'Resume', revoke: 'Revoke' } as const;
