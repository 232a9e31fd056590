// SPDX-License-Identifier: Apache-2.0
//! Keys in browsers by which devices prove themselves. What a device is worth is the directory's to say.

use chrono::{DateTime, Utc};
use countersign_directory::id::{DeviceId, PersonId};
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};
use crate::factor::device_key::PublicKey;

/// A key as it is enrolled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct EnrolledKey {
    /// The device that it stands for.
    pub device: DeviceId,
    /// Who enrolled it.
    pub person: PersonId,
    /// What she calls it.
    pub name: String,
    /// The key.
    pub key: PublicKey,
    /// When it was enrolled.
    pub created_at: DateTime<Utc>,
    /// When it last proved a sign-in.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// Keeps a key. `false`: it is on file already.
pub async fn add(key: &EnrolledKey, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO device_keys (thumbprint, device, person, name, public_key, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(key.key.thumbprint())
    .bind(key.device.as_str())
    .bind(key.person.as_str())
    .bind(key.name.as_str())
    .bind(key.key.point().to_vec())
    .bind(millis(key.created_at))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The key of this thumbprint.
pub async fn by_thumbprint(
    thumbprint: &str,
    db: &mut AnyConnection,
) -> Result<Option<EnrolledKey>, StoreError> {
    let row = sqlx::query("SELECT * FROM device_keys WHERE thumbprint = $1")
        .bind(thumbprint)
        .fetch_optional(db)
        .await?;
    row.map(|row| read(&Columns::of("device_keys", &row))).transpose()
}

/// A person's keys, oldest first.
pub async fn of_person(person: &PersonId, db: &mut AnyConnection) -> Result<Vec<EnrolledKey>, StoreError> {
    let rows = sqlx::query("SELECT * FROM device_keys WHERE person = $1 ORDER BY created_at, device")
        .bind(person.as_str())
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| read(&Columns::of("device_keys", row)))
        .collect()
}

/// Notes a use.
pub async fn used(device: &DeviceId, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE device_keys SET last_used_at = $2 WHERE device = $1")
        .bind(device.as_str())
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}

fn read(row: &Columns<'_>) -> Result<EnrolledKey, StoreError> {
    Ok(EnrolledKey {
        device: row.parsed("device")?,
        person: row.parsed("person")?,
        name: row.text("name")?,
        key: PublicKey::kept(row.bytes("public_key")?),
        created_at: row.time("created_at")?,
        last_used_at: row.time_option("last_used_at")?,
    })
}
