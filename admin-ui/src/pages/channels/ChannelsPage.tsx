// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { ChannelSummary } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { channels } from '../../api/queries';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { LabelBadge } from '../../parts/LabelBadge';
import { Loading } from '../../parts/Loading';
import { Page, Panel } from '../../parts/Page';
import { Pager } from '../../parts/Pager';
import { SearchBox } from '../../parts/SearchBox';
import { StatusChip } from '../../parts/StatusChip';

const route = getRouteApi('/channels');
const column = columnsOf<ChannelSummary>();

const COLUMNS = column.columns([
  column.accessor('id', {
    header: 'Channel',
    cell: ({ row }) => (
      <>
        <Link to="/channels/$id" params={{ id: row.original.id }}>
          {row.original.name ?? row.original.id}
        </Link>
        {row.original.name && row.original.name !== row.original.id && (
          <div className="quiet mono">{row.original.id}</div>
        )}
      </>
    ),
  }),
  column.accessor('label', { header: 'Label', cell: ({ row }) => <LabelBadge label={row.original.label} /> }),
  column.accessor('state', {
    header: 'State',
    cell: ({ row }) =>
      row.original.state === 'closed' ? (
        <StatusChip tone="off">Closed</StatusChip>
      ) : (
        <StatusChip tone="plain">Open</StatusChip>
      ),
  }),
  column.accessor('listed', {
    header: 'Existence',
    cell: ({ row }) => (row.original.listed ? 'listed' : 'not listed'),
  }),
  column.accessor('label_mode', { header: 'Label mode' }),
  column.accessor('server', { header: 'Server', cell: ({ row }) => row.original.server ?? '–' }),
  column.accessor('member_count', { header: 'Members' }),
]);

/** Every channel, with what is written on it. */
export function ChannelsPage() {
  const { q, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const page = useQuery(channels({ q, cursor }));
  const search = useCallback(
    (typed: string) => navigate({ search: { q: typed === '' ? undefined : typed }, replace: true }),
    [navigate],
  );
  const items = page.data?.items;
  return (
    <Page title="Channels" lead="What is written on each channel decides who may come in.">
      <SearchBox label="Search by name or id" value={q ?? ''} onSearch={search} />
      {page.error && <Failure error={page.error} needs={OFFICES.read} retry={() => page.refetch()} />}
      {page.isPending && <Loading what="channels" />}
      {items && !page.error && (
        <Panel flush>
          <DataTable
            caption="Channels"
            columns={COLUMNS}
            rows={items}
            rowId={(row) => row.id}
            stale={page.isPlaceholderData}
            empty={
              q ? (
                <>No channel’s name or id contains “{q}”.</>
              ) : (
                <>No chat server has registered a channel yet.</>
              )
            }
          />
          <Pager
            count={items.length}
            noun="channels"
            first={
              cursor && (
                <Link to="/channels" search={{ q }}>
                  First page
                </Link>
              )
            }
            next={
              page.data?.next_cursor && (
                <Link to="/channels" search={{ q, cursor: page.data.next_cursor }}>
                  Next page
                </Link>
              )
            }
          />
        </Panel>
      )}
      <p className="quiet">Channels above your clearance are neither listed nor counted here.</p>
    </Page>
  );
}
