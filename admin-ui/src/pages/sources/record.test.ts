// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Source } from '../../api/client';
import { protocolOf, rulesOf, spoken } from './record';

const source = (record: Record<string, unknown>): Source => ({
  source: record,
  kept_by: 'administrators',
  withheld: false,
  health: [],
});

test('a record says by which protocol it is spoken to', () => {
  const ldap = source({ protocol: { ldap: { base: 'dc=example' } } });
  expect(spoken(ldap)).toEqual(['ldap', { base: 'dc=example' }]);
  expect(protocolOf(ldap)).toBe('LDAP');
  expect(protocolOf(source({}))).toBe('–');
  expect(spoken(source({ protocol: { carrier: {} } }))).toBeUndefined();
});

test('each rule names the attributes that it takes from, wherever they stand', () => {
  const rules = rulesOf(
    source({
      mapping: {
        rules: [
          { to: 'username', mode: 'require', value: { from: 'uid' } },
          { to: 'display_name', value: { join: { of: ['givenName', 'sn'], with: ' ' } } },
          { to: 'roles', when: 'has mail', value: { constant: 'member' } },
          {
            to: 'clearances',
            clearance: {
              scheme: { constant: 'NATO' },
              level: { from: 'lvl' },
              valid_until: { from: 'until' },
            },
          },
        ],
      },
    }),
  );
  expect(rules.map(({ to, mode, from, when }) => [to, mode, from, when])).toEqual([
    ['username', 'require', 'uid', 'always'],
    ['display_name', 'force', 'givenName, sn', 'always'],
    ['roles', 'force', 'a constant', 'has mail'],
    ['clearances', 'force', 'lvl, until', 'always'],
  ]);
  expect(rulesOf(source({}))).toEqual([]);
});
