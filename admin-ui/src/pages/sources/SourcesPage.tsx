// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Source } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { sources } from '../../api/queries';
import { News, outcome } from '../../parts/act/News';
import { Button } from '../../parts/Button';
import { inCode, worst } from '../../parts/CheckLines';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Page, Panel } from '../../parts/Page';
import { StatusChip } from '../../parts/StatusChip';
import { useDraft } from '../../parts/useDraft';
import { NewSource } from './NewSource';
import { idOf, nameOf, protocolOf, stateOf } from './record';

const column = columnsOf<Source>();

/** Where people come from, and how each source stands. */
export function SourcesPage() {
  const found = useQuery(sources);
  const [asks, setAsks] = useDraft('new', false);
  const [news, setNews] = useState<React.ReactNode>();
  return (
    <Page
      title="Sources of people"
      lead="Identity providers and directories of agencies. Each stands in for the second person, within a cap that two people set."
      actions={<Button onPress={() => setAsks(true)}>Add a source</Button>}
    >
      <News>{news}</News>
      {found.error && <Failure error={found.error} needs={OFFICES.read} retry={() => found.refetch()} />}
      {found.isPending && <Loading what="sources" />}
      {found.data && !found.error && (
        <Panel flush>
          <DataTable
            caption="Sources of people"
            columns={COLUMNS}
            rows={found.data.items}
            rowId={idOf}
            empty="There is no source yet. People sign in with what they have here."
          />
        </Panel>
      )}
      {asks && (
        <NewSource
          onDone={(sent) => {
            setAsks(false);
            setNews(outcome(sent, 'The source is on file.'));
          }}
          onCancel={() => setAsks(false)}
        />
      )}
    </Page>
  );
}

const COLUMNS = column.columns([
  column.display({
    id: 'name',
    header: 'Source',
    cell: ({ row }) => (
      <Link to="/sources/$id" params={{ id: idOf(row.original) }}>
        {nameOf(row.original)}
      </Link>
    ),
  }),
  column.display({ id: 'protocol', header: 'By', cell: ({ row }) => protocolOf(row.original) }),
  column.display({
    id: 'state',
    header: 'State',
    cell: ({ row }) =>
      stateOf(row.original) === 'active' ? (
        <StatusChip tone="good">Active</StatusChip>
      ) : (
        <StatusChip tone="off">Disabled</StatusChip>
      ),
  }),
  column.display({
    id: 'health',
    header: 'How it stands',
    cell: ({ row }) => <Health source={row.original} />,
  }),
  column.accessor('kept_by', { header: 'Kept by' }),
]);

function Health({ source }: { source: Source }) {
  const line = worst(source.health);
  if (!line) return <StatusChip tone="good">Nothing to mend</StatusChip>;
  return (
    <span>
      <StatusChip tone={line.state === 'fail' ? 'bad' : 'soon'}>{line.name}</StatusChip> {inCode(line.text)}
    </span>
  );
}
