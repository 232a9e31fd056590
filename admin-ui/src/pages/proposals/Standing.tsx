// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react';
import type { Me, Proposal } from '../../api/client';
import { isAbout, isForChatServer, partOf } from '../../api/standing';
import { isOfSource } from '../../parts/act/words';
import { moment } from '../../parts/when';
import styles from './ProposalPage.module.css';

/** Where a proposal stands and what comes next, in sentences. */
export function Standing({ proposal, me }: { proposal: Proposal; me: Me }) {
  return <p className={styles.standing}>{told(proposal, me)}</p>;
}

function told(proposal: Proposal, me: Me): ReactNode {
  const requester = proposal.requester ?? 'the operator';
  const ended = `${proposal.ended_by ?? 'somebody'}, ${moment(proposal.ended_at)}`;
  switch (proposal.state) {
    case 'used':
      return `Approved by ${proposal.approver}, ${moment(proposal.approved_at)}; carried out by ${ended}.`;
    case 'rejected':
      return `Rejected by ${ended}. Nothing was changed.`;
    case 'withdrawn':
      return `Withdrawn by ${ended}. Nothing was changed.`;
    case 'expired':
      return `It ran out ${moment(proposal.expires_at)}. Nothing was changed. To go on, it has to be proposed anew.`;
    default:
  }
  if (proposal.outdated) {
    return 'What it starts from has changed since, so nobody can approve it or carry it out any more. It has to be proposed anew.';
  }
  if (proposal.state === 'approved' && isForChatServer(proposal)) {
    return `${proposal.approver} approved it, ${moment(proposal.approved_at)}. The chat server carries it out, once, and names this proposal by its id.`;
  }
  switch (partOf(proposal, me)) {
    case 'answer':
      if (proposal.withheld) {
        return 'Part of this is above you. What you cannot see you cannot approve: somebody must who is cleared for all of it.';
      }
      return isOfSource(proposal.act)
        ? 'Somebody signed in at a source and has no account here. Your word opens one, exactly as it is shown here.'
        : 'You can be the second person. Your word is for exactly what is shown here; if it changes, your word no longer counts.';
    case 'carry out':
      return `${proposal.approver} approved it, ${moment(proposal.approved_at)}. You can carry it out now, once.`;
    case 'wait':
      return 'You proposed it, so another security officer must approve it. Until then nothing changes.';
    default:
  }
  if (isAbout(proposal, me.id)) return 'It is about you: nobody proposes or approves more for herself.';
  if (proposal.state === 'approved') {
    return `${proposal.approver} approved it, ${moment(proposal.approved_at)}. It is for ${requester} to carry out.`;
  }
  return 'A security officer other than who proposed it must approve it. Until then nothing changes.';
}
