// SPDX-License-Identifier: Apache-2.0
//! Two people: one asks, another approves, and it is used once.

use chrono::{DateTime, Duration, Utc};
use serde_json::json;
use sqlx::AnyConnection;

use super::Outcome;
use crate::store::{People, StoreError, approvals, changes, load};
use crate::{
    Approval, ApprovalId, ApprovalState, Change, Event, Noun, ParametersHash, PersonId, Role, Status,
};

/// How long anything may wait for a second person and for its use.
pub const LONGEST: Duration = Duration::days(7);

/// What is to be approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The action: `clearance.import`.
    pub action: String,
    /// The type of the resource.
    pub resource_kind: String,
    /// The resource's identifier.
    pub resource_id: String,
    /// What exactly is to be done.
    pub parameters: ParametersHash,
    /// Who asks; nobody when the operator does.
    pub requester: Option<PersonId>,
    /// Why.
    pub reason: String,
    /// How long it may wait, at most [`LONGEST`].
    pub lasts: Duration,
}

/// Why an approval does not count.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// It is for another action, resource or content.
    #[error("approval `{0}` is for something else")]
    Mismatch(ApprovalId),
    /// The approver is no active security officer.
    #[error("`{0}` is no active security officer")]
    NoOffice(PersonId),
    /// It is not given, already used, or ran out.
    #[error("approval `{0}` is not given, already used, or has run out")]
    NotUsable(ApprovalId),
    /// One person asks and approves.
    #[error("nobody approves what `{0}` asks for but another person")]
    SamePerson(PersonId),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such approval.
    #[error("no approval has the id `{0}`")]
    Unknown(ApprovalId),
}

/// Files a request for a second person.
pub async fn request(
    request: Request,
    now: DateTime<Utc>,
    rng: &mut impl rand::CryptoRng,
    db: &mut AnyConnection,
) -> Result<(ApprovalId, Outcome), ApprovalError> {
    let id = ApprovalId::random(rng);
    let approval = Approval {
        action: request.action,
        resource_kind: request.resource_kind,
        resource_id: request.resource_id,
        parameters: request.parameters,
        requester: request.requester,
        requested_at: now,
        expires_at: now + request.lasts.min(LONGEST),
        reason: request.reason,
        state: ApprovalState::Requested,
    };
    changes::lock(db).await?;
    approvals::insert(&id, &approval, db).await?;
    let outcome = recorded(
        "approval.requested",
        &id,
        &approval,
        approval.requester.as_ref(),
        now,
        db,
    )
    .await?;
    Ok((id, outcome))
}

/// Gives an approval. The approver is active, a security officer, and not the one who asks; that
/// her session is fresh and strong enough is for the caller's decision to say.
pub async fn approve(
    id: &ApprovalId,
    approver: &PersonId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, ApprovalError> {
    changes::lock(db).await?;
    let approval = approvals::load(id, db)
        .await?
        .ok_or_else(|| ApprovalError::Unknown(id.clone()))?;
    if approval.requester.as_ref() == Some(approver) {
        return Err(ApprovalError::SamePerson(approver.clone()));
    }
    holds_office(approver, db).await?;
    if !approvals::approve(id, approver, now, db).await? {
        return Err(ApprovalError::NotUsable(id.clone()));
    }
    Ok(recorded("approval.given", id, &approval, Some(approver), now, db).await?)
}

/// What an approval is to be used for.
#[derive(Debug, Clone, Copy)]
pub struct Use<'a> {
    /// The action.
    pub action: &'a str,
    /// Type and identifier of the resource.
    pub resource: (&'a str, &'a str),
    /// What exactly is to be done.
    pub parameters: ParametersHash,
    /// Who acts; nobody when the operator does.
    pub by: Option<&'a PersonId>,
}

/// Spends an approval on exactly this, and gives the second person. Her office is asked again.
pub async fn consume(
    id: &ApprovalId,
    wanted: Use<'_>,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(PersonId, Outcome), ApprovalError> {
    changes::lock(db).await?;
    let approval = approvals::load(id, db)
        .await?
        .ok_or_else(|| ApprovalError::Unknown(id.clone()))?;
    let ApprovalState::Approved { approver, .. } = approval.state.clone() else {
        return Err(ApprovalError::NotUsable(id.clone()));
    };
    if now > approval.expires_at {
        return Err(ApprovalError::NotUsable(id.clone()));
    }
    if approval
        .usable_by(wanted.action, wanted.resource, wanted.parameters, now)
        .is_none()
    {
        return Err(ApprovalError::Mismatch(id.clone()));
    }
    if wanted.by == Some(&approver) {
        return Err(ApprovalError::SamePerson(approver));
    }
    holds_office(&approver, db).await?;
    if !approvals::spend(id, now, db).await? {
        return Err(ApprovalError::NotUsable(id.clone()));
    }
    let outcome = recorded("approval.used", id, &approval, wanted.by, now, db).await?;
    Ok((approver, outcome))
}

async fn holds_office(approver: &PersonId, db: &mut AnyConnection) -> Result<(), ApprovalError> {
    let person = load::<People>(approver.as_str(), db).await?;
    let holds = person.is_some_and(|person| {
        person.status == Status::Active && person.roles.contains(&Role::SecurityOfficer)
    });
    if holds {
        Ok(())
    } else {
        Err(ApprovalError::NoOffice(approver.clone()))
    }
}

async fn recorded(
    kind: &'static str,
    id: &ApprovalId,
    approval: &Approval,
    by: Option<&PersonId>,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, StoreError> {
    let revision = changes::record(&[Change::put(Noun::Approval, id.as_str())], now, db).await?;
    let detail = json!({
        "action": approval.action,
        "resource": {"type": approval.resource_kind, "id": approval.resource_id},
        "parameters": approval.parameters,
        "requester": approval.requester,
        "by": by,
        "expires_at": approval.expires_at,
        "reason": approval.reason,
    });
    Ok(Outcome {
        events: vec![Event::new(kind, id.as_str(), detail)],
        revision,
    })
}
