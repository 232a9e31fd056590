// SPDX-License-Identifier: Apache-2.0
//! Whether somebody may sign in at all, as the directory says, and which ways she has.

use countersign_directory::id::PersonId;
use countersign_directory::store::{People, load};
use countersign_directory::{Person, PersonKind, Status};
use sqlx::AnyConnection;

use crate::assurance::Level;
use crate::store::{StoreError, cards, passkeys, passwords, totps};

/// The entry of an active human being; `None` for the unknown, the disabled and for services.
pub async fn active(id: &PersonId, db: &mut AnyConnection) -> Result<Option<Person>, StoreError> {
    let person = load::<People>(id.as_str(), db)
        .await
        .map_err(|error| StoreError::Directory(error.to_string()))?;
    Ok(person.filter(|person| person.status == Status::Active && person.kind != PersonKind::Service))
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

/// The level of the strongest way that `person` has; `None` when she has none.
pub async fn strongest(person: &PersonId, db: &mut AnyConnection) -> Result<Option<Level>, StoreError> {
    let ways = ways(person, db).await?;
    let passkeys = passkeys::of_person(person, db).await?;
    let passkeys = passkeys.iter().map(|passkey| {
        if passkey.attested {
            Level::Aal3
        } else {
            Level::Aal2PhishingResistant
        }
    });
    let cards = cards::of_person(person, db).await?;
    let cards = cards.iter().map(|card| card.level);
    let password = match (ways.password, ways.totp) {
        (true, true) => Some(Level::Aal2),
        (true, false) => Some(Level::Aal1),
        (false, _) => None,
    };
    Ok(passkeys.chain(cards).chain(password).max())
}
