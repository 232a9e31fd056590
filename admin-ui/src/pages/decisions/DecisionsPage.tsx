// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Pause, Play } from 'lucide-react';
import { useCallback } from 'react';
import { OFFICES } from '../../api/offices';
import { decisions } from '../../api/queries';
import { Button } from '../../parts/Button';
import { DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Page, Panel } from '../../parts/Page';
import { Pager } from '../../parts/Pager';
import { StatusChip } from '../../parts/StatusChip';
import type { DecisionSearch } from '../../search';
import { COLUMNS } from './columns';
import { Filters } from './Filters';
import { inFront } from './live';
import { useStream } from './useStream';

const route = getRouteApi('/decisions');

/** What is being decided, as it happens, and what was decided before. */
export function DecisionsPage() {
  const wanted = route.useSearch();
  const navigate = route.useNavigate();
  const page = useQuery(decisions(wanted));
  const { live, connected, happened } = useStream(wanted);
  const firstPage = wanted.cursor === undefined;
  const rows = firstPage ? inFront(live.shown, page.data?.items ?? []) : (page.data?.items ?? []);
  const filter = useCallback(
    (changed: DecisionSearch) =>
      navigate({ search: (before) => ({ ...before, ...changed, cursor: undefined }), replace: true }),
    [navigate],
  );
  return (
    <Page
      title="Live decisions"
      lead="Every question a chat server or this console asked, and why it was answered so."
      actions={
        <Button
          onPress={() => happened({ kind: live.paused ? 'resumed' : 'paused' })}
          isDisabled={!firstPage}
        >
          {live.paused ? <Play size={16} aria-hidden="true" /> : <Pause size={16} aria-hidden="true" />}
          {live.paused ? resumeWords(live.waiting.length) : 'Pause'}
        </Button>
      }
    >
      <Filters wanted={wanted} onChange={filter} />
      {page.error && <Failure error={page.error} needs={OFFICES.decisions} retry={() => page.refetch()} />}
      {page.isPending && <Loading what="decisions" />}
      {page.data && !page.error && (
        <Panel title="Decisions" flush aside={<Stream connected={connected} paused={live.paused} />}>
          <DataTable
            caption="Decisions, newest first"
            columns={COLUMNS}
            rows={[...rows]}
            rowId={(row) => row.id}
            stale={page.isPlaceholderData}
            empty={
              wanted.subject || wanted.reason || wanted.outcome
                ? 'No decision fits these filters yet.'
                : 'Nothing has been asked yet. Decisions appear here as chat servers ask.'
            }
          />
          <Pager
            count={rows.length}
            noun="decisions"
            first={
              wanted.cursor && (
                <Link to="/decisions" search={{ ...wanted, cursor: undefined }}>
                  Newest
                </Link>
              )
            }
            next={
              page.data.next_cursor && (
                <Link to="/decisions" search={{ ...wanted, cursor: page.data.next_cursor }}>
                  Older
                </Link>
              )
            }
          />
        </Panel>
      )}
    </Page>
  );
}

function Stream({ connected, paused }: { connected: boolean; paused: boolean }) {
  if (paused) return <StatusChip tone="off">Paused</StatusChip>;
  return connected ? (
    <StatusChip tone="good">Live</StatusChip>
  ) : (
    <StatusChip tone="soon">Connecting…</StatusChip>
  );
}

function resumeWords(waiting: number): string {
  return waiting === 0 ? 'Resume' : `Resume, ${waiting} new`;
}
