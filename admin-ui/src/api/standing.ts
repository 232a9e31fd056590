// SPDX-License-Identifier: Apache-2.0
import type { Me, Proposal } from './client';

/** The part of a person in a proposal. */
export type Part = 'answer' | 'carry out' | 'wait' | 'watch' | 'over';

/** What a proposal wants of somebody: she answers it, carries it out, waits for another, or only watches. */
export function partOf(proposal: Proposal, me: Pick<Me, 'id' | 'roles'>): Part {
  if (proposal.state !== 'requested' && proposal.state !== 'approved') return 'over';
  if (proposal.requester === me.id) return proposal.state === 'approved' ? 'carry out' : 'wait';
  const answers = me.roles.includes('security_officer') && !isAbout(proposal, me.id);
  return answers && proposal.state === 'requested' ? 'answer' : 'watch';
}

/** Whether somebody can do something about it at this moment. */
export function waitsFor(proposal: Proposal, me: Pick<Me, 'id' | 'roles'>): boolean {
  const part = partOf(proposal, me);
  return part === 'carry out' || (part === 'answer' && !proposal.withheld && !proposal.outdated);
}

/** Whether a proposal is about this very person. */
export function isAbout(proposal: Proposal, person: string): boolean {
  const act = String(proposal.act.act ?? '');
  return /^(clearance|person)_/.test(act) && proposal.act.id === person;
}
