// SPDX-License-Identifier: Apache-2.0

/** Which offices open what, for telling somebody who holds none of them. The server decides. */
export const OFFICES = {
  read: ['security_officer', 'auditor', 'sysadmin'],
  decisions: ['auditor'],
  simulate: ['security_officer', 'auditor'],
  people: ['security_officer'],
} as const;
