// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { isBranch, leafText } from './Tree';

it('only what has children worth a line is a branch', () => {
  expect(isBranch({ a: 1 })).toBe(true);
  expect(isBranch({})).toBe(false);
  expect(isBranch(['NATO', 'CHE'])).toBe(false);
  expect(isBranch([{ scheme: 'DE' }])).toBe(true);
  expect(isBranch(null)).toBe(false);
  expect(isBranch('text')).toBe(false);
});

it('a leaf reads as one line', () => {
  expect(leafText(['NATO', 'CHE'])).toBe('NATO, CHE');
  expect(leafText([])).toBe('none');
  expect(leafText(null)).toBe('–');
  expect(leafText(false)).toBe('false');
});
