// SPDX-License-Identifier: Apache-2.0
import type { Proposal } from '../../api/client';
import { StatusChip } from '../../parts/StatusChip';

/** Where a proposal stands, as a chip. */
export function ProposalState({ proposal }: { proposal: Proposal }) {
  if (proposal.outdated) return <StatusChip tone="bad">Changed since</StatusChip>;
  switch (proposal.state) {
    case 'requested':
      return <StatusChip tone="pending">Waits for a second person</StatusChip>;
    case 'approved':
      return <StatusChip tone="pending">Approved, to be carried out</StatusChip>;
    case 'used':
      return <StatusChip tone="good">Carried out</StatusChip>;
    case 'rejected':
      return <StatusChip tone="bad">Rejected</StatusChip>;
    case 'withdrawn':
      return <StatusChip tone="off">Withdrawn</StatusChip>;
    case 'expired':
      return <StatusChip tone="off">Ran out</StatusChip>;
    default:
      return <StatusChip tone="plain">{proposal.state}</StatusChip>;
  }
}
