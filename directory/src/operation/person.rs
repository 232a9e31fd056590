// SPDX-License-Identifier: Apache-2.0
//! A person must be out, now; or may come back.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::AnyConnection;

use super::Outcome;
use crate::source::mapping::Target;
use crate::store::{People, StoreError, changes, load, people, person_sources};
use crate::{Actor, Change, ChangeKind, Event, Noun, Permit, PermitError, PersonId, Status};

/// Why a person's status stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// Coming back needs a second person.
    #[error("a second person must approve that `{0}` becomes active")]
    ApprovalMissing(PersonId),
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nobody has this id.
    #[error("nobody has the id `{0}`")]
    Unknown(PersonId),
}

/// Disables a person. Needs one person, and may be repeated.
pub async fn revoke(
    id: &PersonId,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, PersonError> {
    permit.covers("user.revoke", id.as_str())?;
    set(id, Status::Disabled, permit, now, db).await
}

/// Makes a disabled person active again. Needs two people.
pub async fn activate(
    id: &PersonId,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, PersonError> {
    permit.covers("person.manage", id.as_str())?;
    if *permit.by() != Actor::Operator && permit.approved_by().is_none() {
        return Err(PersonError::ApprovalMissing(id.clone()));
    }
    set(id, Status::Active, permit, now, db).await
}

async fn set(
    id: &PersonId,
    status: Status,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, PersonError> {
    changes::lock(db).await?;
    if load::<People>(id.as_str(), db).await?.is_none() {
        return Err(PersonError::Unknown(id.clone()));
    }
    // From here on it is an administrator's word, also where a source had said the same.
    person_sources::forget(id, &[Target::IsActive], None, db).await?;
    if !people::set_status(id, status, db).await? {
        return Ok(Outcome {
            events: Vec::new(),
            revision: changes::head(db).await?,
        });
    }
    let (kind, event) = match status {
        Status::Active => (ChangeKind::Active, "person.activated"),
        Status::Disabled => (ChangeKind::Ended, "person.revoked"),
    };
    let revision = changes::record(&[Change::new(Noun::Person, id.as_str(), kind)], now, db).await?;
    let detail = json!({"by": permit.by().to_string(), "approved_by": permit.approved_by()});
    Ok(Outcome {
        events: vec![Event::new(event, id.as_str(), detail)],
        revision,
    })
}
