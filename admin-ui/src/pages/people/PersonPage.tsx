// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useCallback, useState } from 'react';
import type { Sent } from '../../api/amend';
import type { Person } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { rolesInWords } from '../../api/problem';
import { person } from '../../api/queries';
import { News, outcome } from '../../parts/act/News';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Facts, Page, Panel } from '../../parts/Page';
import { StatusChip } from '../../parts/StatusChip';
import { ago, moment } from '../../parts/when';
import { Acts } from './Acts';
import { Authenticators } from './Authenticators';
import { Clearances } from './Clearances';
import { Memberships } from './Memberships';
import { Sessions } from './Sessions';

const route = getRouteApi('/people/$id');

/** One person: who she is, what she is cleared for, where she is signed in, which channels she is in. */
export function PersonPage() {
  const { id } = route.useParams();
  const found = useQuery(person(id));
  const cache = useQueryClient();
  const [news, setNews] = useState<ReactNode>();
  const changed = useCallback(
    (what: ReactNode) => {
      setNews(what);
      cache.invalidateQueries({ queryKey: ['person', id] });
      cache.invalidateQueries({ queryKey: ['people'] });
      cache.invalidateQueries({ queryKey: ['proposals'] });
    },
    [cache, id],
  );
  const amended = useCallback((sent: Sent, done: string) => changed(outcome(sent, done)), [changed]);
  const trail = <Link to="/people">People</Link>;
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
  const who = found.data;
  return (
    <Page
      title={who.display_name ?? who.id}
      trail={trail}
      actions={<Acts person={who} onDone={changed} onAmended={amended} />}
      lead={
        who.status === 'active' ? (
          <StatusChip tone="good">Active</StatusChip>
        ) : (
          <StatusChip tone="bad">Disabled: every question about this person is denied</StatusChip>
        )
      }
    >
      <News>{news}</News>
      {found.error && <Failure error={found.error} retry={() => found.refetch()} />}
      <Panel title="Identity">
        <Facts facts={identity(who)} />
      </Panel>
      <Panel title="Clearances" flush>
        <Clearances id={who.id} clearances={who.clearances} onDone={amended} />
      </Panel>
      <Panel title="Sessions" flush>
        <Sessions sessions={who.sessions} onEnded={changed} />
      </Panel>
      <Panel title="Ways to sign in" flush>
        <Authenticators id={who.id} onWithdrawn={changed} />
      </Panel>
      <Panel title="Channels" flush>
        <Memberships memberships={who.memberships} />
      </Panel>
    </Page>
  );
}

function identity(who: Person) {
  return [
    [
      'Id',
      <span className="mono" key="id">
        {who.id}
      </span>,
    ],
    ['Kind', who.kind],
    ['Agency', who.agency ?? '–'],
    ['Nationalities', who.nationalities.join(', ') || '–'],
    ['Roles', who.roles.map((role) => rolesInWords([role])).join(', ') || '–'],
    ['Missions', who.missions.join(', ') || '–'],
    ['Briefings', who.briefings.join(', ') || '–'],
    ['Sponsor', who.sponsor ?? '–'],
    ['Contract', who.contract ? `${who.contract.reference}, until ${moment(who.contract.until)}` : '–'],
    ['E-mail', who.email ?? '–'],
    ['Last sign-in', ago(who.last_sign_in, new Date())],
  ] as const;
}
