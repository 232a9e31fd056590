// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { notReachedInWords } from './notReached';

test('who cannot be called is named, and nobody else is spoken of', () => {
  expect(notReachedInWords([])).toBe('');
  const two = [
    { client: 'wiki', name: 'Wiki' },
    { client: 'files', name: 'Files' },
  ];
  expect(notReachedInWords(two)).toBe(' Not reached: Wiki, Files. See to it there.');
});
