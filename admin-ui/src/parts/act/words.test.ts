// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { actInWords, listDifference, pageOf, partInWords, valueInWords } from './words';

test('an act is told in a line', () => {
  expect(actInWords({ act: 'clearance_grant', id: 'noah' })).toBe('Give noah a clearance');
  expect(actInWords({ act: 'person_patch', id: 'noah', patch: { roles: [], missions: [] } })).toBe(
    'Change noah: roles, missions',
  );
  expect(actInWords({ act: 'person_admit', id: 'nina', link: { source: 'mod', subject: 'n-1' } })).toBe(
    'Open an account for nina, who came from mod',
  );
  expect(actInWords({ act: 'something_new', id: 'x' })).toBe('Something new x');
});

test('values are words, not JSON', () => {
  expect(valueInWords('roles', ['security_officer', 'member'])).toBe('security officer, member');
  expect(valueInWords('externals_allowed', false)).toBe('not allowed');
  expect(valueInWords('missions', [])).toBe('none');
  expect(valueInWords('administration', { aal: 2, managed_device: false })).toBe('aal 2, managed device no');
  expect(partInWords('label_mode')).toBe('Label mode');
});

test('lists say what came and what went', () => {
  expect(listDifference(['a', 'b'], ['b', 'c'])).toEqual({ kept: ['b'], added: ['c'], gone: ['a'] });
  expect(listDifference(undefined, ['c']).added).toEqual(['c']);
});

test('people and channels have pages, somebody new has none yet', () => {
  expect(pageOf({ act: 'clearance_renew' })).toBe('/people/$id');
  expect(pageOf({ act: 'channel_reclassify' })).toBe('/channels/$id');
  expect(pageOf({ act: 'person_create' })).toBeUndefined();
  expect(pageOf({ act: 'person_admit' })).toBeUndefined();
});
