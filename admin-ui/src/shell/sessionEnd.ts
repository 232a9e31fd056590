// SPDX-License-Identifier: Apache-2.0

/** How long before the end people are warned (WCAG 2.2.1), as on the account pages. */
const WARNING_MS = 2 * 60_000;

interface Session {
  ends_at: string;
  idle_seconds: number;
}

/**
 * How a session stands: far from its ends, near to the one for want of activity, near to the one that activity does
 * not move, or over. `used` is when the server was last asked something.
 */
export function standing(session: Session, used: number, now: number): 'open' | 'idle' | 'ending' | 'over' {
  const absolute = new Date(session.ends_at).getTime();
  const idle = used + session.idle_seconds * 1000;
  if (now > Math.min(absolute, idle)) return 'over';
  if (absolute - now <= WARNING_MS) return 'ending';
  return idle - now <= WARNING_MS ? 'idle' : 'open';
}
