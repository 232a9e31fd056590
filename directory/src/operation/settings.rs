// SPDX-License-Identifier: Apache-2.0
//! The deployment's settings change. Two people, or the operator.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::AnyConnection;

use super::Outcome;
use crate::store::{StoreError, changes, settings};
use crate::{Actor, Change, Event, Noun, Permit, PermitError, Settings};

/// Why the settings stay as they are.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A second person is needed.
    #[error("a second person must approve a change of the settings")]
    ApprovalMissing,
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Puts `new` in place of the settings on file.
pub async fn put(
    new: &Settings,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, SettingsError> {
    permit.covers("server.manage", "settings")?;
    if *permit.by() != Actor::Operator && permit.approved_by().is_none() {
        return Err(SettingsError::ApprovalMissing);
    }
    changes::lock(db).await?;
    let old = settings::load(db).await?;
    if old.as_ref() == Some(new) {
        return Ok(Outcome {
            events: Vec::new(),
            revision: changes::head(db).await?,
        });
    }
    settings::put(new, db).await?;
    let revision = changes::record(&[Change::put(Noun::Settings, "settings")], now, db).await?;
    let detail =
        json!({"by": permit.by().to_string(), "approved_by": permit.approved_by(), "old": old, "new": new});
    Ok(Outcome {
        events: vec![Event::new("settings.changed", "settings", detail)],
        revision,
    })
}
