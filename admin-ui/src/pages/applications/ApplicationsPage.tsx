// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { Sent } from '../../api/amend';
import type { Application } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { applications } from '../../api/queries';
import { News, outcome } from '../../parts/act/News';
import { Button } from '../../parts/Button';
import { inCode, worst } from '../../parts/CheckLines';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Page, Panel } from '../../parts/Page';
import { StatusChip } from '../../parts/StatusChip';
import { useDraft } from '../../parts/useDraft';
import { Register } from './Register';
import { RegisterClient } from './RegisterClient';
import { hearsInWords, idOf, nameOf, speaks } from './record';

const column = columnsOf<Application>();

/** The applications that people sign in to, and the servers that only ask. */
export function ApplicationsPage() {
  const found = useQuery(applications);
  const cache = useQueryClient();
  const [asks, setAsks] = useDraft<'client' | 'service' | undefined>('new', undefined);
  const [news, setNews] = useState<ReactNode>();
  const stop = () => setAsks(undefined);
  const registered = (what: string) => (sent: Sent) => {
    stop();
    setNews(outcome(sent, what));
    cache.invalidateQueries({ queryKey: applications.queryKey });
  };
  return (
    <Page
      title="Applications"
      lead="Whatever sends people here to sign in: service providers of SAML, and clients of OpenID Connect."
      actions={
        <>
          <Button onPress={() => setAsks('client')}>Register a client</Button>
          <Button onPress={() => setAsks('service')}>Register a service provider</Button>
        </>
      }
    >
      <News>{news}</News>
      {found.error && <Failure error={found.error} needs={OFFICES.read} retry={() => found.refetch()} />}
      {found.isPending && <Loading what="applications" />}
      {found.data && !found.error && (
        <Panel flush>
          <DataTable
            caption="Applications"
            columns={COLUMNS}
            rows={found.data.items}
            rowId={idOf}
            empty="No application is registered yet."
          />
        </Panel>
      )}
      {asks === 'client' && (
        <RegisterClient onDone={registered('The client is registered.')} onCancel={stop} />
      )}
      {asks === 'service' && (
        <Register onDone={registered('The service provider is registered.')} onCancel={stop} />
      )}
    </Page>
  );
}

const COLUMNS = column.columns([
  column.display({
    id: 'name',
    header: 'Application',
    cell: ({ row }) => (
      <Link to="/applications/$id" params={{ id: idOf(row.original) }}>
        {nameOf(row.original)}
      </Link>
    ),
  }),
  column.display({ id: 'speaks', header: 'Signs in by', cell: ({ row }) => speaks(row.original) }),
  column.display({
    id: 'server',
    header: 'Chat server',
    cell: ({ row }) => String(row.original.client.server ?? '–'),
  }),
  column.display({
    id: 'hears',
    header: 'Hears that a session is over',
    cell: ({ row }) => hearsInWords(row.original),
  }),
  column.display({
    id: 'look',
    header: 'To look at',
    cell: ({ row }) => <Look application={row.original} />,
  }),
]);

function Look({ application }: { application: Application }) {
  const line = worst(application.warnings);
  if (!line) return <StatusChip tone="good">Nothing</StatusChip>;
  return (
    <span>
      <StatusChip tone={line.state === 'fail' ? 'bad' : 'soon'}>{line.name}</StatusChip> {inCode(line.text)}
    </span>
  );
}
