// SPDX-License-Identifier: Apache-2.0
import type { CSSProperties } from 'react';
import type { Me } from '../api/client';
import styles from './Banner.module.css';

interface Props {
  banner: Me['banner'] | undefined;
  loading: boolean;
  where: 'top' | 'bottom';
}

/** What this console may hold, above and below everything. Without data it says that the marking is missing. */
export function Banner({ banner, loading, where }: Props) {
  const name = where === 'top' ? 'Classification' : 'Classification, repeated';
  const place = where === 'top' ? styles.top : styles.bottom;
  if (!banner?.text) {
    return (
      <section aria-label={name} className={`${styles.banner} ${place} ${loading ? '' : styles.missing}`}>
        {!loading && <span>MARKING MISSING</span>}
      </section>
    );
  }
  const colours = { '--banner-bg': banner.bg, '--banner-fg': banner.fg } as CSSProperties;
  return (
    <section aria-label={name} className={`${styles.banner} ${place}`} style={colours}>
      {banner.text}
    </section>
  );
}
