// SPDX-License-Identifier: Apache-2.0
//! A person's authenticators as administrators see them, and what is lost withdrawn at once: by one officer, since
//! nobody may do more for it, or with the recovery that two of them approve. Whoever has what is lost may be in, so all
//! her sessions end.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use crate::account;
use crate::evidence::AuthenticatorId;
use crate::factor::attestation::Fit;
use crate::factor::passkey::Passkeys;
use crate::happened::Happened;
use crate::lockout::{Authenticator, LIMIT};
use crate::secret::sha256;
use crate::session::SessionId;
use crate::session::end::{self, Reason};
use crate::store::{StoreError, cards, enrolment, lockouts, passkeys, passwords, recovery_codes, totps};

/// One of a person's authenticators.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Held {
    /// What it is called at the API: no credential.
    pub id: String,
    /// The word for its kind: `card`, `passkey`, `password`, `recovery_codes`, `totp`.
    pub kind: &'static str,
    /// What people call it.
    pub name: Option<String>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it last let her in.
    pub last_used_at: Option<DateTime<Utc>>,
    /// How it stands.
    pub state: State,
    which: Which,
}

/// How an authenticator stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum State {
    /// It lets her in.
    Active,
    /// Too many guesses closed it.
    Disabled,
    /// It has ended.
    Expired,
    /// The rules do not take it.
    Refused,
    /// There may be a copy of it.
    Suspect,
}

impl State {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Expired => "expired",
            Self::Refused => "refused",
            Self::Suspect => "suspect",
        }
    }
}

#[derive(Clone, Debug, Eq, PartialEq)]
enum Which {
    Proves(AuthenticatorId),
    RecoveryCodes,
}

/// Every authenticator of a person.
pub async fn of_person(
    person: &PersonId,
    verifier: &Passkeys,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<Held>, StoreError> {
    let entry = account::active(person, db).await?;
    let trust = verifier.trusted();
    let mut all = Vec::new();
    for passkey in passkeys::of_person(person, db).await? {
        let is_refused = entry.as_ref().is_some_and(|entry| {
            let fit = trust.judge_kept(&passkey.key(), passkey.kept(), entry, now);
            matches!(fit, Fit::Refused(_))
        });
        let state = match (passkey.suspect, is_refused) {
            (_, true) => State::Refused,
            (true, false) => State::Suspect,
            (false, false) => State::Active,
        };
        all.push(Held {
            id: handle(&passkey.id),
            kind: "passkey",
            name: Some(passkey.name),
            created_at: passkey.created_at,
            last_used_at: passkey.last_used_at,
            state,
            which: Which::Proves(AuthenticatorId::Passkey(passkey.id)),
        });
    }
    for card in cards::of_person(person, db).await? {
        let state = if now > card.expires_at {
            State::Expired
        } else {
            State::Active
        };
        all.push(Held {
            id: handle(&card.id),
            kind: "card",
            name: Some(card.subject),
            created_at: card.created_at,
            last_used_at: card.last_used_at,
            state,
            which: Which::Proves(AuthenticatorId::Card(card.id)),
        });
    }
    if let Some((created_at, last_used_at)) = passwords::times(person, db).await? {
        let which = Which::Proves(AuthenticatorId::Password);
        let state = guessed(person, Authenticator::Password, db).await?;
        all.push(single("password", which, created_at, last_used_at, state));
    }
    if let Some((created_at, last_used_at)) = totps::times(person, db).await? {
        let which = Which::Proves(AuthenticatorId::Totp);
        let state = guessed(person, Authenticator::Totp, db).await?;
        all.push(single("totp", which, created_at, last_used_at, state));
    }
    if let Some((created_at, last_used_at)) = recovery_codes::times(person, db).await? {
        let state = guessed(person, Authenticator::Recovery, db).await?;
        all.push(single(
            "recovery_codes",
            Which::RecoveryCodes,
            created_at,
            last_used_at,
            state,
        ));
    }
    Ok(all)
}

/// What of a person is withdrawn.
#[derive(Clone, Copy, Debug)]
pub enum Lost<'a> {
    /// All that she has.
    All,
    /// Those of these names; what is gone already is passed over.
    These(&'a [String]),
}

/// Withdraws what is lost, and ends all her sessions. Returns those that were ended, if anything was withdrawn or all
/// of hers is lost; `None` otherwise.
pub async fn withdraw(
    person: &PersonId,
    lost: Lost<'_>,
    verifier: &Passkeys,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Option<Vec<SessionId>>, StoreError> {
    let held = of_person(person, verifier, now, db).await?;
    let gone: Vec<Held> = held
        .into_iter()
        .filter(|one| match lost {
            Lost::All => true,
            Lost::These(ids) => ids.contains(&one.id),
        })
        .collect();
    if gone.is_empty() && matches!(lost, Lost::These(_)) {
        return Ok(None);
    }
    for one in gone {
        take(person, &one.which, now, log, db).await?;
    }
    // A code may have been used to get a link with which to come back.
    enrolment::void_capped(person, now, db).await?;
    let ended = end::end_all(person, None, Reason::FactorReset, now, rng, log, db).await?;
    Ok(Some(ended))
}

async fn take(
    person: &PersonId,
    which: &Which,
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    let by = "administrator";
    match which {
        Which::Proves(AuthenticatorId::Passkey(id)) => {
            if passkeys::remove(id, person, db).await? {
                let detail = json!({ "passkey": id, "by": by });
                log.event("passkey.removed", person.as_str(), detail);
            }
        }
        Which::Proves(AuthenticatorId::Card(id)) => {
            if cards::withdraw(id, person, now, db).await? {
                log.event("card.removed", person.as_str(), json!({ "card": id, "by": by }));
            }
        }
        // They stand for each other: one without the other would be less than both, and the codes need them.
        Which::Proves(AuthenticatorId::Password | AuthenticatorId::Totp) => {
            if passwords::remove(person, db).await? {
                log.event("password.removed", person.as_str(), json!({ "by": by }));
            }
            if totps::withdraw(person, now, db).await? {
                log.event("totp.removed", person.as_str(), json!({ "by": by }));
            }
            recovery_codes::remove(person, db).await?;
        }
        // INVARIANT: links are none of ours, and are not listed.
        Which::Proves(AuthenticatorId::Link(_)) => {}
        Which::RecoveryCodes => {
            if recovery_codes::times(person, db).await?.is_some() {
                recovery_codes::remove(person, db).await?;
                log.event("recovery_codes.removed", person.as_str(), json!({ "by": by }));
            }
        }
    }
    Ok(())
}

fn single(
    kind: &'static str,
    which: Which,
    created_at: DateTime<Utc>,
    last_used_at: Option<DateTime<Utc>>,
    state: State,
) -> Held {
    Held {
        id: kind.to_owned(),
        kind,
        name: None,
        created_at,
        last_used_at,
        state,
        which,
    }
}

async fn guessed(
    person: &PersonId,
    authenticator: Authenticator,
    db: &mut AnyConnection,
) -> Result<State, StoreError> {
    let count = lockouts::count(person.as_str(), authenticator.name(), db).await?;
    Ok(if count >= LIMIT {
        State::Disabled
    } else {
        State::Active
    })
}

/// A name by which nobody can use it elsewhere.
fn handle(id: &str) -> String {
    let hash = hex::encode(sha256(id.as_bytes()));
    hash.chars().take(32).collect()
}
