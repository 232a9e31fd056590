// SPDX-License-Identifier: Apache-2.0
//! What was last reported of each device's posture, good or bad.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::StoreError;
use super::row::Columns;
use crate::{Actor, DeviceId};

/// Of which moment the last report of a device is.
pub async fn last(id: &DeviceId, db: &mut AnyConnection) -> Result<Option<DateTime<Utc>>, StoreError> {
    let row = sqlx::query("SELECT reported_at FROM device_postures WHERE device = $1")
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns {
        table: "device_postures",
        row: &row,
    };
    let stored = columns.number(0)?;
    crate::time::from_millis(stored)
        .map(Some)
        .ok_or_else(|| StoreError::BadRow {
            table: "device_postures",
            row: id.to_string(),
            message: format!("`{stored}` is no time"),
        })
}

/// Keeps a report in place of the last one.
pub async fn put(
    id: &DeviceId,
    reported_at: DateTime<Utc>,
    compliant: bool,
    by: &Actor,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO device_postures (device, reported_at, compliant, reported_by, received_at) \
         VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (device) DO UPDATE SET reported_at = excluded.reported_at, \
         compliant = excluded.compliant, reported_by = excluded.reported_by, \
         received_at = excluded.received_at",
    )
    .bind(id.as_str())
    .bind(reported_at.timestamp_millis())
    .bind(i64::from(compliant))
    .bind(by.to_string())
    .bind(now.timestamp_millis())
    .execute(db)
    .await?;
    Ok(())
}
