// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { standing } from './sessionEnd';

const MINUTE = 60_000;
const session = { ends_at: new Date(600 * MINUTE).toISOString(), idle_seconds: 900 };

it('warns two minutes before the session ends for want of activity', () => {
  expect(standing(session, 0, 13 * MINUTE - 1)).toBe('open');
  expect(standing(session, 0, 13 * MINUTE)).toBe('idle');
  expect(standing(session, 0, 15 * MINUTE)).toBe('idle');
  expect(standing(session, 0, 15 * MINUTE + 1)).toBe('over');
  expect(standing(session, 12 * MINUTE, 15 * MINUTE)).toBe('open');
});

it('an end that activity does not move asks for a new sign-in', () => {
  expect(standing(session, 598 * MINUTE, 598 * MINUTE)).toBe('ending');
  expect(standing(session, 600 * MINUTE, 600 * MINUTE + 1)).toBe('over');
});
