// SPDX-License-Identifier: Apache-2.0
import { useMemo, useState } from 'react';
import { endSession } from '../../api/acts';
import type { PersonSession } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { inWords } from '../../parts/authenticator';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Confirm';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { notReachedInWords } from '../../parts/notReached';
import { ago, moment } from '../../parts/when';

const column = columnsOf<PersonSession>();

interface Props {
  sessions: PersonSession[];
  onEnded: (what: string) => void;
}

/** Where a person is signed in, and how strongly. */
export function Sessions({ sessions, onEnded }: Props) {
  const [ending, setEnding] = useState<PersonSession>();
  const columns = useMemo(() => columnsWith(setEnding), []);
  return (
    <>
      <DataTable
        caption="Sessions"
        columns={columns}
        rows={sessions}
        rowId={(row) => row.id}
        empty="Nobody is signed in as this person."
      />
      {ending && (
        <Confirm
          title="End this session?"
          verb="End session"
          needs={OFFICES.people}
          act={() => endSession(ending.id)}
          onDone={({ not_reached }) => {
            setEnding(undefined);
            onEnded(`The session has ended.${notReachedInWords(not_reached)}`);
          }}
          onCancel={() => setEnding(undefined)}
        >
          <p>
            The session that began {moment(ending.auth_time)} ends here and at the chat servers that use it.
            Other sessions stay.
          </p>
        </Confirm>
      )}
    </>
  );
}

function columnsWith(end: (session: PersonSession) => void) {
  return column.columns([
    column.accessor('auth_time', { header: 'Signed in', cell: ({ row }) => moment(row.original.auth_time) }),
    column.accessor('amr', {
      header: 'With',
      cell: ({ row }) => signedInBy(row.original) || '–',
    }),
    column.accessor('aal', { header: 'Assurance', cell: ({ row }) => `AAL ${row.original.aal}` }),
    column.accessor('device', { header: 'Device', cell: ({ row }) => row.original.device ?? '–' }),
    column.accessor('clients', {
      header: 'At',
      cell: ({ row }) => (row.original.clients ?? []).join(', ') || 'here',
    }),
    column.accessor('last_activity', {
      header: 'Last active',
      cell: ({ row }) => ago(row.original.last_activity, new Date()),
    }),
    column.display({
      id: 'end',
      header: 'Act',
      cell: ({ row }) => (
        <Button
          onPress={() => end(row.original)}
          aria-label={`End the session of ${moment(row.original.auth_time)}`}
        >
          End
        </Button>
      ),
    }),
  ]);
}

/** The authenticators of its latest sign-in by name; where they are not known, the kinds of evidence. */
function signedInBy(session: PersonSession): string {
  const latest = session.authenticators.filter((one) => !one.superseded);
  const words = latest.length
    ? latest.map(({ kind, name }) => inWords(kind, name))
    : (session.amr ?? []).map(method);
  return words.join(' and ');
}

/** RFC 8176 names in words. */
function method(amr: string): string {
  return METHODS[amr] ?? amr;
}

const METHODS: Record<string, string> = {
  hwk: 'passkey',
  swk: 'passkey',
  fido: 'passkey',
  webauthn: 'passkey',
  user: 'presence',
  pwd: 'password',
  otp: 'security code',
  sc: 'smartcard',
  pin: 'PIN',
  mfa: 'two factors',
};
