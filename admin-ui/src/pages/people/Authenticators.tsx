// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { withdrawAuthenticator } from '../../api/acts';
import type { HeldAuthenticator } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { authenticators } from '../../api/queries';
import { inWords } from '../../parts/authenticator';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Confirm';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { notReachedInWords } from '../../parts/notReached';
import { StatusChip } from '../../parts/StatusChip';
import { ago, moment } from '../../parts/when';

const column = columnsOf<HeldAuthenticator>();

interface Props {
  id: string;
  onWithdrawn: (what: string) => void;
}

/** What a person signs in with, and taking it away when it is lost. */
export function Authenticators({ id, onWithdrawn }: Props) {
  const found = useQuery(authenticators(id));
  const [withdrawing, setWithdrawing] = useState<HeldAuthenticator>();
  const columns = useMemo(() => columnsWith(setWithdrawing), []);
  if (!found.data) {
    return found.error ? (
      <Failure error={found.error} needs={OFFICES.read} retry={() => found.refetch()} />
    ) : (
      <Loading what="the ways to sign in" />
    );
  }
  return (
    <>
      <DataTable
        caption="Ways to sign in"
        columns={columns}
        rows={found.data.items}
        rowId={(row) => row.id}
        empty="This person has none here."
      />
      {withdrawing && (
        <Confirm
          title={`Withdraw the ${inWords(withdrawing.kind, withdrawing.name)}?`}
          verb="Withdraw"
          needs={OFFICES.people}
          act={() => withdrawAuthenticator(id, withdrawing.id)}
          onDone={({ not_reached }) => {
            setWithdrawing(undefined);
            onWithdrawn(`It was withdrawn, and all sessions have ended.${notReachedInWords(not_reached)}`);
          }}
          onCancel={() => setWithdrawing(undefined)}
        >
          <p>
            Nobody can sign in with it any more, and every session of this person ends. A password and its
            security code go together, with the recovery codes. The person is told by mail.
          </p>
        </Confirm>
      )}
    </>
  );
}

function columnsWith(withdraw: (authenticator: HeldAuthenticator) => void) {
  return column.columns([
    column.accessor('name', {
      header: 'With',
      cell: ({ row }) => inWords(row.original.kind, row.original.name),
    }),
    column.accessor('state', { header: 'State', cell: ({ row }) => <State state={row.original.state} /> }),
    column.accessor('created_at', { header: 'Added', cell: ({ row }) => moment(row.original.created_at) }),
    column.accessor('last_used_at', {
      header: 'Last used',
      cell: ({ row }) => ago(row.original.last_used_at, new Date()),
    }),
    column.display({
      id: 'withdraw',
      header: 'Act',
      cell: ({ row }) => (
        <Button
          onPress={() => withdraw(row.original)}
          aria-label={`Withdraw the ${inWords(row.original.kind, row.original.name)}`}
        >
          Withdraw
        </Button>
      ),
    }),
  ]);
}

const STATES: Record<string, string> = {
  disabled: 'Closed after too many guesses',
  expired: 'Has ended',
  refused: 'Refused by the rules',
  suspect: 'There may be a copy',
};

function State({ state }: { state: string }) {
  return state === 'active' ? (
    <StatusChip tone="good">Active</StatusChip>
  ) : (
    <StatusChip tone="bad">{STATES[state] ?? state}</StatusChip>
  );
}
