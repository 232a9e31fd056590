// SPDX-License-Identifier: Apache-2.0
//! An act that may widen waits for a second person: proposed by one, approved or rejected by another,
//! carried out by the first, once.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use sqlx::AnyConnection;

use super::Outcome;
use super::amend::{AmendFault, Weighed, apply, weigh};
use super::approval::{self, ApprovalError, Request, Use};
use crate::amend::Amendment;
use crate::store::proposals::{self, Ended, Proposal};
use crate::store::{StoreError, changes};
use crate::{ApprovalId, Event, ParametersHash, Permit, PersonId};

/// How long a proposal may wait, from its first word to its last: one shift.
pub const LASTS: Duration = Duration::hours(8);
/// The longest reason, in bytes.
pub const LONGEST_REASON: usize = 1_000;

/// Why a proposal stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ProposalError {
    /// The act itself does not fit.
    #[error(transparent)]
    Amend(#[from] AmendFault),
    /// The approval does not count.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// What was approved is no longer what would happen.
    #[error("what it starts from has changed since: propose it anew")]
    Changed,
    /// It was rejected, withdrawn, used, or ran out.
    #[error("the proposal was rejected, withdrawn, used, or has run out")]
    Ended,
    /// The second person has seen something else.
    #[error("`parameters` is not the hash of this proposal: look at it again")]
    NotWhatWasShown,
    /// Only who proposed it may do that.
    #[error("only `{0}`, who proposed it, may do that")]
    NotYours(PersonId),
    /// The person whom it is about.
    #[error("nobody proposes or approves more for herself")]
    Own,
    /// No reason, or a long one.
    #[error("a `reason` of at most {LONGEST_REASON} bytes")]
    Reason,
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is none.
    #[error("no proposal has the id `{0}`")]
    Unknown(ApprovalId),
}

/// Files an act for a second person.
pub async fn file(
    act: &Amendment,
    by: &PersonId,
    reason: &str,
    now: DateTime<Utc>,
    rng: &mut impl rand::CryptoRng,
    db: &mut AnyConnection,
) -> Result<(ApprovalId, Outcome), ProposalError> {
    if act.is_about(by) {
        return Err(ProposalError::Own);
    }
    if reason.len() > LONGEST_REASON {
        return Err(ProposalError::Reason);
    }
    changes::lock(db).await?;
    let weighed = weigh(act, now, db).await?;
    let (action, kind) = act.asks(true);
    let request = Request {
        action: action.to_owned(),
        resource_kind: kind.to_owned(),
        resource_id: act.thing().1.to_owned(),
        parameters: weighed.parameters,
        requester: Some(by.clone()),
        reason: reason.to_owned(),
        lasts: LASTS,
    };
    let (id, outcome) = approval::request(request, now, rng, db).await?;
    proposals::insert(&id, act, &weighed.widens, db).await?;
    Ok((id, outcome))
}

/// Gives the second person's word. `seen` is the hash of what she was shown.
pub async fn approve(
    id: &ApprovalId,
    approver: &PersonId,
    seen: ParametersHash,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, ProposalError> {
    changes::lock(db).await?;
    let proposal = open(id, now, db).await?;
    if proposal.act.is_about(approver) {
        return Err(ProposalError::Own);
    }
    if proposal.approval.parameters != seen {
        return Err(ProposalError::NotWhatWasShown);
    }
    still_the_same(&proposal, &weigh(&proposal.act, now, db).await?)?;
    Ok(approval::approve(id, approver, now, db).await?)
}

/// Ends a proposal: another person rejects it, or who proposed it takes it back.
pub async fn end(
    id: &ApprovalId,
    by: &PersonId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, ProposalError> {
    changes::lock(db).await?;
    let proposal = open(id, now, db).await?;
    let own = proposal.approval.requester.as_ref() == Some(by);
    let ended = Ended {
        as_what: if own { "withdrawn" } else { "rejected" }.to_owned(),
        by: by.clone(),
        at: now,
    };
    if !proposals::end(id, &ended, db).await? {
        return Err(ProposalError::Ended);
    }
    let kind = if own {
        "approval.withdrawn"
    } else {
        "approval.rejected"
    };
    let detail = json!({"by": by, "act": proposal.act.told()});
    Ok(Outcome {
        events: vec![Event::new(kind, id.as_str(), detail)],
        revision: changes::head(db).await?,
    })
}

/// Carries out what was approved, exactly that, once. `permit` names the approver.
pub async fn execute(
    id: &ApprovalId,
    by: &PersonId,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, ProposalError> {
    changes::lock(db).await?;
    let proposal = open(id, now, db).await?;
    proposed_by(&proposal, by)?;
    let weighed = weigh(&proposal.act, now, db).await?;
    still_the_same(&proposal, &weighed)?;
    let (action, kind) = proposal.act.asks(true);
    let wanted = Use {
        action,
        resource: (kind, proposal.act.thing().1),
        parameters: weighed.parameters,
        by: Some(by),
    };
    let (approver, used) = approval::consume(id, wanted, now, db).await?;
    // The decision was asked about this very approver.
    if permit.approved_by() != Some(&approver) || proposal.act.is_about(&approver) {
        return Err(ProposalError::Own);
    }
    let done = apply(&proposal.act, permit, now, db).await?;
    Ok(Outcome {
        events: used.events.into_iter().chain(done.events).collect(),
        revision: done.revision,
    })
}

/// Fails unless `by` is who proposed it.
pub fn proposed_by(proposal: &Proposal, by: &PersonId) -> Result<(), ProposalError> {
    match &proposal.approval.requester {
        Some(requester) if requester == by => Ok(()),
        Some(requester) => Err(ProposalError::NotYours(requester.clone())),
        None => Err(ProposalError::Ended),
    }
}

/// A proposal that has neither ended nor run out.
pub(super) async fn open(
    id: &ApprovalId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Proposal, ProposalError> {
    let proposal = proposals::load(id, db)
        .await?
        .ok_or_else(|| ProposalError::Unknown(id.clone()))?;
    let used = matches!(proposal.approval.state, crate::ApprovalState::Used { .. });
    if proposal.ended.is_some() || used || now > proposal.approval.expires_at {
        return Err(ProposalError::Ended);
    }
    Ok(proposal)
}

pub(super) fn still_the_same(proposal: &Proposal, weighed: &Weighed) -> Result<(), ProposalError> {
    if proposal.approval.parameters == weighed.parameters {
        Ok(())
    } else {
        Err(ProposalError::Changed)
    }
}
