// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react';
import { endSessions, revokePerson } from '../../api/acts';
import type { Person } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Confirm';

interface Props {
  person: Person;
  onDone: (what: string) => void;
}

/** What can be done about a person. Whether the reader may is the server's to say. */
export function Acts({ person, onDone }: Props) {
  const [asking, setAsking] = useState<'end' | 'revoke'>();
  const name = person.display_name ?? person.id;
  const done = (what: string) => {
    setAsking(undefined);
    onDone(what);
  };
  return (
    <>
      <Button onPress={() => setAsking('end')} isDisabled={person.sessions.length === 0}>
        End sessions
      </Button>
      <Button tone="danger" onPress={() => setAsking('revoke')} isDisabled={person.status !== 'active'}>
        Revoke
      </Button>
      {asking === 'end' && (
        <Confirm
          title={`End every session of ${name}?`}
          verb="End sessions"
          needs={OFFICES.people}
          act={() => endSessions(person.id)}
          onDone={() => done(`Every session of ${name} has ended.`)}
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
          onDone={() => done(`${name} is revoked. Every chat server has been told.`)}
          onCancel={() => setAsking(undefined)}
        >
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
