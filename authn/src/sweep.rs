// SPDX-License-Identifier: Apache-2.0
//! Forgets what can no longer be used: unfinished sign-ins, unanswered challenges, old codes and
//! tokens, and the failures of names that nobody has.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::AnyConnection;

use crate::store::{StoreError, assertions, ceremonies, codes, flows, lockouts};
use crate::store::{pushed_requests, refresh_families, tokens};

/// How long a used code is remembered after its end, so that its reuse is still recognised.
const CODES_REMEMBERED: TimeDelta = TimeDelta::hours(1);
/// How long an ended refresh chain is remembered by name.
const CHAINS_REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// How long failures of a name without an account count.
const STRANGERS_REMEMBERED: TimeDelta = TimeDelta::hours(24);

/// Forgets it all. Safe to run at any time, also on several processes.
pub async fn run(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    ceremonies::forget_expired(now, db).await?;
    flows::forget_expired(now, db).await?;
    codes::forget_expired(now - CODES_REMEMBERED, db).await?;
    tokens::forget_expired(now - CODES_REMEMBERED, db).await?;
    assertions::forget_expired(now, db).await?;
    pushed_requests::forget_expired(now, db).await?;
    refresh_families::forget_ended(now - CHAINS_REMEMBERED, db).await?;
    lockouts::forget_strangers(now - STRANGERS_REMEMBERED, db).await
}
