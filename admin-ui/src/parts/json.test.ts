// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import { leaves, readObject } from './json';

test('only an object is taken, and what is wrong is said', () => {
  expect(readObject('{"cn": ["Ann"]}')).toEqual({ cn: ['Ann'] });
  expect(readObject('[1]')).toMatch(/Begin with/);
  expect(readObject('null')).toMatch(/Begin with/);
  expect(readObject('{')).toMatch(/not JSON/);
});

test('a record is told leaf by leaf, without its secrets and long texts', () => {
  const record = {
    name: 'Ministry',
    protocol: { saml: { metadata: { document: 'x'.repeat(500) } } },
    cap: { levels: { NATO: 'NC' }, missions: [] },
    secret: { set: 'ab12' },
  };
  expect(leaves(record)).toEqual([
    ['name', 'Ministry'],
    ['protocol.saml.metadata.document', `${'x'.repeat(60)}… (500 characters)`],
    ['cap.levels.NATO', 'NC'],
    ['cap.missions', []],
    ['secret', 'set'],
  ]);
});
