// SPDX-License-Identifier: Apache-2.0
import { expect, it } from 'vitest';
import { formFrom, missing, questionOf } from './question';

const JOIN = { ...formFrom({ subject: 'noah', id: 'ops-ns' }), aal: '2' };

it('what was left empty is left out of the question', () => {
  expect(questionOf(JOIN)).toEqual({
    subject: 'noah',
    action: 'channel.join',
    resource: { type: 'channel', id: 'ops-ns' },
    facts: { session: { aal: 2, auth_age_minutes: 0, idle_minutes: 0, revoked: false } },
  });
});

it('label, target, channel, device and location are sent when given', () => {
  const question = questionOf({
    ...JOIN,
    scheme: 'NATO',
    level: 'NR',
    target: ' dave ',
    channel: 'town',
    device: 'smk',
    location: 'DE',
  });
  expect(question.context).toEqual({ label: { scheme: 'NATO', level: 'NR' }, target: 'dave' });
  expect(question.resource.channel).toBe('town');
  expect(question.facts?.device).toBe('smk');
  expect(question.facts?.location).toBe('DE');
});

it('names what is missing, field by field', () => {
  expect(missing(JOIN)).toEqual({});
  expect(Object.keys(missing(formFrom({})))).toEqual(['subject', 'id']);
  expect(missing({ ...JOIN, scheme: 'NATO' })).toHaveProperty('level');
});
