// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { EyeOff } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Me, Proposal } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { me, proposal } from '../../api/queries';
import { isOver } from '../../api/standing';
import { Changes } from '../../parts/act/Changes';
import { News } from '../../parts/act/News';
import { actInWords, pageOf } from '../../parts/act/words';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Facts, Page, Panel } from '../../parts/Page';
import { left, moment } from '../../parts/when';
import { Asked } from './Asked';
import styles from './ProposalPage.module.css';
import { ProposalState } from './ProposalState';
import { Standing } from './Standing';
import { Verbs } from './Verbs';

const route = getRouteApi('/proposals/$id');

/** One act that takes two people: what it is, what it starts from and becomes, why, and what comes next. */
export function ProposalPage() {
  const { id } = route.useParams();
  const found = useQuery(proposal(id));
  const own = useQuery(me);
  const trail = <Link to="/proposals">Proposals</Link>;
  if (!found.data || !own.data) {
    return (
      <Page title="Proposal" trail={trail}>
        {found.error ? (
          <Failure error={found.error} needs={OFFICES.read} retry={() => found.refetch()} />
        ) : (
          <Loading what="the proposal" />
        )}
      </Page>
    );
  }
  return <Shown key={id} shown={found.data} me={own.data} />;
}

function Shown({ shown, me }: { shown: Proposal; me: Me }) {
  const [news, setNews] = useState<ReactNode>();
  const cache = useQueryClient();
  const done = (what: ReactNode) => {
    setNews(what);
    // Whatever it was about may have changed with it.
    cache.invalidateQueries();
  };
  const page = pageOf(shown.act);
  return (
    <Page
      title={actInWords(shown.act)}
      trail={<Link to="/proposals">Proposals</Link>}
      lead={<ProposalState proposal={shown} />}
      actions={<Verbs proposal={shown} me={me} onDone={done} />}
    >
      <News>{news}</News>
      <Standing proposal={shown} me={me} />
      <Panel title="What it does">
        {shown.withheld ? (
          <p className={styles.withheld}>
            <EyeOff size={20} aria-hidden="true" />
            Part of this is above you and is left out, with the reason that was given for it.
          </p>
        ) : shown.changes.length > 0 ? (
          <Changes changes={shown.changes} />
        ) : (
          <Asked act={shown.act} past={shown.outdated || isOver(shown)} />
        )}
        {page && !shown.withheld && (
          <p className={styles.more}>
            <Link to={page} params={{ id: String(shown.act.id) }}>
              See {String(shown.act.id)} as things are now
            </Link>
          </p>
        )}
      </Panel>
      <Panel title="Who and why">
        <Facts facts={facts(shown)} />
      </Panel>
    </Page>
  );
}

function facts(shown: Proposal) {
  const over = isOver(shown);
  return [
    ['Reason', shown.withheld ? 'left out: above you' : shown.reason || 'none was given'],
    ['Proposed by', shown.requester ?? '–'],
    ['Proposed', moment(shown.requested_at)],
    [
      over ? 'Good until' : 'Runs out',
      over ? moment(shown.expires_at) : `${left(shown.expires_at, new Date())}, ${moment(shown.expires_at)}`,
    ],
    ['Approved by', shown.approver ? `${shown.approver}, ${moment(shown.approved_at)}` : 'nobody yet'],
    [
      'Id',
      <span className="mono" key="id">
        {shown.id}
      </span>,
    ],
    [
      'Fingerprint',
      <span className="mono" key="hash">
        {shown.parameters.slice(0, 16)}
      </span>,
    ],
  ] as const;
}
