// SPDX-License-Identifier: Apache-2.0
//! Passkeys, by credential id. The credential's public key, counter and flags are kept as the
//! library serialises them.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use sqlx::AnyConnection;
use uuid::Uuid;
use webauthn_rs_core::proto::Credential;

use super::{Columns, StoreError, json_text, millis};
use crate::factor::attestation::{Kept, Key};

/// A passkey as it stands.
#[derive(Clone, Debug)]
pub struct Passkey {
    /// The credential id, base64url.
    pub id: String,
    /// Whose it is.
    pub person: PersonId,
    /// The name that she gave it.
    pub name: String,
    /// Key, counter and flags.
    pub credential: Credential,
    /// Its model, as it says.
    pub aaguid: Uuid,
    /// The format of its attestation, by its registered name.
    pub format: String,
    /// The kind of its attestation.
    pub attestation: String,
    /// Whether its model was proven against the metadata when it was added.
    pub attested: bool,
    /// Whether the rules of that day let it reach aal3.
    pub allowed: bool,
    /// Whether it was added from a sign-in below aal3, above which it may not lift its owner.
    pub capped: bool,
    /// Whether its counter once went back: it may have been copied.
    pub suspect: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
}

impl Passkey {
    /// What is judged of it.
    pub fn key(&self) -> Key {
        Key {
            aaguid: self.aaguid,
            attested: self.attested,
            synced: self.credential.backup_eligible,
        }
    }

    /// What its past adds to that.
    pub fn kept(&self) -> Kept {
        Kept {
            allowed: self.allowed,
            capped: self.capped,
            suspect: self.suspect,
        }
    }
}

/// Adds a passkey. `false`: that credential is registered already, to whomever.
pub async fn add(passkey: &Passkey, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO passkeys (id, person, name, credential, aaguid, format, attestation, \
         attested, allowed, capped, suspect, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING",
    )
    .bind(passkey.id.as_str())
    .bind(passkey.person.as_str())
    .bind(passkey.name.as_str())
    .bind(json_text(&passkey.credential))
    .bind(passkey.aaguid.to_string())
    .bind(passkey.format.as_str())
    .bind(passkey.attestation.as_str())
    .bind(i64::from(passkey.attested))
    .bind(i64::from(passkey.allowed))
    .bind(i64::from(passkey.capped))
    .bind(i64::from(passkey.suspect))
    .bind(millis(passkey.created_at))
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The passkey with this credential id.
pub async fn by_id(id: &str, db: &mut AnyConnection) -> Result<Option<Passkey>, StoreError> {
    let row = sqlx::query("SELECT * FROM passkeys WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.map(|row| read(&Columns::of("passkeys", &row))).transpose()
}

/// A person's passkeys, oldest first.
pub async fn of_person(person: &PersonId, db: &mut AnyConnection) -> Result<Vec<Passkey>, StoreError> {
    let rows = sqlx::query("SELECT * FROM passkeys WHERE person = $1 ORDER BY created_at, id")
        .bind(person.as_str())
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| read(&Columns::of("passkeys", row)))
        .collect()
}

/// Every passkey, for a preview of what rules would do.
pub async fn all(db: &mut AnyConnection) -> Result<Vec<Passkey>, StoreError> {
    let rows = sqlx::query("SELECT * FROM passkeys ORDER BY person, created_at, id")
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| read(&Columns::of("passkeys", row)))
        .collect()
}

/// Gives a passkey of a person another name. `false`: she has no such passkey.
pub async fn rename(
    id: &str,
    person: &PersonId,
    name: &str,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE passkeys SET name = $3 WHERE id = $1 AND person = $2")
        .bind(id)
        .bind(person.as_str())
        .bind(name)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// Notes a successful use with the credential's new counter and flags.
pub async fn used(
    id: &str,
    credential: &Credential,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE passkeys SET credential = $2, last_used_at = $3 WHERE id = $1")
        .bind(id)
        .bind(json_text(credential))
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}

/// Marks a passkey whose counter went back.
pub async fn suspect(id: &str, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE passkeys SET suspect = 1 WHERE id = $1")
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

/// Removes a passkey of a person.
pub async fn remove(id: &str, person: &PersonId, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query("DELETE FROM passkeys WHERE id = $1 AND person = $2")
        .bind(id)
        .bind(person.as_str())
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &Columns<'_>) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: row.text("id")?,
        person: row.parsed("person")?,
        name: row.text("name")?,
        credential: row.json("credential")?,
        aaguid: row.parsed("aaguid")?,
        format: row.text("format")?,
        attestation: row.text("attestation")?,
        attested: row.flag("attested")?,
        allowed: row.flag("allowed")?,
        capped: row.flag("capped")?,
        suspect: row.flag("suspect")?,
        created_at: row.time("created_at")?,
        last_used_at: row.time_option("last_used_at")?,
    })
}
