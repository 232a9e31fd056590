// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest';
import { ago, beginningOf, day, endOf, expiry, left, moment } from './when';

const NOW = new Date('2026-11-23T12:00:00Z');

describe('ago', () => {
  it('counts in the largest sensible unit', () => {
    expect(ago('2026-11-23T11:59:31Z', NOW)).toBe('just now');
    expect(ago('2026-11-23T11:59:00Z', NOW)).toBe('1 min ago');
    expect(ago('2026-11-23T11:00:00Z', NOW)).toBe('1 h ago');
    expect(ago('2026-11-21T12:00:00Z', NOW)).toBe('2 days ago');
    expect(ago('2026-01-02T12:00:00Z', NOW)).toBe('2 Jan 2026');
  });

  it('says never when there is no time', () => {
    expect(ago(undefined, NOW)).toBe('never');
    expect(ago(null, NOW)).toBe('never');
    expect(ago('nonsense', NOW)).toBe('never');
  });
});

describe('expiry', () => {
  it('knows the second before, on and after the end', () => {
    const end = '2026-11-23T12:00:00Z';
    expect(expiry(undefined, end, new Date('2026-11-23T11:59:59Z'))).toBe('soon');
    expect(expiry(undefined, end, NOW)).toBe('soon');
    expect(expiry(undefined, end, new Date('2026-11-23T12:00:01Z'))).toBe('past');
  });

  it('tells what has not begun and what is far', () => {
    expect(expiry('2026-11-24T00:00:00Z', '2028-01-01T00:00:00Z', NOW)).toBe('future');
    expect(expiry('2020-01-01T00:00:00Z', '2028-01-01T00:00:00Z', NOW)).toBe('far');
  });
});

it('an absent time is a dash', () => {
  expect(day(null)).toBe('–');
  expect(moment('')).toBe('–');
});

it('days begin and end in UTC', () => {
  expect(beginningOf('2026-12-01')).toBe('2026-12-01T00:00:00Z');
  expect(endOf('2026-12-01')).toBe('2026-12-01T23:59:59Z');
});

it('what is left is told in the largest unit that fits', () => {
  const now = new Date('2026-11-27T10:00:00Z');
  expect(left('2026-11-27T10:04:10Z', now)).toBe('in 5 min');
  expect(left('2026-11-27T18:00:00Z', now)).toBe('in 8 h');
  expect(left('2026-11-27T09:00:00Z', now)).toBe('over');
});
