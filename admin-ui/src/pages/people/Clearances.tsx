// SPDX-License-Identifier: Apache-2.0
import { useMemo } from 'react';
import type { Sent } from '../../api/amend';
import type { Clearance } from '../../api/client';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { LabelBadge } from '../../parts/LabelBadge';
import { StatusChip } from '../../parts/StatusChip';
import { day, expiry } from '../../parts/when';
import { ClearanceActs } from './ClearanceActs';

const column = columnsOf<Clearance>();

function columnsWith(id: string, onDone: Props['onDone']) {
  return column.columns([
    column.accessor('level', {
      header: 'Clearance',
      cell: ({ row }) => (
        <LabelBadge
          label={{
            scheme: row.original.scheme,
            level: row.original.level,
            compartments: row.original.compartments ?? [],
          }}
        />
      ),
    }),
    column.accessor('state', { header: 'State', cell: ({ row }) => <State clearance={row.original} /> }),
    column.accessor('kind', {
      header: 'Kind',
      cell: ({ row }) =>
        row.original.channel ? `${row.original.kind}, only in ${row.original.channel}` : row.original.kind,
    }),
    column.accessor('source', {
      header: 'Source',
      cell: ({ row }) =>
        row.original.source ?? (row.original.attestation ? `attested, ${row.original.attestation}` : '–'),
    }),
    column.accessor('valid_from', { header: 'From', cell: ({ row }) => day(row.original.valid_from) }),
    column.accessor('valid_until', { header: 'Until', cell: ({ row }) => day(row.original.valid_until) }),
    column.display({
      id: 'acts',
      header: 'Act',
      cell: ({ row }) => <ClearanceActs id={id} clearance={row.original} onDone={onDone} />,
    }),
  ]);
}

interface Props {
  id: string;
  clearances: Clearance[];
  onDone: (sent: Sent, done: string) => void;
}

/** What a person is cleared for, until when, and what can be done about it. */
export function Clearances({ id, clearances, onDone }: Props) {
  const columns = useMemo(() => columnsWith(id, onDone), [id, onDone]);
  return (
    <DataTable
      caption="Clearances"
      columns={columns}
      rows={clearances}
      rowId={(row) => row.id}
      empty="No clearance is on record."
    />
  );
}

function State({ clearance }: { clearance: Clearance }) {
  if (clearance.state === 'suspended') return <StatusChip tone="bad">Suspended</StatusChip>;
  if (clearance.state === 'revoked') return <StatusChip tone="bad">Revoked</StatusChip>;
  if (clearance.attestation === 'rejected') return <StatusChip tone="bad">Attestation rejected</StatusChip>;
  switch (expiry(clearance.valid_from, clearance.valid_until, new Date())) {
    case 'past':
      return <StatusChip tone="bad">Expired</StatusChip>;
    case 'future':
      return <StatusChip tone="soon">Not yet valid</StatusChip>;
    case 'soon':
      return <StatusChip tone="soon">Ends soon</StatusChip>;
    case 'far':
      return <StatusChip tone="plain">Active</StatusChip>;
  }
}
