// SPDX-License-Identifier: Apache-2.0
//! A session: what a browser holds after a sign-in, and how long it holds.
//!
//! Its *id* is a name for logs, lists and foreign keys and never changes. Its *secret* is what the
//! cookie carries: stored hashed, and replaced at every sign-in and change of assurance, so that a
//! cookie planted before sign-in is worth nothing after it (session fixation).
//!
//! Two ends, each final: an absolute one, counted from the sign-in, and one for inactivity. Both are
//! "later than": at the very moment the session is still good (NIST SP 800-63B-4, section 2).

pub mod board;
pub mod end;
pub mod open;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::id::{DeviceId, PersonId};
use serde::{Deserialize, Serialize};

use crate::assurance::{Level, Method, Proof, Requirement, Unmet};
use crate::evidence::Evidence;

/// The name of a session. Not a secret, and not the `sid` of any client.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct SessionId(String);

impl SessionId {
    /// The name as stored or sent; an unknown one finds nothing.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SessionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The name of a session towards one client: random for each pair, so that two clients cannot
/// compare notes. It is the `sid` of ID tokens and logout tokens.
#[derive(Clone, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(transparent)]
pub struct Sid(String);

impl Sid {
    /// The name as stored or sent; an unknown one finds nothing.
    pub fn from_text(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How long sessions last, by the level of their sign-in. As they come they are the most that NIST SP 800-63B-4
/// allows (2.1.3, 2.2.3, 2.3.3), to which guards hold sessions too.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Lifetimes {
    /// Of an aal1 session.
    pub aal1: Ends,
    /// Of an aal2 session, phishing resistant or not.
    pub aal2: Ends,
    /// Of an aal3 session.
    pub aal3: Ends,
}

/// The two ends of a session.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Ends {
    /// From its sign-in to its absolute end.
    pub absolute: TimeDelta,
    /// The longest time without activity.
    pub idle: TimeDelta,
}

impl Default for Lifetimes {
    fn default() -> Self {
        let ends = |absolute, idle| Ends { absolute, idle };
        Self {
            aal1: ends(TimeDelta::days(30), TimeDelta::minutes(60)),
            aal2: ends(TimeDelta::hours(24), TimeDelta::minutes(60)),
            aal3: ends(TimeDelta::hours(12), TimeDelta::minutes(15)),
        }
    }
}

impl Lifetimes {
    /// The ends of a session of `level`.
    pub fn of(&self, level: Level) -> Ends {
        match level {
            Level::Aal1 => self.aal1,
            Level::Aal2 | Level::Aal2PhishingResistant => self.aal2,
            Level::Aal3 => self.aal3,
        }
    }
}

/// Where a session was opened, for the person's own list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Place {
    /// The device, when a device certificate or an enrolled key named it.
    pub device: Option<DeviceId>,
    /// The browser's own words.
    pub agent: Option<String>,
}

/// A session as it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Session {
    /// Its name.
    pub id: SessionId,
    /// Whose it is.
    pub person: PersonId,
    /// The level that its sign-in reached.
    pub level: Level,
    /// The evidence.
    pub methods: BTreeSet<Method>,
    /// Whether an attested authenticator took part.
    pub attested: bool,
    /// By which authenticators it was signed in to, earlier ones first.
    pub evidence: Vec<Evidence>,
    /// When the person last proved who she is.
    pub auth_time: DateTime<Utc>,
    /// When it was born.
    pub started_at: DateTime<Utc>,
    /// When it was last used.
    pub last_activity: DateTime<Utc>,
    /// Its absolute end.
    pub ends_at: DateTime<Utc>,
    /// The longest time without activity.
    pub idle: TimeDelta,
    /// Where it was opened.
    pub place: Place,
    /// The token that forms of this session carry.
    pub csrf: String,
    /// When it was ended, if it was.
    pub ended_at: Option<DateTime<Utc>>,
}

impl Session {
    /// Whether it can still be used.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now <= self.ends_at && now - self.last_activity <= self.idle
    }

    /// Whether somebody ended it. One that is merely noted as having run out was not.
    pub fn was_ended_early(&self) -> bool {
        self.ended_at
            .is_some_and(|at| at <= self.ends_at && at - self.last_activity <= self.idle)
    }

    /// Why it does not meet `need`; `None` when it does.
    pub fn unmet(&self, need: &Requirement, now: DateTime<Utc>) -> Option<Unmet> {
        need.unmet(self.level, self.auth_time, now)
    }

    /// What its sign-in proved.
    pub fn proof(&self) -> Proof {
        Proof {
            level: self.level,
            methods: self.methods.clone(),
            at: self.auth_time,
            attested: self.attested,
            by: self
                .evidence
                .iter()
                .filter(|one| !one.superseded)
                .cloned()
                .collect(),
        }
    }
}
