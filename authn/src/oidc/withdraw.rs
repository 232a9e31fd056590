// SPDX-License-Identifier: Apache-2.0
//! A signing key that somebody else may know is taken out at once: it is published no more, what it signed is no
//! longer ours, and where nothing else signs with its algorithm a fresh key does. Nothing is announced first.

use chrono::{DateTime, Utc};
use countersign_directory::{Change, Noun};
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use super::keys::{SigningError, generate, keep};
use crate::happened::Happened;
use crate::rotation::Term;
use crate::secret::Sealer;
use crate::store::signing_keys;

/// Takes the key `kid` out. False: no such key is published.
pub async fn withdraw(
    kid: &str,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<bool, SigningError> {
    let published = signing_keys::published(now, db).await?;
    let Some(key) = published.iter().find(|key| key.kid == kid) else {
        return Ok(false);
    };
    signing_keys::withdraw(kid, now, db).await?;
    log.event(
        "signing_key.withdrawn",
        kid,
        json!({ "alg": key.algorithm.name() }),
    );
    log.change(Change::put(Noun::SigningKey, kid));
    // One that was replaced already is published for what it signed, and signs no more.
    let signs = published.iter().any(|other| {
        other.kid != kid
            && other.algorithm == key.algorithm
            && other.term.use_from <= now
            && other.term.gone_at.is_none()
    });
    if !signs {
        let row = generate(key.algorithm, Term::first(now), sealer, rng)?;
        keep(&row, log, db).await?;
    }
    Ok(true)
}
