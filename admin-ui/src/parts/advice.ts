// SPDX-License-Identifier: Apache-2.0
import type { Problem } from '../api/problem';

/** What to do about a refusal, where that is more than the words of the server say. */
export function advice(problem: Problem): string | undefined {
  switch (problem.reason) {
    case 'SELF_APPROVAL':
      return 'Ask another security officer.';
    case 'DUAL_CONTROL':
      return 'It needs the word of another active security officer.';
    case 'CLEARANCE_LEVEL':
      return 'Ask a security officer who is cleared for all of it.';
    case 'SESSION_EXPIRED':
    case 'SESSION_REVOKED':
      return 'Sign in again.';
    case 'ACCOUNT_INACTIVE':
      return 'An account that is involved is disabled.';
    default:
  }
  if (problem.status === 409 || problem.status === 410 || problem.status === 412) {
    return 'Load it again to see how it stands now. What was changed meanwhile has to be proposed anew.';
  }
  return undefined;
}
