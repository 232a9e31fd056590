// SPDX-License-Identifier: Apache-2.0
import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouterState } from '@tanstack/react-router';
import { Info } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { drafts } from '../api/drafts';
import { me } from '../api/queries';
import { Failure } from '../parts/Failure';
import { Loading } from '../parts/Loading';
import { Banner } from './Banner';
import { Navigation } from './Navigation';
import { SessionEnd } from './SessionEnd';
import styles from './Shell.module.css';
import { TopBar } from './TopBar';

/** What stands round every page. Without knowing who is signed in and what this console may hold, it shows nothing else. */
export function Shell() {
  const own = useQuery(me);
  useFocusOnNewPage();
  if (own.data) drafts.belongTo(own.data.id);
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#page">
        Skip to the page
      </a>
      <Banner banner={own.data?.banner} loading={own.isPending} where="top" />
      <TopBar me={own.data} />
      {own.data && <SessionEnd me={own.data} />}
      {own.data?.notice && (
        <aside aria-label="Notice" className={styles.notice}>
          <Info size={16} aria-hidden="true" />
          <span>{own.data.notice}</span>
        </aside>
      )}
      <div className={styles.middle}>
        {own.data && <Navigation me={own.data} />}
        <main id="page" tabIndex={-1} className={styles.main}>
          {own.data && <Outlet />}
          {own.isPending && <Loading what="the console" />}
          {own.error && <Failure error={own.error} retry={() => own.refetch()} />}
        </main>
      </div>
      <Banner banner={own.data?.banner} loading={own.isPending} where="bottom" />
    </div>
  );
}

/** After a move to another page the keyboard and the screen reader continue at its title. */
function useFocusOnNewPage() {
  const path = useRouterState({ select: (state) => state.resolvedLocation?.pathname });
  const previous = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (path !== undefined && previous.current !== undefined && previous.current !== path) {
      document.getElementById('page-title')?.focus({ preventScroll: true });
    }
    previous.current = path;
  }, [path]);
}
