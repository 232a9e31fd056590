// SPDX-License-Identifier: Apache-2.0
//! What witnesses signed, beside the checkpoints that they saw.

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, Row};

use super::StoreError;
use crate::checkpoint::Checkpoint;
use crate::checkpoint::note::Signature;

/// Keeps a witness's verified signature; a later one of the same witness takes its place.
pub async fn put(
    checkpoint: &Checkpoint,
    signature: &Signature,
    signed_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit_cosignatures (origin, size, witness, signed_at, line) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (origin, size, witness) \
         DO UPDATE SET signed_at = excluded.signed_at, line = excluded.line",
    )
    .bind(checkpoint.origin.as_str())
    .bind(checkpoint.size as i64)
    .bind(signature.name.as_str())
    .bind(signed_at.timestamp_millis())
    .bind(signature.to_string())
    .execute(db)
    .await?;
    Ok(())
}

/// The signature lines of witnesses under the checkpoint over `size` leaves, each with its newline.
pub async fn lines(origin: &str, size: u64, db: &mut AnyConnection) -> Result<String, StoreError> {
    let rows =
        sqlx::query("SELECT line FROM audit_cosignatures WHERE origin = $1 AND size = $2 ORDER BY witness")
            .bind(origin)
            .bind(size as i64)
            .fetch_all(db)
            .await?;
    let mut lines = String::new();
    for row in rows {
        lines.push_str(&row.try_get::<String, _>("line")?);
        lines.push('\n');
    }
    Ok(lines)
}
