// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest';
import type { Proposal } from './client';
import { partOf, waitsFor } from './standing';

const officer = (id: string) => ({ id, roles: ['security_officer'] });
const proposal = (more: Partial<Proposal> = {}): Proposal => ({
  id: 'p',
  state: 'requested',
  requester: 'judy',
  reason: 'posting',
  requested_at: '2026-11-27T10:00:00Z',
  expires_at: '2026-11-27T18:00:00Z',
  act: { act: 'person_enable', id: 'noah' },
  widens: ['status'],
  changes: [],
  outdated: false,
  withheld: false,
  parameters: '0'.repeat(64),
  ...more,
});

test('another officer answers, whoever proposed it waits', () => {
  expect(partOf(proposal(), officer('kara'))).toBe('answer');
  expect(partOf(proposal(), officer('judy'))).toBe('wait');
  expect(partOf(proposal(), officer('noah'))).toBe('watch');
  expect(partOf(proposal(), { id: 'olga', roles: ['auditor'] })).toBe('watch');
});

test('once approved, it is carried out by whoever proposed it', () => {
  const approved = proposal({ state: 'approved', approver: 'kara' });
  expect(partOf(approved, officer('judy'))).toBe('carry out');
  expect(partOf(approved, officer('kara'))).toBe('watch');
  expect(partOf(proposal({ state: 'used' }), officer('judy'))).toBe('over');
});

test('what the chat server carries out waits for it', () => {
  const act = { act: 'channel_federate', id: 'town', node: 'fra' };
  expect(partOf(proposal({ act, state: 'approved', approver: 'kara' }), officer('judy'))).toBe('wait');
});

test('what cannot be approved does not count as waiting', () => {
  expect(waitsFor(proposal(), officer('kara'))).toBe(true);
  expect(waitsFor(proposal({ withheld: true }), officer('kara'))).toBe(false);
  expect(waitsFor(proposal({ outdated: true }), officer('kara'))).toBe(false);
  expect(waitsFor(proposal(), officer('judy'))).toBe(false);
});
