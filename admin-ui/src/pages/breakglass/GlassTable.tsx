// SPDX-License-Identifier: Apache-2.0
import { Link } from '@tanstack/react-router';
import { type ReactNode, useMemo } from 'react';
import type { BreakGlass } from '../../api/client';
import { type Columns, columnsOf, DataTable } from '../../parts/DataTable';
import { StatusChip } from '../../parts/StatusChip';
import { left, moment } from '../../parts/when';

const column = columnsOf<BreakGlass>();

const GRANTED_BY = column.accessor('answered_by', {
  header: 'Granted by',
  cell: ({ row }) => row.original.answered_by ?? '–',
});

interface Props {
  caption: string;
  rows: BreakGlass[];
  empty: string;
  /** The moment that matters, and what it is called. */
  when: readonly [header: string, member: 'expires_at' | 'ends_at' | 'review_due'];
  act?: (item: BreakGlass) => ReactNode;
}

/** Requests at one stage. */
export function GlassTable({ caption, rows, empty, when: [header, member], act }: Props) {
  const columns = useMemo((): Columns<BreakGlass> => {
    const shown: Columns<BreakGlass> = column.columns([
      column.accessor('requester', {
        header: 'Person',
        cell: ({ row }) => (
          <Link to="/people/$id" params={{ id: row.original.requester }}>
            {row.original.requester}
          </Link>
        ),
      }),
      column.accessor('channel', { header: 'Channel', cell: ({ row }) => row.original.channel }),
      column.accessor('reason', { header: 'Reason', cell: ({ row }) => row.original.reason }),
      column.accessor('minutes', { header: 'For', cell: ({ row }) => `${row.original.minutes} min` }),
      ...(member === 'expires_at' ? [] : [GRANTED_BY]),
      column.display({
        id: member,
        header,
        cell: ({ row }) =>
          row.original.overdue ? (
            <StatusChip tone="bad">Overdue since {moment(row.original[member])}</StatusChip>
          ) : (
            `${left(row.original[member], new Date())}, ${moment(row.original[member])}`
          ),
      }),
    ]);
    if (act) shown.push(column.display({ id: 'act', header: 'Act', cell: ({ row }) => act(row.original) }));
    return shown;
  }, [header, member, act]);
  return <DataTable caption={caption} columns={columns} rows={rows} rowId={(row) => row.id} empty={empty} />;
}
