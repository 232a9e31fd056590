// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Decision } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { decision } from '../../api/queries';
import { DecisionChip } from '../../parts/DecisionChip';
import { Explanation } from '../../parts/Explanation';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Facts, Page, Panel } from '../../parts/Page';
import { RawJson } from '../../parts/RawJson';
import { Tree } from '../../parts/Tree';
import { moment } from '../../parts/when';
import { Why } from '../../parts/why/Why';
import styles from './WhyPage.module.css';

const route = getRouteApi('/decisions/$id');

/** The one page that says why a decision came out as it did. */
export function WhyPage() {
  const { id } = route.useParams();
  const found = useQuery(decision(id));
  const trail = <Link to="/decisions">Live decisions</Link>;
  if (!found.data) {
    return (
      <Page title={`Decision ${id}`} trail={trail}>
        {found.error ? (
          <Failure error={found.error} needs={OFFICES.decisions} retry={() => found.refetch()} />
        ) : (
          <Loading what="the decision" />
        )}
      </Page>
    );
  }
  const it = found.data;
  return (
    <Page
      title={`${it.subject_name ?? it.subject} · ${it.action} · ${it.resource.id}`}
      trail={trail}
      lead={
        <span className={styles.lead}>
          <DecisionChip outcome={it.outcome} large />
          {moment(it.at)}
        </span>
      }
      actions={
        <Link
          to="/simulator"
          search={{
            subject: it.subject,
            action: it.action,
            type: it.resource.type,
            id: it.resource.withheld ? '' : it.resource.id,
          }}
          className={styles.link}
        >
          Open in simulator
        </Link>
      }
    >
      <Explanation decision={it} />
      <Panel title="Decision">
        <Facts facts={facts(it)} />
      </Panel>
      {it.explanation && <Why why={it.explanation} />}
      {it.not_kept && (
        <Panel title="No longer explained">
          <p>This decision cannot be taken again: {it.not_kept}.</p>
        </Panel>
      )}
      <Panel title="Inputs">
        <Tree value={it.inputs} name="inputs" />
      </Panel>
      <RawJson value={it} />
    </Page>
  );
}

function facts(it: Decision) {
  return [
    [
      'Reference',
      <span className="mono" key="id">
        {it.id}
      </span>,
    ],
    [
      'Who',
      <Link key="who" to="/people/$id" params={{ id: it.subject }}>
        {it.subject_name ?? it.subject}
      </Link>,
    ],
    [
      'Action',
      <span className="mono" key="action">
        {it.action}
      </span>,
    ],
    ['On', `${it.resource.type} ${it.resource.id}`],
    ['Asked by', it.server ?? 'Countersign'],
    ['Told to the caller', told(it)],
    ['Good until', moment(it.expires_at)],
    ['World revision', it.revision ?? '–'],
    ['Policy revision', it.policy_revision ?? '–'],
  ] as const;
}

function told(it: Decision): string {
  if (it.outcome === 'allow') return 'allowed';
  if (it.disclosed === undefined || it.disclosed === null) return '–';
  return it.disclosed ? 'the true reason' : 'only “not available”';
}
