// SPDX-License-Identifier: Apache-2.0
//! An agreement between schemes comes into being, changes or ends. Two people, or the operator.

use chrono::{DateTime, Utc};
use countersign_labels::{Schemes, TermsError};
use serde_json::json;
use sqlx::AnyConnection;

use super::Outcome;
use crate::store::{Agreements, Shelf, StoreError, changes, load, tombstones};
use crate::{Actor, Agreement, AgreementId, Change, Event, Noun, Permit, PermitError};

/// Why an agreement stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum AgreementError {
    /// A second person is needed.
    #[error("a second person must approve agreement `{0}`")]
    ApprovalMissing(AgreementId),
    /// The identifier belonged to one that is gone.
    #[error("`{0}` is gone, and its name is never given again")]
    Gone(AgreementId),
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Its schemes or levels do not exist.
    #[error(transparent)]
    Terms(#[from] TermsError),
}

/// Files an agreement, new or in place of the one with its id.
pub async fn put(
    id: &AgreementId,
    agreement: &Agreement,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, AgreementError> {
    permit.covers("server.manage", id.as_str())?;
    if *permit.by() != Actor::Operator && permit.approved_by().is_none() {
        return Err(AgreementError::ApprovalMissing(id.clone()));
    }
    agreement.understood(id, Schemes::builtin())?;
    changes::lock(db).await?;
    if !tombstones::among(Noun::Agreement, &[id.as_str()], db)
        .await?
        .is_empty()
    {
        return Err(AgreementError::Gone(id.clone()));
    }
    let old = load::<Agreements>(id.as_str(), db).await?;
    if old.as_ref() == Some(agreement) {
        return Ok(Outcome {
            events: Vec::new(),
            revision: changes::head(db).await?,
        });
    }
    Agreements::put(&[(id, agreement)], db).await?;
    let revision = changes::record(&[Change::put(Noun::Agreement, id.as_str())], now, db).await?;
    let detail = json!({"by": permit.by().to_string(), "approved_by": permit.approved_by(), "old": old, "new": agreement});
    Ok(Outcome {
        events: vec![Event::new("agreement.changed", id.as_str(), detail)],
        revision,
    })
}
