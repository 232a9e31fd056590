// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Me, Proposal } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { me, proposals } from '../../api/queries';
import { partOf, waitsFor } from '../../api/standing';
import { actInWords } from '../../parts/act/words';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Page, Panel } from '../../parts/Page';
import { ago, left } from '../../parts/when';
import { ProposalState } from './ProposalState';

const column = columnsOf<Proposal>();

const COLUMNS = column.columns([
  column.accessor('act', {
    header: 'Act',
    cell: ({ row }) => (
      <Link to="/proposals/$id" params={{ id: row.original.id }}>
        {actInWords(row.original.act)}
      </Link>
    ),
  }),
  column.accessor('state', { header: 'State', cell: ({ row }) => <ProposalState proposal={row.original} /> }),
  column.accessor('requester', { header: 'Proposed by', cell: ({ row }) => row.original.requester ?? '–' }),
  column.accessor('reason', {
    header: 'Reason',
    cell: ({ row }) =>
      row.original.withheld ? <span className="quiet">above you</span> : row.original.reason || '–',
  }),
  column.accessor('requested_at', {
    header: 'Proposed',
    cell: ({ row }) => ago(row.original.requested_at, new Date()),
  }),
  column.accessor('expires_at', {
    header: 'Runs out',
    cell: ({ row }) => left(row.original.expires_at, new Date()),
  }),
]);

/** What waits for a second person, or to be carried out: first what the reader can do something about. */
export function ProposalsPage() {
  const found = useQuery(proposals);
  const own = useQuery(me);
  const items = found.data?.items;
  return (
    <Page
      title="Proposals"
      lead="What may let somebody do more takes two people: one proposes it, another approves it, the first carries it out."
    >
      {found.error && <Failure error={found.error} needs={OFFICES.read} retry={() => found.refetch()} />}
      {found.isPending && <Loading what="proposals" />}
      {items && own.data && !found.error && <Lists items={items} me={own.data} />}
    </Page>
  );
}

function Lists({ items, me }: { items: Proposal[]; me: Me }) {
  const mine = items.filter((item) => waitsFor(item, me));
  const others = items.filter((item) => !waitsFor(item, me));
  const waiting = mine.filter((item) => partOf(item, me) === 'answer').length;
  return (
    <>
      <Panel
        title="Waits for you"
        flush
        aside={
          mine.length > 0 && (
            <span className="quiet">
              {waiting} to answer, {mine.length - waiting} to carry out
            </span>
          )
        }
      >
        <DataTable
          caption="Waits for you"
          columns={COLUMNS}
          rows={mine}
          rowId={(row) => row.id}
          empty="Nothing waits for you."
        />
      </Panel>
      <Panel title="Waits for others" flush>
        <DataTable
          caption="Waits for others"
          columns={COLUMNS}
          rows={others}
          rowId={(row) => row.id}
          empty="Nothing waits for anybody else."
        />
      </Panel>
      <p className="quiet">What was carried out, rejected, withdrawn or ran out is on the record.</p>
    </>
  );
}
