// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { decisionSearch, listSearch, simulatorSearch } from './search';

it('an address keeps what it may carry and drops the rest', () => {
  expect(listSearch({ q: 'ali', cursor: '', evil: '<b>' })).toEqual({ q: 'ali', cursor: undefined });
  expect(listSearch({ q: 42 })).toEqual({ q: '42', cursor: undefined });
  expect(listSearch({ q: ['a'] }).q).toBeUndefined();
});

it('an unknown outcome filters nothing', () => {
  expect(decisionSearch({ outcome: 'deny', subject: 'noah' }).outcome).toBe('deny');
  expect(decisionSearch({ outcome: 'maybe' }).outcome).toBeUndefined();
});

it('the simulator can be opened with a question', () => {
  expect(simulatorSearch({ subject: 'noah', action: 'channel.join', type: 'channel', id: 'ops-ns' })).toEqual(
    {
      subject: 'noah',
      action: 'channel.join',
      type: 'channel',
      id: 'ops-ns',
    },
  );
});
