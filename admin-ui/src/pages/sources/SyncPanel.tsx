// SPDX-License-Identifier: Apache-2.0
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Sent } from '../../api/amend';
import { OFFICES } from '../../api/offices';
import { sourceSync } from '../../api/queries';
import { askForSync } from '../../api/sources';
import { AmendDialog } from '../../parts/act/AmendDialog';
import { Button } from '../../parts/Button';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Facts, Panel } from '../../parts/Page';
import { moment } from '../../parts/when';
import { countsOf, type Report, summaryOf } from './sync';

interface Props {
  id: string;
  onAmended: (sent: Sent, done: string) => void;
}

/** How the synchronisation with a directory stands, asking for one, and letting go whom it stopped at. */
export function SyncPanel({ id, onAmended }: Props) {
  const cache = useQueryClient();
  const [waits, setWaits] = useState(false);
  const [releases, setReleases] = useState(false);
  const found = useQuery(sourceSync(id, waits));
  const ask = useMutation({
    mutationFn: ({ mode, dry }: { mode: 'full' | 'incremental'; dry: boolean }) => askForSync(id, mode, dry),
    onSuccess: () => {
      setWaits(true);
      cache.invalidateQueries({ queryKey: ['source', id, 'sync'] });
    },
  });
  const busy = found.data ? found.data.asked != null || found.data.is_running : false;
  const seen = found.dataUpdatedAt;
  useEffect(() => {
    // It is asked again only as long as something is under way: see `useWaiting`.
    if (seen > 0 && !busy && !ask.isPending) setWaits(false);
  }, [seen, busy, ask.isPending]);
  const report = found.data?.last as Report | null | undefined;
  const go = (mode: 'full' | 'incremental', dry: boolean) => () => ask.mutate({ mode, dry });
  return (
    <Panel
      title="Synchronisation"
      aside={
        <span>
          <Button onPress={go('full', true)} isDisabled={busy}>
            Dry run
          </Button>{' '}
          <Button onPress={go('incremental', false)} isDisabled={busy}>
            Read what changed
          </Button>{' '}
          <Button onPress={go('full', false)} isDisabled={busy}>
            Read everything
          </Button>
        </span>
      }
    >
      {ask.error && <Failure error={ask.error} needs={OFFICES.sources} />}
      {found.error && <Failure error={found.error} needs={OFFICES.sources} retry={() => found.refetch()} />}
      {found.isPending && <Loading what="how it stands" />}
      {found.data && (
        <>
          <p role="status">{busy ? under(found.data.reading) : report ? '' : 'Nothing was read yet.'}</p>
          {report && (
            <>
              <p>
                <strong>{summaryOf(report)}</strong> {moment(report.ended_at)}
              </p>
              <Facts facts={countsOf(report)} />
              <Named report={report} />
              <Bad report={report} />
              {report.braked && !report.dry_run && (
                <Button tone="danger" onPress={() => setReleases(true)}>
                  Let them go
                </Button>
              )}
            </>
          )}
          {releases && report?.braked && (
            <AmendDialog
              title={`Let ${report.braked.vanish} people go?`}
              act={{ act: 'source_release', id, seal: report.braked.seal }}
              needs={OFFICES.sources}
              onDone={(sent) => {
                setReleases(false);
                onAmended(sent, 'They go with the next pass.');
              }}
              onCancel={() => setReleases(false)}
            />
          )}
        </>
      )}
    </Panel>
  );
}

function under(reading: number | null | undefined): string {
  return reading == null ? 'A pass is asked for.' : `Under way: ${reading} entries so far.`;
}

type Named = NonNullable<Report['named']>[number];
const named = columnsOf<Named>();
const NAMED = named.columns([
  named.accessor('who', {
    header: 'Who',
    cell: ({ row }) => <span className="mono">{row.original.who}</span>,
  }),
  named.accessor('becomes', { header: 'Would be' }),
]);

/** At whom something would be changed. */
function Named({ report }: { report: Report }) {
  if (!report.named || report.named.length === 0) return null;
  return (
    <DataTable
      caption="At whom something would be changed"
      columns={NAMED}
      rows={report.named}
      rowId={(row) => `${row.becomes} ${row.who}`}
      empty=""
    />
  );
}

type BadEntry = Report['bad'][number];
const bad = columnsOf<BadEntry>();
const BAD = bad.columns([
  bad.accessor('dn', { header: 'Entry', cell: ({ row }) => <span className="mono">{row.original.dn}</span> }),
  bad.accessor('reason', { header: 'Why it cannot be used' }),
]);

function Bad({ report }: { report: Report }) {
  if (report.bad.length === 0) return null;
  return (
    <DataTable
      caption="Entries that cannot be used"
      columns={BAD}
      rows={report.bad}
      rowId={(row) => row.dn}
      empty=""
    />
  );
}
