// SPDX-License-Identifier: Apache-2.0
//! Recovery: somebody who lost an authenticator proves herself with a saved code beside her password
//! (NIST SP 800-63B-4, 4.2.2.2: one code and a bound single factor), and may then bind anew. What she
//! binds never lifts her above aal2: for more, administrators look at her anew.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use crate::enrolment;
use crate::factor::recovery::{COUNT, Code};
use crate::happened::Happened;
use crate::lockout::{self, Authenticator};
use crate::secret::{Sealer, Secret};
use crate::store::{StoreError, recovery_codes};

/// How long she may take to bind a new authenticator.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// Makes a person's codes; earlier ones become worthless. They are shown this once.
pub async fn make(
    person: &PersonId,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Vec<Code>, StoreError> {
    let codes: Vec<Code> = (0..COUNT).map(|_| Code::generate(rng)).collect();
    let hashes: Vec<Vec<u8>> = codes.iter().map(|code| code.hash(sealer)).collect();
    recovery_codes::replace(person, &hashes, now, db).await?;
    lockout::cleared(person.as_str(), Authenticator::Recovery, db).await?;
    log.event("recovery_codes.made", person.as_str(), json!({ "count": COUNT }));
    Ok(codes)
}

/// Uses a code that was typed. On success she gets a link with which to bind a new authenticator.
pub(crate) async fn redeem(
    person: &PersonId,
    typed: &str,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Option<Secret>, StoreError> {
    let Some(code) = Code::presented(typed) else {
        return Ok(None);
    };
    if !recovery_codes::take(person, &code.hash(sealer), now, db).await? {
        return Ok(None);
    }
    let (left, got) = recovery_codes::left(person, db).await?;
    log.event(
        "recovery_codes.used",
        person.as_str(),
        json!({ "left": left, "of": got }),
    );
    Ok(Some(
        enrolment::issue_capped(person, LIFETIME, now, rng, log, db).await?,
    ))
}
