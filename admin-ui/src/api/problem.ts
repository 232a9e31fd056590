// SPDX-License-Identifier: Apache-2.0

/** An answer of the server that is not a success, told in words. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly reason: string | undefined;
  readonly requiredRoles: readonly string[];
  readonly decisionId: string | undefined;
  /** Where to confirm who one is, when that is all that is missing. */
  readonly stepUpUrl: string | undefined;

  constructor(status: number, body: unknown) {
    const said = asRecord(body);
    const title = titleOf(status) ?? text(said.title) ?? `The server answered ${status}`;
    super(text(said.detail) ?? title);
    this.name = 'Problem';
    this.status = status;
    this.title = title;
    this.reason = text(said.reason);
    this.requiredRoles = rolesIn(said);
    this.decisionId = text(said.decision_id);
    this.stepUpUrl = text(said.step_up_url) ?? text(asRecord(said.step_up).url);
  }
}

/** The console was reached, but the server was not. */
export class Unreachable extends Error {
  constructor() {
    super('The server did not answer. Check the connection, then try again.');
    this.name = 'Unreachable';
  }
}

/** One sentence for any failure. */
export function inWords(error: unknown): string {
  if (error instanceof Problem || error instanceof Unreachable) return sentence(error.message);
  return 'Something went wrong in the console itself. Reload the page.';
}

/** "security_officer", "auditor" -> "security officer or auditor". */
export function rolesInWords(roles: readonly string[]): string {
  const words = roles.map((role) => role.replaceAll('_', ' '));
  const last = words.pop();
  if (last === undefined) return '';
  return words.length === 0 ? last : `${words.join(', ')} or ${last}`;
}

function sentence(message: string): string {
  const upper = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(upper) ? upper : `${upper}.`;
}

/** Statuses have titles of our own: what the server sends there is the bare name of the status. */
function titleOf(status: number): string | undefined {
  switch (status) {
    case 400:
    case 422:
      return 'The request could not be understood';
    case 401:
      return 'You are not signed in';
    case 403:
      return 'You may not do this';
    case 404:
      return 'There is nothing here';
    case 409:
    case 412:
      return 'Somebody changed this meanwhile';
    case 429:
      return 'Too many requests; wait a moment';
    default:
      return status >= 500 ? 'The server could not do this' : undefined;
  }
}

function rolesIn(said: Record<string, unknown>): readonly string[] {
  const roles = said.required_roles ?? said.required_role;
  if (typeof roles === 'string') return [roles];
  return Array.isArray(roles) ? roles.filter((role): role is string => typeof role === 'string') : [];
}

function asRecord(body: unknown): Record<string, unknown> {
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
