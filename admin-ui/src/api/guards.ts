// SPDX-License-Identifier: Apache-2.0

/** The reason codes in the order in which the first failing guard names the reason. */
export const GUARDS = [
  'PDP_INPUT',
  'AUDIT_UNAVAILABLE',
  'ACCOUNT_INACTIVE',
  'SESSION_REVOKED',
  'SESSION_EXPIRED',
  'SOD_NO_CONTENT',
  'ROLE_REQUIRED',
  'SELF_APPROVAL',
  'DUAL_CONTROL',
  'CHANNEL_CLOSED',
  'EXTERNALS_NOT_ALLOWED',
  'NO_AGREEMENT',
  'NODE_CEILING',
  'SPONSOR_MISSING',
  'ATTESTATION_INVALID',
  'GUEST_ACTION',
  'LABEL_INVALID',
  'LABEL_EXCEEDS_CHANNEL',
  'WRITE_DOWN',
  'ORIGINATOR_CONSENT',
  'CLEARANCE_SUSPENDED',
  'CLEARANCE_EXPIRED',
  'NO_EQUIVALENCE',
  'CLEARANCE_LEVEL',
  'BRIEFING_MISSING',
  'COMPARTMENT_MISSING',
  'NATIONAL_ONLY',
  'NOT_RELEASABLE',
  'EMBARGO',
  'INDUSTRY_NOT_ALLOWED',
  'NEED_TO_KNOW',
  'MEMBERS_NOT_CLEARED',
  'DEVICE_CAP',
  'DEVICE_POSTURE',
  'LOCATION',
  'CALL_CAP',
  'EXPORT_DENIED',
  'AAL_STEP_UP',
] as const;

/** The guard's number, from 1; undefined for a code that this console does not know. */
export function guardNumber(code: string): number | undefined {
  const index = (GUARDS as readonly string[]).indexOf(code);
  return index < 0 ? undefined : index + 1;
}
