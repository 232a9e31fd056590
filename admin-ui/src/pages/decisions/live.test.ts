// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import type { DecisionSummary } from '../../api/client';
import { afterwards, inFront, matches, NOTHING, parsed } from './live';

const decision = (id: string, more: Partial<DecisionSummary> = {}): DecisionSummary => ({
  id,
  at: '2026-11-23T12:00:00Z',
  subject: 'noah',
  action: 'channel.join',
  resource: { type: 'channel', id: 'log-nr', withheld: false },
  outcome: 'deny',
  reason: 'BRIEFING_MISSING',
  ...more,
});
const ids = (decisions: readonly DecisionSummary[]) => decisions.map(({ id }) => id);

describe('the live list', () => {
  it('shows the newest first, each once', () => {
    let live = afterwards(NOTHING, { kind: 'arrived', decision: decision('a') });
    live = afterwards(live, { kind: 'arrived', decision: decision('b') });
    live = afterwards(live, { kind: 'arrived', decision: decision('a') });
    expect(ids(live.shown)).toEqual(['a', 'b']);
  });

  it('holds arrivals back while paused and shows them on resuming', () => {
    let live = afterwards(NOTHING, { kind: 'arrived', decision: decision('a') });
    live = afterwards(live, { kind: 'paused' });
    live = afterwards(live, { kind: 'arrived', decision: decision('b') });
    expect(ids(live.shown)).toEqual(['a']);
    expect(ids(live.waiting)).toEqual(['b']);
    live = afterwards(live, { kind: 'resumed' });
    expect(ids(live.shown)).toEqual(['b', 'a']);
    expect(live.waiting).toEqual([]);
  });

  it('never grows without bound', () => {
    const many = Array.from({ length: 500 }, (_, index) => decision(`d${index}`));
    expect(inFront(many, [])).toHaveLength(200);
  });
});

describe('matches', () => {
  it('compares only what is asked for', () => {
    expect(matches(decision('a'), {})).toBe(true);
    expect(matches(decision('a'), { outcome: 'deny', subject: 'noah', reason: 'BRIEFING_MISSING' })).toBe(
      true,
    );
    expect(matches(decision('a'), { outcome: 'allow' })).toBe(false);
    expect(matches(decision('a'), { subject: 'noa' })).toBe(false);
  });
});

describe('parsed', () => {
  it('takes decisions and nothing else', () => {
    expect(parsed(JSON.stringify(decision('a')))?.id).toBe('a');
    expect(parsed('null')).toBeUndefined();
    expect(parsed('{"id":"a"}')).toBeUndefined();
    expect(parsed('half a {')).toBeUndefined();
  });
});
