// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { isRunning, needsAnswer, needsReview } from '../../api/breakGlass';
import type { BreakGlass, Me } from '../../api/client';
import { OFFICES } from '../../api/offices';
import { breakGlass, me } from '../../api/queries';
import { News } from '../../parts/act/News';
import { Failure } from '../../parts/Failure';
import { Loading } from '../../parts/Loading';
import { Page, Panel } from '../../parts/Page';
import { Answer } from './Answer';
import { Ask } from './Ask';
import { GlassTable } from './GlassTable';
import { Review } from './Review';

/** One channel, a few hours, on another person's word: what is asked for, what runs, what has to be looked at. */
export function BreakGlassPage() {
  const found = useQuery(breakGlass);
  const own = useQuery(me);
  const cache = useQueryClient();
  const [news, setNews] = useState<ReactNode>();
  const done = (what: string) => {
    setNews(what);
    cache.invalidateQueries({ queryKey: breakGlass.queryKey });
  };
  return (
    <Page
      title="Break-glass"
      lead="In an emergency a person is let into one channel for at most four hours. It ends by itself, raises an alarm, and is reviewed."
      actions={<Ask onDone={done} />}
    >
      <News>{news}</News>
      {found.error && <Failure error={found.error} needs={OFFICES.read} retry={() => found.refetch()} />}
      {found.isPending && <Loading what="requests" />}
      {found.data && own.data && !found.error && (
        <Lists items={found.data.items} me={own.data} onDone={done} />
      )}
    </Page>
  );
}

interface Props {
  items: BreakGlass[];
  me: Me;
  onDone: (what: string) => void;
}

function Lists({ items, me, onDone }: Props) {
  const now = new Date();
  const acts = me.roles.includes('security_officer');
  return (
    <>
      <Panel title="Waits for an answer" flush>
        <GlassTable
          caption="Waits for an answer"
          rows={items.filter(needsAnswer)}
          empty="Nobody asks for a channel."
          when={['Runs out', 'expires_at']}
          act={(item) => acts && <Answer item={item} me={me} onDone={onDone} />}
        />
      </Panel>
      <Panel title="Running" flush>
        <GlassTable
          caption="Running"
          rows={items.filter((item) => isRunning(item, now))}
          empty="Nobody is in a channel by break-glass."
          when={['Ends', 'ends_at']}
        />
      </Panel>
      <Panel title="To be reviewed" flush>
        <GlassTable
          caption="To be reviewed"
          rows={items.filter((item) => needsReview(item, now))}
          empty="No review is due."
          when={['Review due', 'review_due']}
          act={(item) => acts && <Review item={item} me={me} onDone={onDone} />}
        />
      </Panel>
    </>
  );
}
