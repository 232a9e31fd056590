// SPDX-License-Identifier: Apache-2.0
//! Sign-ins under way.

use chrono::{DateTime, Utc};
use countersign_directory::id::DeviceId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// A stored sign-in, not yet understood.
#[derive(Clone, Debug)]
pub struct FlowRow {
    /// Hash of the secret of the browser that began it.
    pub browser_hash: Vec<u8>,
    /// Its state, as JSON.
    pub state: String,
    /// Its end.
    pub expires_at: DateTime<Utc>,
}

/// Keeps a flow, new or moved on.
pub async fn put(id: &str, flow: &FlowRow, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO flows (id, browser_hash, state, expires_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, expires_at = excluded.expires_at",
    )
    .bind(id)
    .bind(flow.browser_hash.clone())
    .bind(flow.state.as_str())
    .bind(millis(flow.expires_at))
    .execute(db)
    .await?;
    Ok(())
}

/// The flow named `id`.
pub async fn by_id(id: &str, db: &mut AnyConnection) -> Result<Option<FlowRow>, StoreError> {
    let row = sqlx::query("SELECT browser_hash, state, expires_at FROM flows WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        let row = Columns::of("flows", &row);
        Ok(FlowRow {
            browser_hash: row.bytes("browser_hash")?,
            state: row.text("state")?,
            expires_at: row.time("expires_at")?,
        })
    })
    .transpose()
}

/// Notes the device that was proven for a flow. It is kept beside the state: the proof may come while the
/// person goes on.
pub async fn name_device(id: &str, device: &DeviceId, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE flows SET device = $2 WHERE id = $1")
        .bind(id)
        .bind(device.as_str())
        .execute(db)
        .await?;
    Ok(())
}

/// The device that was proven for a flow.
pub async fn device(id: &str, db: &mut AnyConnection) -> Result<Option<DeviceId>, StoreError> {
    let row = sqlx::query("SELECT device FROM flows WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let row = Columns::of("flows", &row);
    let device = row.text_option("device")?;
    device
        .map(|text| text.parse().map_err(|_| row.bad("device")))
        .transpose()
}

/// Ends a flow. `false` when it was already gone: whoever removes it owns its outcome.
pub async fn remove(id: &str, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM flows WHERE id = $1")
        .bind(id)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Forgets flows that were never finished.
pub async fn forget_expired(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM flows WHERE expires_at < $1")
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}
