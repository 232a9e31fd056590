// SPDX-License-Identifier: Apache-2.0
import { type ReactNode, useEffect } from 'react';
import styles from './Page.module.css';

interface Props {
  title: string;
  /** Where this page hangs, as links. */
  trail?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page: its title (also the document's), what can be done, and its panels. */
export function Page({ title, trail, lead, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · Countersign`;
  }, [title]);
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <div className={styles.title}>
          {trail && (
            <nav aria-label="Breadcrumb" className={styles.trail}>
              {trail}
            </nav>
          )}
          <h1 id="page-title" tabIndex={-1}>
            {title}
          </h1>
          {lead && <div className={styles.lead}>{lead}</div>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A work surface with a heading of its own. */
export function Panel({ title, aside, children, flush = false }: PanelProps) {
  return (
    <section className={styles.panel}>
      {title && (
        <header className={styles.panelHead}>
          <h2>{title}</h2>
          {aside}
        </header>
      )}
      <div className={flush ? undefined : styles.panelBody}>{children}</div>
    </section>
  );
}

interface PanelProps {
  title?: string;
  aside?: ReactNode;
  children: ReactNode;
  /** Without inner space, for tables. */
  flush?: boolean;
}

/** Names and values. */
export function Facts({ facts }: { facts: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
