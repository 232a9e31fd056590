// SPDX-License-Identifier: Apache-2.0
import type { NotReached } from '../api/client';

/** What is left to be seen to by hand, when applications cannot be called; empty where there are none. */
export function notReachedInWords(applications: readonly NotReached[]): string {
  if (applications.length === 0) return '';
  const names = applications.map((one) => one.name).join(', ');
  return ` Not reached: ${names}. See to it there.`;
}
