// SPDX-License-Identifier: Apache-2.0
import type { Clearance } from '../../api/client';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { LabelBadge } from '../../parts/LabelBadge';
import { StatusChip } from '../../parts/StatusChip';
import { day, expiry } from '../../parts/when';

const column = columnsOf<Clearance>();

const COLUMNS = column.columns([
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
]);

/** What a person is cleared for, and until when. */
export function Clearances({ clearances }: { clearances: Clearance[] }) {
  return (
    <DataTable
      caption="Clearances"
      columns={COLUMNS}
      rows={clearances}
      rowId={(row) => [row.scheme, row.level, row.kind, row.channel ?? '', row.valid_from ?? ''].join('|')}
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
