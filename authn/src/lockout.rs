// SPDX-License-Identifier: Apache-2.0
//! The brake on guessing (NIST SP 800-63B-4, section 3.2.2): from the fifth failure in a row each
//! further attempt must wait, 1, 2, 4 … seconds up to 15 minutes; after 100 failures in a row the
//! authenticator is disabled and must be bound anew. Per subject and authenticator: a stranger who
//! guesses passwords does not lock anybody's passkey.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::AnyConnection;

use crate::happened::Happened;
use crate::store::StoreError;
use crate::store::lockouts::{self, Failures};

/// Failures in a row after which an authenticator is disabled.
pub const LIMIT: i64 = 100;
const FREE: i64 = 4;
const LONGEST_WAIT_SECONDS: i64 = 15 * 60;

/// What can be guessed at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Authenticator {
    /// The password.
    Password,
    /// The saved recovery codes.
    Recovery,
    /// The code generator.
    Totp,
}

impl Authenticator {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Recovery => "recovery",
            Self::Totp => "totp",
        }
    }
}

/// Whether an attempt may be judged at all.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// It may.
    Open,
    /// Not before this moment.
    Wait(DateTime<Utc>),
    /// Never again: bind a new authenticator.
    Disabled,
}

/// Whether the next attempt may be judged.
pub async fn standing(
    subject: &str,
    authenticator: Authenticator,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Standing, StoreError> {
    let failures = lockouts::failures(subject, authenticator.name(), db).await?;
    Ok(failures.map_or(Standing::Open, |failures| judge(failures, now)))
}

/// Counts a failure. `true`: it was the last one; the authenticator is closed from now on.
pub async fn failed(
    subject: &str,
    authenticator: Authenticator,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let count = lockouts::add(subject, authenticator.name(), now, db).await?;
    if count == LIMIT {
        let detail = json!({ "authenticator": authenticator.name(), "failures": count });
        log.event("authenticator.disabled", subject, detail);
    } else if count == FREE + 1 {
        let detail = json!({ "authenticator": authenticator.name(), "failures": count });
        log.event("signin.slowed", subject, detail);
    }
    Ok(count == LIMIT)
}

/// Forgets the failures: the right secret was given, or a new authenticator bound.
pub async fn cleared(
    subject: &str,
    authenticator: Authenticator,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    lockouts::clear(subject, authenticator.name(), db).await
}

fn judge(failures: Failures, now: DateTime<Utc>) -> Standing {
    if failures.count >= LIMIT {
        return Standing::Disabled;
    }
    let Ok(doublings) = u32::try_from(failures.count - FREE - 1) else {
        return Standing::Open;
    };
    let wait = 1_i64
        .checked_shl(doublings.min(32))
        .unwrap_or(i64::MAX)
        .min(LONGEST_WAIT_SECONDS);
    let until = failures.last_at + TimeDelta::seconds(wait);
    if now < until {
        Standing::Wait(until)
    } else {
        Standing::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noon;

    #[test]
    fn four_failures_are_free_and_the_wait_doubles_up_to_fifteen_minutes() {
        for (count, wait) in [
            (1, 0),
            (4, 0),
            (5, 1),
            (6, 2),
            (9, 16),
            (14, 512),
            (15, 900),
            (99, 900),
        ] {
            let failures = Failures {
                count,
                last_at: noon(),
            };
            let until = noon() + TimeDelta::seconds(wait);
            assert_eq!(judge(failures, until), Standing::Open, "{count}");
            if wait > 0 {
                assert_eq!(
                    judge(failures, until - TimeDelta::seconds(1)),
                    Standing::Wait(until)
                );
            }
        }
    }

    #[test]
    fn a_hundred_failures_disable_for_good() {
        let failures = Failures {
            count: 100,
            last_at: noon(),
        };
        assert_eq!(judge(failures, noon() + TimeDelta::days(365)), Standing::Disabled);
    }
}
