// SPDX-License-Identifier: Apache-2.0
//! The one metadata file in force. A serial number only ever grows.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Columns, StoreError, json_text, millis};
use crate::factor::attestation::Metadata;

const ID: &str = "fido";

/// The serial number of the file in force.
pub async fn serial(db: &mut AnyConnection) -> Result<Option<u64>, StoreError> {
    let row = sqlx::query("SELECT serial FROM passkey_metadata WHERE id = $1")
        .bind(ID)
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Ok(Columns::of("passkey_metadata", &row)
            .number("serial")?
            .cast_unsigned())
    })
    .transpose()
}

/// The file in force.
pub async fn load(db: &mut AnyConnection) -> Result<Option<Metadata>, StoreError> {
    let row = sqlx::query("SELECT content FROM passkey_metadata WHERE id = $1")
        .bind(ID)
        .fetch_optional(db)
        .await?;
    row.map(|row| Columns::of("passkey_metadata", &row).json("content"))
        .transpose()
}

/// Puts a file in force (compare-and-set). `false`: a file of this serial number or a later one is.
pub async fn put(
    metadata: &Metadata,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let Ok(serial) = i64::try_from(metadata.serial) else {
        return Ok(false);
    };
    let done = sqlx::query(
        "INSERT INTO passkey_metadata (id, serial, content, imported_at, late_noted) \
         VALUES ($1, $2, $3, $4, 0) ON CONFLICT (id) DO UPDATE SET serial = excluded.serial, \
         content = excluded.content, imported_at = excluded.imported_at, late_noted = 0 \
         WHERE passkey_metadata.serial < excluded.serial",
    )
    .bind(ID)
    .bind(serial)
    .bind(json_text(metadata))
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes, once for all processes, that the file in force is past its date.
pub async fn note_late(db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE passkey_metadata SET late_noted = 1 WHERE id = $1 AND late_noted = 0")
        .bind(ID)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}
