// SPDX-License-Identifier: Apache-2.0
import type { SimulateRequest } from '../../api/client';
import type { SimulatorSearch } from '../../search';

/** What the form holds. Every value is text, as typed. */
export interface Form {
  subject: string;
  action: string;
  type: string;
  id: string;
  channel: string;
  target: string;
  scheme: string;
  level: string;
  aal: string;
  device: string;
  location: string;
}

/** The actions that can be asked about, in the order in which people meet them. */
export const ACTIONS = [
  'channel.join',
  'channel.discover',
  'channel.create',
  'channel.invite',
  'channel.add_guest',
  'channel.reclassify',
  'channel.federate',
  'message.read',
  'message.post',
  'message.edit',
  'message.forward',
  'file.upload',
  'file.download',
  'call.join',
  'user.direct_message',
  'clearance.grant',
  'user.revoke',
  'session.end',
  'policy.publish',
  'audit.read',
  'console.read',
  'decision.simulate',
] as const;

export const RESOURCE_TYPES = [
  'channel',
  'message',
  'file',
  'user',
  'policy',
  'import',
  'audit_log',
] as const;

/** An empty form, or one that the address fills. */
export function formFrom(search: SimulatorSearch): Form {
  return {
    subject: search.subject ?? '',
    action: search.action ?? 'channel.join',
    type: search.type ?? 'channel',
    id: search.id ?? '',
    channel: '',
    target: '',
    scheme: '',
    level: '',
    aal: '3',
    device: '',
    location: '',
  };
}

/** What is missing before the question can be asked, by field. */
export function missing(form: Form): Partial<Record<keyof Form, string>> {
  const faults: Partial<Record<keyof Form, string>> = {};
  if (form.subject.trim() === '') faults.subject = 'Say who asks';
  if (form.id.trim() === '') faults.id = 'Say what it is about';
  if (form.scheme !== '' && form.level === '') faults.level = 'Choose a level of this scheme';
  return faults;
}

/** The question as the server takes it: a scenario without its expectation. What was left empty is left out. */
export function questionOf(form: Form): SimulateRequest {
  const context = {
    ...(form.scheme !== '' && { label: { scheme: form.scheme, level: form.level } }),
    ...(form.target.trim() !== '' && { target: form.target.trim() }),
  };
  return {
    subject: form.subject.trim(),
    action: form.action,
    resource: {
      type: form.type,
      id: form.id.trim(),
      ...(form.channel.trim() !== '' && { channel: form.channel.trim() }),
    },
    ...(Object.keys(context).length > 0 && { context }),
    facts: {
      session: { aal: Number(form.aal), auth_age_minutes: 0, idle_minutes: 0, revoked: false },
      ...(form.device.trim() !== '' && { device: form.device.trim() }),
      ...(form.location.trim() !== '' && { location: form.location.trim() }),
    },
  };
}
