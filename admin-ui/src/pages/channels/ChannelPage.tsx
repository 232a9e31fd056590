// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Sent } from '../../api/amend';
import type { Channel } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { channel } from '../../api/queries';
import { News, outcome } from '../../parts/act/News';
import { columnsOf, DataTable } from '../../parts/DataTable';
import { DecisionChip } from '../../parts/DecisionChip';
import { Failure } from '../../parts/Failure';
import { LabelBadge } from '../../parts/LabelBadge';
import { Loading } from '../../parts/Loading';
import { Facts, Page, Panel } from '../../parts/Page';
import { ReasonCode } from '../../parts/ReasonCode';
import { ChannelActs } from './ChannelActs';
import styles from './ChannelPage.module.css';

type Member = Channel['members'][number];
const route = getRouteApi('/channels/$id');
const column = columnsOf<Member>();

const COLUMNS = column.columns([
  column.accessor('id', {
    header: 'Member',
    cell: ({ row }) => (
      <Link to="/people/$id" params={{ id: row.original.id }}>
        {row.original.display_name ?? row.original.id}
      </Link>
    ),
  }),
  column.accessor('member_allowed', {
    header: 'Now',
    cell: ({ row }) => <DecisionChip outcome={row.original.member_allowed ? 'allow' : 'deny'} />,
  }),
  column.accessor('reason', {
    header: 'Reason',
    cell: ({ row }) =>
      row.original.reason ? (
        <>
          <ReasonCode code={row.original.reason} />
          {row.original.reason_text && <div className="quiet">{row.original.reason_text}</div>}
        </>
      ) : (
        '–'
      ),
  }),
]);

/** One channel: its label, its rules, and who of its members may be there at this moment. */
export function ChannelPage() {
  const { id } = route.useParams();
  const found = useQuery(channel(id));
  const cache = useQueryClient();
  const [news, setNews] = useState<ReactNode>();
  const amended = (sent: Sent, done: string) => {
    setNews(outcome(sent, done));
    cache.invalidateQueries({ queryKey: ['channel', id] });
    cache.invalidateQueries({ queryKey: ['channels'] });
    cache.invalidateQueries({ queryKey: ['proposals'] });
  };
  const trail = <Link to="/channels">Channels</Link>;
  if (!found.data) {
    return (
      <Page title={id} trail={trail}>
        {found.error ? (
          <Failure error={found.error} needs={OFFICES.read} retry={() => found.refetch()} />
        ) : (
          <Loading what={id} />
        )}
      </Page>
    );
  }
  const it = found.data;
  const denied = it.members.filter((member) => !member.member_allowed).length;
  return (
    <Page
      title={it.name ?? it.id}
      trail={trail}
      lead={<LabelBadge label={it.label} />}
      actions={<ChannelActs channel={it} onDone={amended} />}
    >
      <News>{news}</News>
      {found.error && <Failure error={found.error} needs={OFFICES.read} retry={() => found.refetch()} />}
      {it.label_drift && (
        <p className={styles.drift}>
          <TriangleAlert size={16} aria-hidden="true" />
          The chat server reported a lower or wider label than this one. Nobody can post until that is
          settled.
        </p>
      )}
      <Panel title="Rules">
        <Facts facts={rules(it)} />
      </Panel>
      <Panel
        title="Members"
        flush
        aside={
          <span className="quiet">
            {it.members.length - denied} allowed now, {denied} denied
          </span>
        }
      >
        <DataTable
          caption="Members"
          columns={COLUMNS}
          rows={it.members}
          rowId={(row) => row.id}
          empty="Nobody is in this channel."
        />
      </Panel>
    </Page>
  );
}

function rules(it: Channel) {
  return [
    [
      'Id',
      <span className="mono" key="id">
        {it.id}
      </span>,
    ],
    ['State', it.state],
    ['Label mode', it.label_mode],
    ['Existence', it.listed ? 'listed: no secret' : 'not listed: known to those who may discover it'],
    ['Externals', it.externals_allowed ? 'allowed' : 'not allowed'],
    ['Industry', it.industry_allowed ? 'allowed' : 'not allowed'],
    ['Missions', it.missions.join(', ') || 'none'],
    ['Recipients', it.recipients ? it.recipients.join(', ') || 'nobody' : 'not limited'],
    ['Owners', it.owners?.join(', ') ?? 'anybody with the role owner'],
    ['Agency', it.agency ?? '–'],
    ['Server', it.server ?? '–'],
  ] as const;
}
