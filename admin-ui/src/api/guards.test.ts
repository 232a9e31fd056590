// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { GUARDS, guardNumber } from './guards';

it('there are 38 guards, numbered from one', () => {
  expect(GUARDS).toHaveLength(38);
  expect(guardNumber('PDP_INPUT')).toBe(1);
  expect(guardNumber('CLEARANCE_LEVEL')).toBe(24);
  expect(guardNumber('AAL_STEP_UP')).toBe(38);
});

it('an unknown code has no number', () => {
  expect(guardNumber('NOT_AVAILABLE')).toBeUndefined();
});
