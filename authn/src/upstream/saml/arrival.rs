// SPDX-License-Identifier: Apache-2.0
//! Between the form and the browser. A response is posted from another site, so it comes without our
//! cookies; it is used up at once ([`keep`]) and waits, sealed, under a secret that works once, for
//! the same browser to come by itself ([`take`]).

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::SourceId;
use rand::CryptoRng;
use sqlx::AnyConnection;

use super::Fault;
pub use super::assertion::Arrival;
use super::assertion::Kept;
use super::logout::Asked;
use super::name::NameId;
use crate::secret::{SealError, Sealer, Secret, sha256};
use crate::store::saml_pending::{self, Kind};
use crate::store::{StoreError, json_text, saml_names, saml_used};
use crate::upstream::Claimed;

/// How long a browser has for one redirect.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(2);
/// How long the name of a person at a provider is kept that does not say when its session ends.
const LONGEST_SESSION: TimeDelta = TimeDelta::days(31);

/// Nothing came of it.
#[derive(Debug, thiserror::Error)]
pub enum ArrivalError {
    /// The provider's part.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// What was kept does not open.
    #[error(transparent)]
    Sealed(#[from] SealError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Somebody whose browser has shown that it is the one that was sent away, as far as
/// `in_response_to` and `relay_state` tell: the caller holds these against what it remembers.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Waiting {
    /// Who is here.
    pub claimed: Claimed,
    /// The name by which the provider speaks of her.
    pub name: NameId,
    /// The request that is answered; absent, nobody asked.
    pub in_response_to: Option<String>,
    /// The state that came with the answer.
    pub relay_state: Option<String>,
}

/// Uses an assertion up (S10) and keeps what it said. `Err(Again)`: it was used before, here or by
/// another process. Returns the secret for the one redirect.
pub async fn keep(
    arrival: &Arrival,
    relay_state: Option<&str>,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<Secret, ArrivalError> {
    let source = &arrival.claimed.source;
    let id = sha256(arrival.assertion.as_bytes());
    if !saml_used::use_up(source, &id, arrival.remember_until, db).await? {
        return Err(Fault::Again.into());
    }
    let secret = Secret::generate(rng);
    let told = json_text(&Kept::of(arrival, relay_state));
    let kept = sealer.seal(&purpose(source), told.as_bytes(), rng)?;
    saml_pending::put(&secret.hash(), Kind::Arrival, source, &kept, now + PATIENCE, db).await?;
    Ok(secret)
}

/// Takes out what waits under `secret`, once.
pub async fn take(
    secret: &Secret,
    source: &SourceId,
    sealer: &Sealer,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Waiting>, ArrivalError> {
    let Some(kept) = saml_pending::take(&secret.hash(), Kind::Arrival, source, now, db).await? else {
        return Ok(None);
    };
    let opened = sealer.open(&purpose(source), &kept)?;
    let kept: Kept = serde_json::from_slice(&opened).map_err(|_| StoreError::Row {
        table: "saml_pending",
        column: "sealed",
    })?;
    let in_response_to = kept.in_response_to.clone();
    let relay_state = kept.relay_state.clone();
    let (claimed, name) = kept.split(source.clone());
    Ok(Some(Waiting {
        claimed,
        name,
        in_response_to,
        relay_state,
    }))
}

/// Remembers the name by which the provider speaks of her, for a logout of either side.
pub async fn remember_name(
    waiting: &Waiting,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<(), ArrivalError> {
    let Claimed {
        source,
        subject,
        session,
        session_until,
        ..
    } = &waiting.claimed;
    let kept = sealer.seal(&name_purpose(source), json_text(&waiting.name).as_bytes(), rng)?;
    let row = saml_names::NameRow {
        source,
        subject,
        session_index: session.as_deref(),
        name_hash: &waiting.name.hash(),
        sealed: &kept,
        ends_at: session_until.unwrap_or(now + LONGEST_SESSION),
    };
    Ok(saml_names::put(&row, db).await?)
}

/// The name by which a provider speaks of a subject, in one of its sessions.
pub async fn name_of(
    source: &SourceId,
    subject: &str,
    session_index: Option<&str>,
    sealer: &Sealer,
    db: &mut AnyConnection,
) -> Result<Option<NameId>, ArrivalError> {
    let Some(kept) = saml_names::of_subject(source, subject, session_index, db).await? else {
        return Ok(None);
    };
    let opened = sealer.open(&name_purpose(source), &kept)?;
    let name = serde_json::from_slice(&opened).map_err(|_| StoreError::Row {
        table: "saml_names",
        column: "sealed",
    })?;
    Ok(Some(name))
}

/// The subjects, and their sessions there, that a provider asks to end.
pub async fn sessions_of(
    asked: &Asked,
    source: &SourceId,
    db: &mut AnyConnection,
) -> Result<Vec<(String, Option<String>)>, StoreError> {
    saml_names::by_name(source, &asked.name.hash(), &asked.sessions, db).await
}

/// Uses a logout message up. `false`: it was used before, here or by another process.
pub async fn use_up(asked: &Asked, source: &SourceId, db: &mut AnyConnection) -> Result<bool, StoreError> {
    saml_used::use_up(source, &sha256(asked.id.as_bytes()), asked.remember_until, db).await
}

fn purpose(source: &SourceId) -> String {
    format!("saml_arrival/{source}")
}

fn name_purpose(source: &SourceId) -> String {
    format!("saml_name/{source}")
}
