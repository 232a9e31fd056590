// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { OFFICES } from '../../api/offices';
import { sourceLinks } from '../../api/queries';
import type { components } from '../../api/schema.gen';
import { Button } from '../../parts/Button';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Panel } from '../../parts/Page';
import { ago } from '../../parts/when';

type Linked = components['schemas']['Linked'];
const column = columnsOf<Linked>();

const MADE_BY: Record<string, string> = {
  administrators: 'two administrators',
  approval: 'an officer’s approval',
  creation: 'creation',
  domain: 'her address',
  herself: 'herself',
};

/** Whose accounts people of this source open. */
export function LinkedPeople({ id }: { id: string }) {
  const [cursor, setCursor] = useState<string>();
  const page = useQuery(sourceLinks(id, cursor));
  const items = page.data?.items;
  const next = page.data?.next_cursor;
  return (
    <Panel
      title="Who is linked"
      flush
      aside={page.data && <span className="quiet">{page.data.total} in all</span>}
    >
      {page.error && <Failure error={page.error} needs={OFFICES.read} retry={() => page.refetch()} />}
      {page.isPending && <Loading what="who is linked" />}
      {items && !page.error && (
        <DataTable
          caption="Who is linked"
          columns={COLUMNS}
          rows={items}
          rowId={(row) => row.link.id}
          stale={page.isPlaceholderData}
          empty="Nobody here is linked to anybody there."
        />
      )}
      {cursor && <Button onPress={() => setCursor(undefined)}>First page</Button>}
      {next && <Button onPress={() => setCursor(next)}>Next page</Button>}
    </Panel>
  );
}

const COLUMNS = column.columns([
  column.accessor('person', {
    header: 'Person',
    cell: ({ row }) => (
      <Link to="/people/$id" params={{ id: row.original.person }}>
        {row.original.person}
      </Link>
    ),
  }),
  column.display({ id: 'label', header: 'Is there', cell: ({ row }) => row.original.link.label }),
  column.display({
    id: 'made',
    header: 'Linked by',
    cell: ({ row }) => MADE_BY[row.original.link.made_by] ?? row.original.link.made_by,
  }),
  column.display({
    id: 'used',
    header: 'Last let in',
    cell: ({ row }) => ago(row.original.link.last_used_at, new Date()),
  }),
]);
