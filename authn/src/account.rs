// SPDX-License-Identifier: Apache-2.0
//! Whether somebody may sign in at all, as the directory says, and which ways she has.

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use countersign_directory::store::{People, load};
use countersign_directory::{Person, PersonKind, Status};
use sqlx::AnyConnection;

use crate::assurance::Level;
use crate::factor::attestation::Fit;
use crate::factor::passkey::Passkeys;
use crate::store::{StoreError, cards, passkeys, passwords, totps};

/// The entry of an active human being; `None` for the unknown, the disabled and for services.
pub async fn active(id: &PersonId, db: &mut AnyConnection) -> Result<Option<Person>, StoreError> {
    let person = load::<People>(id.as_str(), db)
        .await
        .map_err(|error| StoreError::Directory(error.to_string()))?;
    Ok(person.filter(|person| person.status == Status::Active && person.kind != PersonKind::Service))
}

/// The level of the strongest way that `person` has; `None` when she has none.
pub async fn strongest(
    person: &PersonId,
    verifier: &Passkeys,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Level>, StoreError> {
    let ways = ways(person, db).await?;
    let mut level = match (ways.password, ways.totp) {
        (true, true) => Some(Level::Aal2),
        (true, false) => Some(Level::Aal1),
        (false, _) => None,
    };
    let cards = cards::of_person(person, db).await?;
    level = level.max(cards.iter().map(|card| card.level).max());
    let Some(entry) = active(person, db).await? else {
        return Ok(level);
    };
    let trust = verifier.trusted();
    for passkey in passkeys::of_person(person, db).await? {
        let reached = match trust.judge_kept(&passkey.key(), passkey.kept(), &entry, now) {
            Fit::High => Level::Aal3,
            Fit::Lower(_) => Level::Aal2PhishingResistant,
            Fit::Refused(_) => continue,
        };
        level = level.max(Some(reached));
    }
    Ok(level)
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
    /// A code generator.
    pub totp: bool,
}

/// The ways of `person`.
pub async fn ways(person: &PersonId, db: &mut AnyConnection) -> Result<Ways, StoreError> {
    Ok(Ways {
        card: !cards::of_person(person, db).await?.is_empty(),
        passkey: !passkeys::of_person(person, db).await?.is_empty(),
        password: passwords::hash(person, db).await?.is_some(),
        totp: totps::sealed(person, db).await?.is_some(),
    })
}
