// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { countsOf, type Report, summaryOf } from './sync';

const report: Report = {
  mode: 'full',
  dry_run: false,
  began_at: '2026-11-23T12:00:00Z',
  ended_at: '2026-11-23T12:00:01Z',
  counts: { read: 5, created: 2, bad: 1 },
  skipped: 1,
  dropped: 0,
  bad: [],
};

test('counts are told in words, and what is not counted is none', () => {
  expect(countsOf(report)).toContainEqual(['New', '2']);
  expect(countsOf(report)).toContainEqual(['Gone', '0']);
  expect(countsOf(report)).toContainEqual(['Not let in by the rules', '1']);
});

test('a report says first what somebody has to know', () => {
  expect(summaryOf(report)).toBe('It came to its end.');
  expect(summaryOf({ ...report, dry_run: true })).toMatch(/would happen/);
  const braked = { vanish: 9, of: 10, seal: 'x' };
  expect(summaryOf({ ...report, dry_run: true, braked })).toMatch(/9 of 10 people would vanish/);
  expect(summaryOf({ ...report, fault: 'no answer' })).toBe('It failed: no answer');
});
