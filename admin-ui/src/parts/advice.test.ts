// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { Problem } from '../api/problem';
import { advice } from './advice';

test('a refusal says what to do', () => {
  expect(advice(new Problem(403, { reason: 'SELF_APPROVAL' }))).toMatch(/another security officer/);
  expect(advice(new Problem(403, { reason: 'CLEARANCE_LEVEL' }))).toMatch(/cleared for all/);
  expect(advice(new Problem(409, {}))).toMatch(/Load it again/);
  expect(advice(new Problem(400, {}))).toBeUndefined();
});
