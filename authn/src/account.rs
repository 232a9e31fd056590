// SPDX-License-Identifier: Apache-2.0
//! Whether somebody may sign in at all, as the directory says, and which ways she has.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use countersign_directory::store::{People, Shelf as _};
use countersign_directory::{Person, PersonKind, Status};
use sqlx::AnyConnection;

use crate::assurance::Level;
use crate::factor::attestation::Fit;
use crate::factor::passkey::Passkeys;
use crate::store::{StoreError, cards, passkeys, passwords, totps, upstream_links};

/// The entry of an active human being; `None` for the unknown, the disabled and for services.
pub async fn active(id: &PersonId, db: &mut AnyConnection) -> Result<Option<Person>, StoreError> {
    Ok(active_among(&[id], db).await?.remove(id))
}

/// The entries of those of `ids` who are active human beings.
pub async fn active_among(
    ids: &[&PersonId],
    db: &mut AnyConnection,
) -> Result<BTreeMap<PersonId, Person>, StoreError> {
    let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    let mut people = People::among(&ids, db)
        .await
        .map_err(|error| StoreError::Directory(error.to_string()))?;
    people.retain(|_, person| may_sign_in(person));
    Ok(people)
}

/// Whether this is an active human being.
pub fn may_sign_in(person: &Person) -> bool {
    person.status == Status::Active && person.kind != PersonKind::Service
}

/// Which ways to sign in a person has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Ways {
    /// At least one smartcard.
    pub card: bool,
    /// At least one passkey.
    pub passkey: bool,
    /// A password.
    pub password: bool,
    /// A password is followed by a security code.
    pub totp: bool,
}

impl Ways {
    /// Whether one of them opens the account on its own.
    pub fn is_any(self) -> bool {
        self.card || self.passkey || self.password
    }
}

/// The ways of `person`.
pub async fn ways(person: &PersonId, db: &mut AnyConnection) -> Result<Ways, StoreError> {
    Ok(Ways {
        card: !cards::of_person(person, db).await?.is_empty(),
        passkey: !passkeys::of_person(person, db).await?.is_empty(),
        password: passwords::hash(person, db).await?.is_some(),
        totp: totps::is_asked(person, db).await?,
    })
}

/// Whether a way that resists phishing is left to a person without the passkey or card called `id`.
pub(crate) async fn has_strong_without(
    id: &str,
    person: &PersonId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let passkeys = passkeys::of_person(person, db).await?;
    let cards = cards::of_person(person, db).await?;
    let mut cards = cards.iter().filter(|card| now <= card.expires_at);
    Ok(passkeys.iter().any(|passkey| passkey.id != id) || cards.any(|card| card.id != id))
}

/// The level of the strongest way that `person` has now, here or at a source that she is linked to;
/// `None` when she has none.
pub async fn strongest(
    person: &PersonId,
    verifier: &Passkeys,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Level>, StoreError> {
    let own = strongest_own(person, verifier, now, db).await?;
    if active(person, db).await?.is_none() {
        return Ok(None);
    }
    let links = upstream_links::of_person(person, db).await?;
    Ok(links.iter().filter_map(|link| link.level).chain(own).max())
}

/// The level of the strongest way that she has here.
pub async fn strongest_own(
    person: &PersonId,
    verifier: &Passkeys,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Level>, StoreError> {
    Ok(own_levels(person, verifier, now, db).await?.strongest())
}

/// Which of her own ways reach `level` now. A code generator is one as far as her password is.
pub async fn ways_reaching(
    level: Level,
    person: &PersonId,
    verifier: &Passkeys,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Ways, StoreError> {
    let own = own_levels(person, verifier, now, db).await?;
    let reaches = |way: Option<Level>| way >= Some(level);
    Ok(Ways {
        card: reaches(own.card),
        passkey: reaches(own.passkey),
        password: reaches(own.password),
        totp: own.totp,
    })
}

/// The level that each kind of way reaches at best.
#[derive(Default)]
struct OwnLevels {
    card: Option<Level>,
    passkey: Option<Level>,
    password: Option<Level>,
    totp: bool,
}

impl OwnLevels {
    fn strongest(&self) -> Option<Level> {
        self.card.max(self.passkey).max(self.password)
    }
}

async fn own_levels(
    person: &PersonId,
    verifier: &Passkeys,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<OwnLevels, StoreError> {
    let Some(entry) = active(person, db).await? else {
        return Ok(OwnLevels::default());
    };
    let ways = ways(person, db).await?;
    let trust = verifier.trusted();
    let passkeys = passkeys::of_person(person, db).await?;
    let passkeys = passkeys.iter().filter_map(|passkey| {
        match trust.judge_kept(&passkey.key(), passkey.kept(), &entry, now) {
            Fit::High => Some(Level::Aal3),
            Fit::Lower(_) => Some(Level::Aal2PhishingResistant),
            Fit::Refused(_) => None,
        }
    });
    let cards = cards::of_person(person, db).await?;
    let cards = cards.iter().filter(|card| now <= card.expires_at);
    let cards = cards.map(|card| card.level);
    let password = match (ways.password, ways.totp) {
        (true, true) => Some(Level::Aal2),
        (true, false) => Some(Level::Aal1),
        (false, _) => None,
    };
    Ok(OwnLevels {
        card: cards.max(),
        passkey: passkeys.max(),
        password,
        totp: ways.totp,
    })
}
