// SPDX-License-Identifier: Apache-2.0
import type { Outcome } from './api/client';

/** What the addresses of the lists may carry. Anything else in an address is dropped, never an error. */
export interface ListSearch {
  q?: string | undefined;
  cursor?: string | undefined;
}

export interface DecisionSearch {
  subject?: string | undefined;
  reason?: string | undefined;
  outcome?: Outcome | undefined;
  cursor?: string | undefined;
}

export interface SimulatorSearch {
  subject?: string | undefined;
  action?: string | undefined;
  type?: string | undefined;
  id?: string | undefined;
}

export function listSearch(raw: Record<string, unknown>): ListSearch {
  return { q: word(raw.q), cursor: word(raw.cursor) };
}

export function decisionSearch(raw: Record<string, unknown>): DecisionSearch {
  return {
    subject: word(raw.subject),
    reason: word(raw.reason),
    outcome: isOutcome(raw.outcome) ? raw.outcome : undefined,
    cursor: word(raw.cursor),
  };
}

export function simulatorSearch(raw: Record<string, unknown>): SimulatorSearch {
  return { subject: word(raw.subject), action: word(raw.action), type: word(raw.type), id: word(raw.id) };
}

export function isOutcome(value: unknown): value is Outcome {
  return value === 'allow' || value === 'deny' || value === 'step_up';
}

function word(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
