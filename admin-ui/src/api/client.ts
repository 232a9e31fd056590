// SPDX-License-Identifier: Apache-2.0
import createClient from 'openapi-fetch';
import { drafts } from './drafts';
import { Problem, Unreachable } from './problem';
import type { components, paths } from './schema.gen';

type Schemas = components['schemas'];
export type Me = Schemas['Me'];
export type Person = Schemas['Person'];
export type PersonSummary = Schemas['PersonSummary'];
export type PersonSession = Schemas['PersonSession'];
export type HeldAuthenticator = Schemas['HeldAuthenticator'];
/** Where a clearance came from is shown once the server tells. */
export type Clearance = Schemas['Clearance'] & { source?: string | null };
export type Channel = Schemas['Channel'];
export type ChannelSummary = Schemas['ChannelSummary'];
export type Device = Schemas['Device'];
export type RevocationList = Schemas['RevocationList'];
export type Label = Schemas['Label'];
export type Scheme = Schemas['Scheme'];
export type Decision = Schemas['Decision'];
export type DecisionSummary = Schemas['DecisionSummary'];
export type Failing = Schemas['Failing'];
export type Obligation = Schemas['Obligation'];
export type Simulation = Schemas['Simulation'];
export type SimulateRequest = Schemas['SimulateRequest'];
export type WhyExplanation = Schemas['Explanation'];
export type EffectiveClearance = Schemas['EffectiveClearance'];
export type PolicyClause = Schemas['PolicyClause'];
export type Proposal = Schemas['Proposed'];
export type Changed = Schemas['Changed'];
export type Weighing = Schemas['Weighing'];
export type BreakGlass = Schemas['BreakGlassItem'];
/** A source of people: its record, who keeps it, how it stands. */
export type Source = Schemas['Shown'];
export type SourceMetadata = Schemas['SourceMetadata'];
export type Metadata = Schemas['MetadataShown'];
export type Sync = Schemas['SyncShown'];
export type CheckLine = Schemas['Line'];
export type MappingOutcome = Schemas['Outcome'];
export type Application = Schemas['ClientShown'];
export type NotReached = Schemas['NotReached'];
export type Outcome = 'allow' | 'deny' | 'step_up';

/** The typed client. Paths, parameters and bodies come from docs/openapi.json. */
export const client = createClient<paths>({ baseUrl: window.location.origin });

let answeredAt = Date.now();

client.use({
  onError: () => new Unreachable(),
  onResponse: ({ response }) => {
    if (response.status !== 401 || asksForMore(response)) answeredAt = Date.now();
  },
});

/** When the server last answered in a session: each call is activity. */
export function lastAnswer(): number {
  return answeredAt;
}

/** Whether somebody who is signed in is told that she is not strongly or freshly enough (RFC 9470). */
function asksForMore(response: Response): boolean {
  return response.headers.get('www-authenticate')?.includes('insufficient_user_authentication') ?? false;
}

/** Unwraps an answer of the client: its data, or a Problem. Without a session it leaves for the sign-in page. */
export async function answered<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await call;
  // Somebody who is signed in but not strongly enough is told so where she is.
  if (response.status === 401 && !asksForMore(response)) {
    leaveForSignIn();
    // The page is going away: nothing may render in the meantime.
    return new Promise<T>(() => {});
  }
  if (!response.ok) throw new Problem(response.status, error);
  return data as T;
}

/** Sends the browser to the sign-in page, and back here afterwards, to what was typed. */
export function leaveForSignIn(maxAge?: number): void {
  drafts.keep();
  window.location.assign(signInAddress(window.location, undefined, maxAge));
}

/**
 * Where to sign in so that the person returns to the page she was on; with `acr`, at least that strongly, and
 * with `maxAge` anew unless that was fewer seconds ago.
 */
export function signInAddress(
  here: { pathname: string; search: string },
  acr?: string,
  maxAge?: number,
): string {
  const query = new URLSearchParams([['then', here.pathname + here.search]]);
  if (acr) query.set('acr_values', acr);
  if (maxAge !== undefined) query.set('max_age', String(maxAge));
  return `/signin?${query}`;
}

/** The name of the level above the one that a session has reached. */
export function strongerThan(aal: number): string {
  return aal < 2 ? 'urn:x:aal:2' : 'urn:x:aal:3';
}
