// SPDX-License-Identifier: Apache-2.0
import { Link } from '@tanstack/react-router';
import type { DecisionSummary } from '../../api/client';
import { columnsOf } from '../../parts/DataTable';
import { DecisionChip } from '../../parts/DecisionChip';
import { ReasonCode } from '../../parts/ReasonCode';
import { moment } from '../../parts/when';

const column = columnsOf<DecisionSummary>();

/** A row says who, did what, to which channel, through which server, with what result, and why. */
export const COLUMNS = column.columns([
  column.accessor('at', {
    header: 'When',
    cell: ({ row }) => (
      <Link to="/decisions/$id" params={{ id: row.original.id }} title={`Why: ${row.original.id}`}>
        {moment(row.original.at)}
      </Link>
    ),
  }),
  column.accessor('outcome', {
    header: 'Decision',
    cell: ({ row }) => <DecisionChip outcome={row.original.outcome} />,
  }),
  column.accessor('subject', {
    header: 'Who',
    cell: ({ row }) => (
      <Link to="/people/$id" params={{ id: row.original.subject }}>
        {row.original.subject_name ?? row.original.subject}
      </Link>
    ),
  }),
  column.accessor('action', {
    header: 'Action',
    cell: ({ row }) => <span className="mono">{row.original.action}</span>,
  }),
  column.accessor('resource', {
    header: 'On',
    cell: ({ row }) =>
      row.original.resource.type === 'channel' && !row.original.resource.withheld ? (
        <Link to="/channels/$id" params={{ id: row.original.resource.id }}>
          {row.original.resource.id}
        </Link>
      ) : (
        `${row.original.resource.type} ${row.original.resource.id}`
      ),
  }),
  column.accessor('reason', {
    header: 'Reason',
    cell: ({ row }) =>
      row.original.reason ? <ReasonCode code={row.original.reason} number={row.original.guard} /> : '–',
  }),
  column.accessor('server', { header: 'Asked by', cell: ({ row }) => row.original.server ?? 'Countersign' }),
]);
