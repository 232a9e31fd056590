// SPDX-License-Identifier: Apache-2.0
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { needsAnswer, needsReview } from './breakGlass';
import type { Me } from './client';
import { breakGlass, proposals } from './queries';
import { waitsFor } from './standing';

/**
 * How much waits for somebody, for the menu. It is asked anew when she moves to another page or comes back
 * to the window, never by a clock: an unattended console must not keep its session alive.
 */
export function useWaiting(me: Me, path: string): Record<string, number> {
  const cache = useQueryClient();
  const seen = useRef(path);
  useEffect(() => {
    if (seen.current === path) return;
    seen.current = path;
    cache.invalidateQueries({ queryKey: proposals.queryKey });
    cache.invalidateQueries({ queryKey: breakGlass.queryKey });
  }, [cache, path]);
  const officer = me.roles.includes('security_officer');
  const open = useQuery({ ...proposals, enabled: officer || me.roles.includes('sysadmin') });
  const glass = useQuery({ ...breakGlass, enabled: officer });
  const now = new Date();
  const due = glass.data?.items.filter(
    (item) => item.requester !== me.id && (needsAnswer(item) || needsReview(item, now)),
  );
  return {
    '/proposals': open.data?.items.filter((item) => waitsFor(item, me)).length ?? 0,
    '/break-glass': due?.length ?? 0,
  };
}
