// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Application } from '../../api/client';
import { isService } from '../../api/service';
import { hasSecret, hearsInWords, speaks } from './record';

const application = (client: Record<string, unknown>): Application => ({
  client,
  withheld: false,
  hears: 'never',
  keys: [],
  warnings: [],
});

test('an application says by what it sends people here', () => {
  expect(speaks(application({ saml: { entity_id: 'x' }, grants: [] }))).toBe('SAML');
  const both = application({ grants: ['authorization_code', 'client_credentials'] });
  expect(speaks(both)).toBe('OpenID Connect, for itself');
  expect(speaks(application({}))).toBe('–');
  expect([isService(both.client), isService(application({ saml: {} }).client)]).toEqual([false, true]);
  expect([hasSecret(both), hasSecret(application({ saml: {} }))]).toEqual([true, false]);
  expect(hearsInWords(both)).toBe('not at all');
});
