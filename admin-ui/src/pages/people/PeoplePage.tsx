// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useCallback } from 'react';
import type { PersonSummary } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { rolesInWords } from '../../api/problem';
import { people } from '../../api/queries';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Page, Panel } from '../../parts/Page';
import { Pager } from '../../parts/Pager';
import { SearchBox } from '../../parts/SearchBox';
import { StatusChip } from '../../parts/StatusChip';
import { ago } from '../../parts/when';

const route = getRouteApi('/people');
const column = columnsOf<PersonSummary>();

const COLUMNS = column.columns([
  column.accessor('id', {
    header: 'Person',
    cell: ({ row }) => (
      <>
        <Link to="/people/$id" params={{ id: row.original.id }}>
          {row.original.display_name ?? row.original.id}
        </Link>
        {row.original.display_name && <div className="quiet mono">{row.original.id}</div>}
      </>
    ),
  }),
  column.accessor('status', {
    header: 'Status',
    cell: ({ row }) =>
      row.original.status === 'active' ? (
        <StatusChip tone="plain">Active</StatusChip>
      ) : (
        <StatusChip tone="bad">Disabled</StatusChip>
      ),
  }),
  column.accessor('kind', { header: 'Kind', cell: ({ row }) => inWords(row.original.kind) }),
  column.accessor('agency', { header: 'Agency', cell: ({ row }) => row.original.agency ?? '–' }),
  column.accessor('roles', {
    header: 'Roles',
    cell: ({ row }) => row.original.roles.map(inWords).join(', ') || '–',
  }),
  column.accessor('nationalities', {
    header: 'Nationality',
    cell: ({ row }) => row.original.nationalities.join(', ') || '–',
  }),
  column.accessor('last_sign_in', {
    header: 'Last sign-in',
    cell: ({ row }) => ago(row.original.last_sign_in, new Date()),
  }),
]);

/** Everybody, page by page. */
export function PeoplePage() {
  const { q, cursor } = route.useSearch();
  const navigate = route.useNavigate();
  const page = useQuery(people({ q, cursor }));
  const search = useCallback(
    (typed: string) => navigate({ search: { q: typed === '' ? undefined : typed }, replace: true }),
    [navigate],
  );
  const items = page.data?.items;
  return (
    <Page title="People" lead="Everybody this deployment knows, with what they may sign in as.">
      <SearchBox label="Search by name or id" value={q ?? ''} onSearch={search} />
      {page.error && <Failure error={page.error} needs={OFFICES.read} retry={() => page.refetch()} />}
      {page.isPending && <Loading what="people" />}
      {items && !page.error && (
        <Panel flush>
          <DataTable
            caption="People"
            columns={COLUMNS}
            rows={items}
            rowId={(row) => row.id}
            stale={page.isPlaceholderData}
            empty={q ? <>Nobody’s name or id contains “{q}”.</> : <>Nobody is registered yet.</>}
          />
          <Pager
            count={items.length}
            noun="people"
            first={
              cursor && (
                <Link to="/people" search={{ q }}>
                  First page
                </Link>
              )
            }
            next={
              page.data?.next_cursor && (
                <Link to="/people" search={{ q, cursor: page.data.next_cursor }}>
                  Next page
                </Link>
              )
            }
          />
        </Panel>
      )}
    </Page>
  );
}

function inWords(name: string): string {
  return rolesInWords([name]);
}
