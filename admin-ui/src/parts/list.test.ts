// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { sameWords, typedList } from './list';

test('a typed list is split, trimmed and said once', () => {
  expect(typedList(' NATO, VS\nNATO ,, ')).toEqual(['NATO', 'VS']);
  expect(typedList('')).toEqual([]);
});

test('the order of words does not matter', () => {
  expect(sameWords(['a', 'b'], ['b', 'a'])).toBe(true);
  expect(sameWords(['a'], ['a', 'b'])).toBe(false);
});
