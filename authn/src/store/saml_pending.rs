// SPDX-License-Identifier: Apache-2.0
//! What waits for the next step of a browser or of a provider, sealed. Taken out as it is read.

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};

/// What waits.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// Somebody who came from a provider, for her browser.
    Arrival,
    /// A logout request of ours, for its answer.
    Logout,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::Arrival => "arrival",
            Self::Logout => "logout",
        }
    }
}

/// Keeps it.
pub async fn put(
    hash: &[u8],
    kind: Kind,
    source: &SourceId,
    sealed: &[u8],
    expires_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO saml_pending (hash, kind, source, sealed, expires_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(hash.to_vec())
    .bind(kind.text())
    .bind(source.as_str())
    .bind(sealed.to_vec())
    .bind(millis(expires_at))
    .execute(db)
    .await?;
    Ok(())
}

/// Takes it out. `None`: there is none, of that kind and source, or it has run out, or was taken before.
pub async fn take(
    hash: &[u8],
    kind: Kind,
    source: &SourceId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Vec<u8>>, StoreError> {
    let row = sqlx::query(
        "DELETE FROM saml_pending WHERE hash = $1 AND kind = $2 AND source = $3 RETURNING sealed, expires_at",
    )
    .bind(hash.to_vec())
    .bind(kind.text())
    .bind(source.as_str())
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let row = Columns::of("saml_pending", &row);
    if now <= row.time("expires_at")? {
        Ok(Some(row.bytes("sealed")?))
    } else {
        Ok(None)
    }
}

/// Forgets what nobody came for.
pub async fn forget_expired(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM saml_pending WHERE expires_at < $1")
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}
