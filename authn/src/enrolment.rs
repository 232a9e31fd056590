// SPDX-License-Identifier: Apache-2.0
//! One-time enrolment links: whoever holds one may bind the first authenticator of the person that
//! it names. Random (256 bits), kept hashed, dated, and used once; making a new one voids the old.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use crate::happened::Happened;
use crate::secret::Secret;
use crate::store::{StoreError, accounts, enrolment};

/// How long a link can be used, unless its maker says less.
pub const LIFETIME: TimeDelta = TimeDelta::hours(24);

/// Makes a link for `person`; earlier unused ones become worthless.
pub async fn issue(
    person: &PersonId,
    lifetime: TimeDelta,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Secret, StoreError> {
    issue_as(person, false, lifetime, now, rng, log, db).await
}

/// As [`issue`], for somebody who proved less than an administrator saw: a passkey that is bound with
/// it never reaches aal3.
pub(crate) async fn issue_capped(
    person: &PersonId,
    lifetime: TimeDelta,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Secret, StoreError> {
    issue_as(person, true, lifetime, now, rng, log, db).await
}

/// Whether what is bound with a link stays below aal3.
pub(crate) async fn is_capped(link: &str, db: &mut AnyConnection) -> Result<bool, StoreError> {
    match Secret::presented(link) {
        Some(link) => enrolment::is_capped(&link.hash(), db).await,
        None => Ok(true),
    }
}

async fn issue_as(
    person: &PersonId,
    is_capped: bool,
    lifetime: TimeDelta,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Secret, StoreError> {
    accounts::ensure(person, now, rng, db).await?;
    enrolment::void(person, now, db).await?;
    let link = Secret::generate(rng);
    let expires_at = now + lifetime;
    enrolment::put(&link.hash(), person, is_capped, expires_at, now, db).await?;
    log.event(
        "enrolment.issued",
        person.as_str(),
        json!({ "expires_at": expires_at, "capped": is_capped }),
    );
    Ok(link)
}

/// Whose link this is, if it can still be used. Does not use it.
pub async fn look(
    link: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<PersonId>, StoreError> {
    let Some(link) = Secret::presented(link) else {
        return Ok(None);
    };
    enrolment::person(&link.hash(), now, db).await
}

/// Uses a link up, in the transaction that binds the authenticator.
pub async fn redeem(
    link: &str,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Option<PersonId>, StoreError> {
    let Some(link) = Secret::presented(link) else {
        return Ok(None);
    };
    let person = enrolment::redeem(&link.hash(), now, db).await?;
    if let Some(person) = &person {
        log.event("enrolment.used", person.as_str(), json!({}));
    }
    Ok(person)
}
