// SPDX-License-Identifier: Apache-2.0
import { beforeAll, expect, it, vi } from 'vitest';

beforeAll(() => vi.stubGlobal('window', { location: { origin: 'http://console.test' } }));

it('the sign-in page is asked to lead back to the same page', async () => {
  const { signInAddress } = await import('./client');
  const address = signInAddress({ pathname: '/admin/people', search: '?q=a%26b' });
  const parsed = new URL(address, 'http://console.test');
  expect(parsed.pathname).toBe('/signin');
  expect(parsed.searchParams.get('then')).toBe('/admin/people?q=a%26b');
  expect(parsed.searchParams.has('acr_values')).toBe(false);
});

it('a step up asks for the next level', async () => {
  const { signInAddress, strongerThan } = await import('./client');
  const address = signInAddress({ pathname: '/admin/', search: '' }, strongerThan(1));
  expect(new URL(address, 'http://console.test').searchParams.get('acr_values')).toBe('urn:x:aal:2');
  expect(strongerThan(2)).toBe('urn:x:aal:3');
});
