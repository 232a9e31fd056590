// SPDX-License-Identifier: Apache-2.0
//! A device's posture was reported.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::AnyConnection;

use super::Outcome;
use crate::store::{Devices, Shelf, StoreError, changes, load};
use crate::{Change, DeviceId, Event, Noun, Permit, PermitError};

/// Why a report is not taken.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No device has this id.
    #[error("no device has the id `{0}`")]
    Unknown(DeviceId),
}

/// Notes that the posture of a known device was good at the moment `reported_at`. An older report
/// never takes the place of a newer one.
pub async fn report_posture(
    id: &DeviceId,
    reported_at: DateTime<Utc>,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Outcome, DeviceError> {
    permit.covers("device.report", id.as_str())?;
    changes::lock(db).await?;
    let mut device = load::<Devices>(id.as_str(), db)
        .await?
        .ok_or_else(|| DeviceError::Unknown(id.clone()))?;
    let reported_at = crate::time::from_millis(reported_at.timestamp_millis()).unwrap_or(reported_at);
    if device.posture_reported_at.is_some_and(|held| held >= reported_at) {
        return Ok(Outcome {
            events: Vec::new(),
            revision: changes::head(db).await?,
        });
    }
    device.posture_reported_at = Some(reported_at);
    Devices::put(&[(id, &device)], db).await?;
    let revision = changes::record(&[Change::put(Noun::Device, id.as_str())], now, db).await?;
    let detail = json!({"reported_at": reported_at, "by": permit.by().to_string()});
    Ok(Outcome {
        events: vec![Event::new("device.posture_reported", id.as_str(), detail)],
        revision,
    })
}
