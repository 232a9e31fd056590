// SPDX-License-Identifier: Apache-2.0
//! Forgets what can no longer be used: unfinished sign-ins, unanswered challenges, old codes and
//! tokens, and the failures of names that nobody has.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::AnyConnection;

use crate::store::{StoreError, assertions, card_certificates, ceremonies, codes, flows, lockouts, notices};
use crate::store::{
    pushed_requests, refresh_families, saml_keys, saml_names, saml_pending, saml_services, saml_used, tokens,
    upstream_sessions,
};

/// How long a used code is remembered after its end, so that its reuse is still recognised.
const CODES_REMEMBERED: TimeDelta = TimeDelta::hours(1);
/// How long an ended refresh chain is remembered by name.
const CHAINS_REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// How long failures of a name without an account count.
const STRANGERS_REMEMBERED: TimeDelta = TimeDelta::hours(24);

/// How long a notice is tried to be sent, and then remembered.
const NOTICES_KEPT: TimeDelta = TimeDelta::days(7);

/// Forgets it all. Safe to run at any time, also on several processes.
pub async fn run(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    ceremonies::forget_expired(now, db).await?;
    flows::forget_expired(now, db).await?;
    codes::forget_expired(now - CODES_REMEMBERED, db).await?;
    tokens::forget_expired(now - CODES_REMEMBERED, db).await?;
    notices::forget(now - NOTICES_KEPT, db).await?;
    assertions::forget_expired(now, db).await?;
    pushed_requests::forget_expired(now, db).await?;
    saml_keys::forget_gone(now, db).await?;
    saml_names::forget_ended(now, db).await?;
    saml_pending::forget_expired(now, db).await?;
    saml_services::forget_expired(now, db).await?;
    saml_used::forget_expired(now, db).await?;
    refresh_families::forget_ended(now - CHAINS_REMEMBERED, db).await?;
    upstream_sessions::forget(now, db).await?;
    card_certificates::forget(db).await?;
    lockouts::forget_strangers(now - STRANGERS_REMEMBERED, db).await
}
