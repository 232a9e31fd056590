// SPDX-License-Identifier: Apache-2.0
import { useEffect, useReducer, useState } from 'react';
import { me, queryClient } from '../../api/queries';
import type { DecisionSearch } from '../../search';
import { afterwards, matches, NOTHING, parsed } from './live';

const AGAIN_MS = 3_000;

/** Follows the stream of decisions while the page is open; after a break it goes on, and the list fills the gap. */
export function useStream({ subject, reason, outcome }: DecisionSearch) {
  const [live, happened] = useReducer(afterwards, NOTHING);
  const [connected, setConnected] = useState(false);
  useEffect(() => {
    const wanted = { subject, reason, outcome };
    let source: EventSource | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    happened({ kind: 'cleared' });
    const open = () => {
      source = new EventSource(address(wanted));
      source.onopen = () => {
        setConnected(true);
        // What was decided before the stream stood is in the list alone.
        readAgain();
      };
      source.addEventListener('missed', readAgain);
      source.addEventListener('decision', (event) => {
        const decision = parsed(event.data);
        if (decision && matches(decision, wanted)) happened({ kind: 'arrived', decision });
      });
      source.onerror = () => {
        setConnected(false);
        if (source?.readyState !== EventSource.CLOSED) return;
        // Refused rather than cut off: perhaps the session ended, which this answer would tell.
        queryClient.invalidateQueries({ queryKey: me.queryKey });
        timer = setTimeout(open, AGAIN_MS);
      };
    };
    open();
    return () => {
      clearTimeout(timer);
      source?.close();
    };
  }, [subject, reason, outcome]);
  return { live, connected, happened };
}

function readAgain() {
  queryClient.invalidateQueries({ queryKey: ['decisions'] });
}

function address(wanted: DecisionSearch): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(wanted)) if (value) query.set(name, value);
  const text = query.toString();
  return `/api/v1/decisions/stream${text === '' ? '' : `?${text}`}`;
}
