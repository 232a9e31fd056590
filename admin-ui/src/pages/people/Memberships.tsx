// SPDX-License-Identifier: Apache-2.0
import { Link } from '@tanstack/react-router';
import type { Person } from '../../api/client';
import { guardNumber } from '../../api/guards';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { DecisionChip } from '../../parts/DecisionChip';
import { LabelBadge } from '../../parts/LabelBadge';
import { ReasonCode } from '../../parts/ReasonCode';

type Membership = Person['memberships'][number];
const column = columnsOf<Membership>();

const COLUMNS = column.columns([
  column.accessor('channel', {
    header: 'Channel',
    cell: ({ row }) =>
      row.original.withheld ? (
        <span className="quiet">{row.original.channel}, above you</span>
      ) : (
        <Link to="/channels/$id" params={{ id: row.original.channel }}>
          {row.original.name ?? row.original.channel}
        </Link>
      ),
  }),
  column.accessor('label', {
    header: 'Label',
    cell: ({ row }) => (row.original.label ? <LabelBadge label={row.original.label} /> : '–'),
  }),
  column.accessor('member_allowed', { header: 'Now', cell: ({ row }) => <Now membership={row.original} /> }),
  column.accessor('reason', {
    header: 'Reason',
    cell: ({ row }) =>
      row.original.reason ? (
        <ReasonCode code={row.original.reason} number={guardNumber(row.original.reason)} />
      ) : (
        '–'
      ),
  }),
]);

/** The channels a person is in, and whether she may be. */
export function Memberships({ memberships }: { memberships: Membership[] }) {
  return (
    <DataTable
      caption="Channels"
      columns={COLUMNS}
      rows={memberships}
      rowId={(row) => row.channel}
      empty="In no channel."
    />
  );
}

function Now({ membership }: { membership: Membership }) {
  if (membership.member_allowed === undefined || membership.member_allowed === null) return '–';
  return <DecisionChip outcome={membership.member_allowed ? 'allow' : 'deny'} />;
}
