// SPDX-License-Identifier: Apache-2.0
import type { DecisionSummary } from '../../api/client';
import type { DecisionSearch } from '../../search';

const KEPT = 200;

/** Decisions that arrived by the stream, newest first, and those that wait while the reader has paused. */
export interface Live {
  shown: readonly DecisionSummary[];
  waiting: readonly DecisionSummary[];
  paused: boolean;
}

export type LiveEvent =
  | { kind: 'arrived'; decision: DecisionSummary }
  | { kind: 'paused' }
  | { kind: 'resumed' }
  | { kind: 'cleared' };

export const NOTHING: Live = { shown: [], waiting: [], paused: false };

/** What is on screen after an event. A decision that arrives twice is shown once. */
export function afterwards(live: Live, event: LiveEvent): Live {
  switch (event.kind) {
    case 'arrived':
      return live.paused
        ? { ...live, waiting: inFront([event.decision], live.waiting) }
        : { ...live, shown: inFront([event.decision], live.shown) };
    case 'paused':
      return { ...live, paused: true };
    case 'resumed':
      return { shown: inFront(live.waiting, live.shown), waiting: [], paused: false };
    case 'cleared':
      return { ...live, shown: [], waiting: [] };
  }
}

/** Newer decisions in front of older ones, each once, no more than are kept. */
export function inFront(
  newer: readonly DecisionSummary[],
  older: readonly DecisionSummary[],
): readonly DecisionSummary[] {
  const seen = new Set<string>();
  const all = [...newer, ...older].filter(({ id }) => !seen.has(id) && seen.add(id));
  return all.slice(0, KEPT);
}

/** Whether a decision is among those asked for. */
export function matches(decision: DecisionSummary, wanted: DecisionSearch): boolean {
  if (wanted.outcome && decision.outcome !== wanted.outcome) return false;
  if (wanted.reason && decision.reason !== wanted.reason) return false;
  return !wanted.subject || decision.subject === wanted.subject;
}

/** A decision from the stream's text; undefined when it is not one. */
export function parsed(data: string): DecisionSummary | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (typeof value !== 'object' || value === null) return undefined;
    return 'id' in value && 'outcome' in value && 'resource' in value
      ? (value as DecisionSummary)
      : undefined;
  } catch {
    return undefined;
  }
}
