// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useCallback, useState } from 'react';
import type { Sent } from '../../api/amend';
import type { Source } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { me, source } from '../../api/queries';
import { News, outcome } from '../../parts/act/News';
import { CheckLines } from '../../parts/CheckLines';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Page, Panel } from '../../parts/Page';
import { StatusChip } from '../../parts/StatusChip';
import { LinkedPeople } from './LinkedPeople';
import { Mapping } from './Mapping';
import { MetadataPanel } from './MetadataPanel';
import { nameOf, protocolOf, spoken, stateOf } from './record';
import { Settings } from './Settings';
import { SourceActs } from './SourceActs';
import { SyncPanel } from './SyncPanel';
import { TestPanel } from './TestPanel';
import { TryMapping } from './TryMapping';

const route = getRouteApi('/sources/$id');

/** One source: how it stands, what it may do, what its words mean here, whom it brings, and trying it out. */
export function SourcePage() {
  const { id } = route.useParams();
  const found = useQuery(source(id));
  const own = useQuery(me);
  const trail = <Link to="/sources">Sources</Link>;
  if (!found.data || !own.data) {
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
  return <Shown key={id} id={id} source={found.data} roles={own.data.roles} />;
}

function Shown({ id, source, roles }: { id: string; source: Source; roles: readonly string[] }) {
  const cache = useQueryClient();
  const [news, setNews] = useState<ReactNode>();
  const amended = useCallback(
    (sent: Sent, done: string) => {
      setNews(outcome(sent, done));
      for (const queryKey of [['source', id], ['sources'], ['proposals']])
        cache.invalidateQueries({ queryKey });
    },
    [cache, id],
  );
  const protocol = spoken(source)?.[0];
  const manages = roles.includes('sysadmin');
  return (
    <Page
      title={nameOf(source)}
      trail={<Link to="/sources">Sources</Link>}
      actions={manages && <SourceActs source={source} onDone={amended} />}
      lead={
        <>
          {stateOf(source) === 'active' ? (
            <StatusChip tone="good">Active</StatusChip>
          ) : (
            <StatusChip tone="off">Disabled: nobody signs in by it, and nothing is taken from it</StatusChip>
          )}{' '}
          {protocolOf(source)}, kept by{' '}
          {source.kept_by === 'configuration' ? 'the configuration file' : 'administrators'}
        </>
      }
    >
      <News>{news}</News>
      <Panel title="How it stands">
        <CheckLines label="How it stands" lines={source.health} />
      </Panel>
      {protocol === 'saml' && <MetadataPanel id={id} manages={manages} onAmended={amended} />}
      {protocol === 'ldap' && manages && <SyncPanel id={id} onAmended={amended} />}
      <Settings source={source} />
      <Panel title="What its words mean here" flush>
        <Mapping source={source} />
      </Panel>
      <LinkedPeople id={id} />
      {(manages || roles.includes('security_officer')) && (
        <>
          <TestPanel id={id} protocol={protocol} />
          <TryMapping id={id} />
        </>
      )}
    </Page>
  );
}
