// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useCallback, useState } from 'react';
import type { Sent } from '../../api/amend';
import type { Application } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { applications, me } from '../../api/queries';
import { isService } from '../../api/service';
import { News, outcome } from '../../parts/act/News';
import { valueInWords } from '../../parts/act/words';
import { CheckLines } from '../../parts/CheckLines';
import { Failure } from '../../parts/Failure';
import { leaves } from '../../parts/json';
import { Loading } from '../../parts/Loading';
import { Facts, Page, Panel } from '../../parts/Page';
import { day } from '../../parts/when';
import { ApplicationActs } from './ApplicationActs';
import { hearsInWords, idOf, nameOf, speaks } from './record';

const route = getRouteApi('/applications/$id');

/** One application: how people sign in to it, what it is told, and what somebody should look at. */
export function ApplicationPage() {
  const { id } = route.useParams();
  const found = useQuery(applications);
  const own = useQuery(me);
  const trail = <Link to="/applications">Applications</Link>;
  const application = found.data?.items.find((one) => idOf(one) === id);
  if (!application || !own.data) {
    return (
      <Page title={id} trail={trail}>
        {found.error && <Failure error={found.error} needs={OFFICES.read} retry={() => found.refetch()} />}
        {found.isPending && <Loading what={id} />}
        {found.data && <p>There is no application of that id (any more).</p>}
      </Page>
    );
  }
  return <Shown key={id} application={application} manages={own.data.roles.includes('sysadmin')} />;
}

function Shown({ application, manages }: { application: Application; manages: boolean }) {
  const cache = useQueryClient();
  const [news, setNews] = useState<ReactNode>();
  const amended = useCallback(
    (sent: Sent, done: string) => {
      setNews(outcome(sent, done));
      cache.invalidateQueries({ queryKey: applications.queryKey });
      cache.invalidateQueries({ queryKey: ['proposals'] });
    },
    [cache],
  );
  const { saml, ...record } = application.client;
  return (
    <Page
      title={nameOf(application)}
      trail={<Link to="/applications">Applications</Link>}
      lead={`Signs in by: ${speaks(application)}. Hears that a session is over: ${hearsInWords(application)}.`}
      actions={manages && <ApplicationActs application={application} onDone={amended} />}
    >
      <News>{news}</News>
      {application.warnings.length > 0 && (
        <Panel title="To look at">
          <CheckLines label="To look at" lines={application.warnings} />
        </Panel>
      )}
      <Panel title="Record">
        <Facts facts={told(record)} />
      </Panel>
      {isService(application.client) && (
        <>
          <Panel title="As a service provider">
            <Facts facts={told(saml).filter(([name]) => !CERTIFICATES.includes(name))} />
          </Panel>
          <Panel title="Its keys">
            <Facts
              facts={application.keys.map((key) => [
                `For ${key.purpose}, its certificate good until ${day(key.ends)}`,
                <span className="mono" key={key.sha256}>
                  {key.sha256}
                </span>,
              ])}
            />
          </Panel>
        </>
      )}
      {application.withheld && (
        <p className="quiet">
          Part of this is above you and is shown by a made-up name: you cannot change it.
        </p>
      )}
    </Page>
  );
}

/** Shown as keys, by their fingerprints. */
const CERTIFICATES = ['signing', 'encryption'];

function told(record: unknown): [string, string][] {
  if (typeof record !== 'object' || record === null) return [];
  return leaves(record)
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => [name, valueInWords(name, value)]);
}
