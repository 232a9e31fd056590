// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useCallback, useMemo, useState } from 'react';
import { loseDevice } from '../../api/acts';
import type { Device } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { devices } from '../../api/queries';
import { News } from '../../parts/act/News';
import { Button } from '../../parts/Button';
import { Confirm } from '../../parts/Confirm';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { notReachedInWords } from '../../parts/notReached';
import { Page, Panel } from '../../parts/Page';
import { Pager } from '../../parts/Pager';
import { SearchBox } from '../../parts/SearchBox';
import { StatusChip } from '../../parts/StatusChip';
import { ago } from '../../parts/when';

const route = getRouteApi('/devices');
const column = columnsOf<Device>();

/** Every device: by what it proves itself, what it may be trusted with, who is on it. */
export function DevicesPage() {
  const { q, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const page = useQuery(devices({ q, cursor }));
  const cache = useQueryClient();
  const [losing, setLosing] = useState<Device>();
  const [news, setNews] = useState<ReactNode>();
  const columns = useMemo(() => columnsWith(setLosing), []);
  const search = useCallback(
    (typed: string) => navigate({ search: { q: typed === '' ? undefined : typed }, replace: true }),
    [navigate],
  );
  const items = page.data?.items;
  return (
    <Page title="Devices" lead="What a device is accredited for bounds what may be done on it.">
      {news && <News>{news}</News>}
      <SearchBox label="Search by id" value={q ?? ''} onSearch={search} />
      {page.error && <Failure error={page.error} needs={OFFICES.read} retry={() => page.refetch()} />}
      {page.isPending && <Loading what="devices" />}
      {items && !page.error && (
        <Panel flush>
          <DataTable
            caption="Devices"
            columns={columns}
            rows={items}
            rowId={(row) => row.id}
            stale={page.isPlaceholderData}
            empty={q ? <>No device’s id contains “{q}”.</> : <>No device is on file yet.</>}
          />
          <Pager
            count={items.length}
            noun="devices"
            first={
              cursor && (
                <Link to="/devices" search={{ q }}>
                  First page
                </Link>
              )
            }
            next={
              page.data?.next_cursor && (
                <Link to="/devices" search={{ q, cursor: page.data.next_cursor }}>
                  Next page
                </Link>
              )
            }
          />
        </Panel>
      )}
      {losing && (
        <Confirm
          title={`Is ${losing.id} lost?`}
          verb="It is lost"
          needs={OFFICES.devices}
          act={() => loseDevice(losing.id)}
          onDone={({ not_reached }) => {
            setLosing(undefined);
            setNews(`${losing.id} is marked as lost.${notReachedInWords(not_reached)}`);
            cache.invalidateQueries({ queryKey: ['devices'] });
          }}
          onCancel={() => setLosing(undefined)}
        >
          <p>
            Every session on it ends, here and at the chat servers. What it was trusted with is gone. Two
            people can take it up again.
          </p>
        </Confirm>
      )}
      <p className="quiet">Devices above your clearance are neither listed nor counted here.</p>
    </Page>
  );
}

function columnsWith(lose: (device: Device) => void) {
  return column.columns([
    column.accessor('id', {
      header: 'Device',
      cell: ({ row }) => <span className="mono">{row.original.id}</span>,
    }),
    column.accessor('level', {
      header: 'Accredited for',
      cell: ({ row }) => (row.original.level ? `${row.original.scheme} ${row.original.level}` : '–'),
    }),
    column.accessor('managed', {
      header: 'Managed',
      cell: ({ row }) => (row.original.managed ? 'yes' : 'no'),
    }),
    column.accessor('posture_reported_at', {
      header: 'Found good',
      cell: ({ row }) => ago(row.original.posture_reported_at, new Date()),
    }),
    column.accessor('key', { header: 'Proves itself by', cell: ({ row }) => row.original.key ?? '–' }),
    column.accessor('owner', { header: 'Enrolled by', cell: ({ row }) => row.original.owner ?? '–' }),
    column.accessor('sessions', {
      header: 'Signed in on it',
      cell: ({ row }) => row.original.sessions.map((session) => session.person).join(', ') || 'nobody',
    }),
    column.display({
      id: 'lose',
      header: 'Act',
      cell: ({ row }) =>
        row.original.lost ? (
          <StatusChip tone="bad">Lost</StatusChip>
        ) : (
          <Button onPress={() => lose(row.original)} aria-label={`It is lost: ${row.original.id}`}>
            It is lost
          </Button>
        ),
    }),
  ]);
}
