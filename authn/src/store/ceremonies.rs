// SPDX-License-Identifier: Apache-2.0
//! Challenges that wait for an authenticator's answer. Taken out as they are read: each is used at
//! most once, also when the answer turns out wrong and also from two processes at a time.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// What a challenge was made for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// To sign in.
    Authenticate,
    /// To present a card.
    Card,
    /// What became of a presented card.
    CardResult,
    /// To set up a code generator.
    Code,
    /// To present a device's certificate.
    Device,
    /// To put a device's key on file.
    DeviceEnrol,
    /// To prove a device's key.
    DeviceProve,
    /// What became of a presented certificate of a device.
    DeviceResult,
    /// To add a passkey.
    Register,
    /// To come back from a source of people.
    Source,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::Authenticate => "authenticate",
            Self::Card => "card",
            Self::CardResult => "card_result",
            Self::Code => "code",
            Self::Device => "device",
            Self::DeviceEnrol => "device_enrol",
            Self::DeviceProve => "device_prove",
            Self::DeviceResult => "device_result",
            Self::Register => "register",
            Self::Source => "source",
        }
    }
}

/// Keeps the state of a challenge for the flow or session that it is bound to.
pub async fn put(
    id: &str,
    kind: Kind,
    bound_to: &str,
    state: &str,
    expires_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO ceremonies (id, kind, bound_to, state, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(kind.text())
        .bind(bound_to)
        .bind(state)
        .bind(millis(expires_at))
        .execute(db)
        .await?;
    Ok(())
}

/// Takes a challenge out. `None` when there is none, it is of another kind, bound to something
/// else, expired, or was taken before.
pub async fn take(
    id: &str,
    kind: Kind,
    bound_to: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("DELETE FROM ceremonies WHERE id = $1 RETURNING kind, bound_to, state, expires_at")
        .bind(id)
        .fetch_optional(db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let row = Columns::of("ceremonies", &row);
    let fits = row.text("kind")? == kind.text()
        && row.text("bound_to")? == bound_to
        && now <= row.time("expires_at")?;
    if fits {
        Ok(Some(row.text("state")?))
    } else {
        Ok(None)
    }
}

/// Takes a challenge out by its name alone, for a place that does not know what it is bound to:
/// what it was bound to, and its state.
pub async fn take_unbound(
    id: &str,
    kind: Kind,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<(String, String)>, StoreError> {
    let row = sqlx::query(
        "DELETE FROM ceremonies WHERE id = $1 AND kind = $2 RETURNING bound_to, state, expires_at",
    )
    .bind(id)
    .bind(kind.text())
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let row = Columns::of("ceremonies", &row);
    if now <= row.time("expires_at")? {
        Ok(Some((row.text("bound_to")?, row.text("state")?)))
    } else {
        Ok(None)
    }
}

/// Reads a challenge and leaves it, for what may be tried more than once.
pub async fn look(
    id: &str,
    kind: Kind,
    bound_to: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<String>, StoreError> {
    let row = sqlx::query(
        "SELECT state FROM ceremonies \
         WHERE id = $1 AND kind = $2 AND bound_to = $3 AND expires_at >= $4",
    )
    .bind(id)
    .bind(kind.text())
    .bind(bound_to)
    .bind(millis(now))
    .fetch_optional(db)
    .await?;
    row.map(|row| Columns::of("ceremonies", &row).text("state"))
        .transpose()
}

/// Forgets challenges that nobody answered.
pub async fn forget_expired(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM ceremonies WHERE expires_at < $1")
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}
