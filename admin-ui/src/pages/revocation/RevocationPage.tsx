// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import type { RevocationList } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { revocationLists } from '../../api/queries';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Page, Panel } from '../../parts/Page';
import { StatusChip } from '../../parts/StatusChip';
import { ago, moment } from '../../parts/when';

const column = columnsOf<RevocationList>();
const ABOUT: Record<string, string> = { cards: 'smartcards', devices: 'devices', machines: 'programs' };

/** Every revocation list with its age: without one that is in force, people, devices and programs are refused. */
export function RevocationPage() {
  const page = useQuery(revocationLists);
  const missing = page.data?.missing ?? [];
  return (
    <Page
      title="Revocation lists"
      lead="Who has a certificate that no list in force speaks about is refused. Bring new lists in time."
    >
      {page.error && <Failure error={page.error} needs={OFFICES.read} retry={() => page.refetch()} />}
      {page.isPending && <Loading what="revocation lists" />}
      {missing.length > 0 && (
        <Panel>
          <ul>
            {missing.map(({ about, issuer }) => (
              <li key={`${about}/${issuer}`}>
                <StatusChip tone="bad">No list</StatusChip> {issuer}, which issues certificates of{' '}
                {ABOUT[about] ?? about}
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {page.data && (
        <Panel flush>
          <DataTable
            caption="Revocation lists"
            columns={COLUMNS}
            rows={page.data.items}
            rowId={(row) => `${row.about}/${row.issuer}/${row.delta}/${row.number}`}
            empty={<>No list is at hand: no certificates are asked for here, or no list was brought.</>}
          />
        </Panel>
      )}
    </Page>
  );
}

const COLUMNS = column.columns([
  column.accessor('issuer', { header: 'Issued by' }),
  column.accessor('about', {
    header: 'About',
    cell: ({ row }) => ABOUT[row.original.about] ?? row.original.about,
  }),
  column.accessor('entries', { header: 'Revoked' }),
  column.accessor('made_at', { header: 'Made', cell: ({ row }) => ago(row.original.made_at, new Date()) }),
  column.accessor('due_at', { header: 'Next one due', cell: ({ row }) => moment(row.original.due_at) }),
  column.accessor('age', { header: 'Age', cell: ({ row }) => <AgeChip list={row.original} /> }),
]);

function AgeChip({ list: { age, delta } }: { list: RevocationList }) {
  const what = delta ? 'Changes only, ' : '';
  if (age === 'fresh') return <StatusChip tone="good">{what}Fresh</StatusChip>;
  if (age === 'old') return <StatusChip tone="soon">{what}Old</StatusChip>;
  return <StatusChip tone="bad">{what}Overdue</StatusChip>;
}
