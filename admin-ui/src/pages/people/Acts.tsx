// SPDX-License-Identifier: Apache-2.0
import { endSessions, revokePerson } from '../../api/acts';
import type { Sent } from '../../api/amend';
import type { Person } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Confirm';
import { notReachedInWords } from '../../parts/notReached';
import { useDraft } from '../../parts/useDraft';
import { ChangePerson } from './ChangePerson';
import { GrantClearance } from './GrantClearance';

interface Props {
  person: Person;
  onDone: (what: string) => void;
  onAmended: (sent: Sent, done: string) => void;
}

/** What can be done about a person. Whether the reader may is the server's to say. */
export function Acts({ person, onDone, onAmended }: Props) {
  const [asking, setAsking] = useDraft<'change' | 'enable' | 'end' | 'grant' | 'revoke' | undefined>(
    'act',
    undefined,
  );
  const name = person.display_name ?? person.id;
  const done = (what: string) => {
    setAsking(undefined);
    onDone(what);
  };
  const stop = () => setAsking(undefined);
  const amended = (what: string) => (sent: Sent) => {
    stop();
    onAmended(sent, what);
  };
  return (
    <>
      <Button onPress={() => setAsking('grant')}>Give a clearance</Button>
      <Button onPress={() => setAsking('change')}>Change</Button>
      <Button onPress={() => setAsking('end')} isDisabled={person.sessions.length === 0}>
        End sessions
      </Button>
      {person.status === 'active' ? (
        <Button tone="danger" onPress={() => setAsking('revoke')}>
          Revoke
        </Button>
      ) : (
        <Button onPress={() => setAsking('enable')}>Let back in</Button>
      )}
      {asking === 'grant' && (
        <GrantClearance
          id={person.id}
          name={name}
          onDone={amended(`${name} has another clearance.`)}
          onCancel={stop}
        />
      )}
      {asking === 'change' && (
        <ChangePerson person={person} onDone={amended(`${name} is changed.`)} onCancel={stop} />
      )}
      {asking === 'enable' && (
        <AmendDialog
          title={`Let ${name} back in?`}
          act={{ act: 'person_enable', id: person.id }}
          needs={OFFICES.people}
          onDone={amended(`${name} may act again.`)}
          onCancel={stop}
        />
      )}
      {asking === 'end' && (
        <Confirm
          title={`End every session of ${name}?`}
          verb="End sessions"
          needs={OFFICES.people}
          act={() => endSessions(person.id)}
          onDone={({ not_reached }) =>
            done(`Every session of ${name} has ended.${notReachedInWords(not_reached)}`)
          }
          onCancel={() => setAsking(undefined)}
        >
          <p>{name} is signed out here and at every chat server, and can sign in again.</p>
        </Confirm>
      )}
      {asking === 'revoke' && (
        <Confirm
          title={`Revoke ${name}?`}
          verb="Revoke"
          needs={OFFICES.people}
          danger
          act={() => revokePerson(person.id)}
          onDone={({ not_reached }) =>
            done(`${name} is revoked. Every chat server has been told.${notReachedInWords(not_reached)}`)
          }
          onCancel={() => setAsking(undefined)}
        >
          <p>One person is enough: it holds at once.</p>
          <p>From the next question on, every answer about {name} is a deny.</p>
          <ul>
            <li>Sessions and tokens end, here and at every chat server.</li>
            <li>{name} leaves every channel.</li>
            <li>Letting {name} back in takes two people.</li>
          </ul>
        </Confirm>
      )}
    </>
  );
}
