// SPDX-License-Identifier: Apache-2.0
import type { Me, Proposal } from './client';

/** The part of a person in a proposal. */
export type Part = 'answer' | 'carry out' | 'wait' | 'watch' | 'over';

/** What a proposal wants of somebody: she answers it, carries it out, waits for another, or only watches. */
export function partOf(proposal: Proposal, me: Pick<Me, 'id' | 'roles'>): Part {
  if (isOver(proposal)) return 'over';
  const here = proposal.state === 'approved' && !isForChatServer(proposal);
  if (proposal.requester === me.id) return here ? 'carry out' : 'wait';
  const answers = me.roles.includes('security_officer') && !isAbout(proposal, me.id);
  return answers && proposal.state === 'requested' ? 'answer' : 'watch';
}

/** Whether somebody can do something about it at this moment. */
export function waitsFor(proposal: Proposal, me: Pick<Me, 'id' | 'roles'>): boolean {
  const part = partOf(proposal, me);
  return part === 'carry out' || (part === 'answer' && !proposal.withheld && !proposal.outdated);
}

/** Whether nothing can become of it any more. */
export function isOver(proposal: Proposal): boolean {
  return proposal.state !== 'requested' && proposal.state !== 'approved';
}

/** Whether the chat server carries it out, and nobody here. */
export function isForChatServer(proposal: Proposal): boolean {
  return proposal.act.act === 'channel_federate';
}

/** Whether a proposal is about this very person. */
export function isAbout(proposal: Proposal, person: string): boolean {
  const act = String(proposal.act.act ?? '');
  return /^(clearance|person)_/.test(act) && proposal.act.id === person;
}
