// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { valueText } from './Clauses';
import { clearanceText } from './Steps';

test('a clearance reads as scheme, level and compartments', () => {
  expect(clearanceText({ scheme: 'UK', level: 'level-1', compartments: ['compartment-1'] })).toBe(
    'UK level-1 compartment-1',
  );
  expect(clearanceText({ scheme: 'DE', level: 'GEHEIM' })).toBe('DE GEHEIM');
});

test('a part that Cedar did not come to is said to be so', () => {
  expect([true, false, null, undefined].map(valueText)).toEqual([
    'true',
    'false',
    'not reached',
    'not reached',
  ]);
});
