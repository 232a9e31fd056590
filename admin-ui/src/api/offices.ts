// SPDX-License-Identifier: Apache-2.0

/** Which offices open what, for telling somebody who holds none of them. The server decides. */
export const OFFICES = {
  read: ['security_officer', 'auditor', 'sysadmin'],
  decisions: ['auditor'],
  simulate: ['security_officer', 'auditor'],
  devices: ['security_officer', 'sysadmin'],
  people: ['security_officer'],
  sources: ['sysadmin'],
  trySources: ['security_officer', 'sysadmin'],
} as const;

/** Every role that a person may hold. */
export const ROLES = [
  'member',
  'owner',
  'security_officer',
  'auditor',
  'sysadmin',
  'archiver',
  'bot',
  'external',
  'guest',
] as const;
