// SPDX-License-Identifier: Apache-2.0
//! Whether somebody may sign in at all, as the directory says, and which ways she has.

use countersign_directory::id::PersonId;
use countersign_directory::store::{People, load};
use countersign_directory::{Person, PersonKind, Status};
use sqlx::AnyConnection;

use crate::store::{StoreError, passkeys, passwords, totps};

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
        passkey: !passkeys::of_person(person, db).await?.is_empty(),
        password: passwords::hash(person, db).await?.is_some(),
        totp: totps::sealed(person, db).await?.is_some(),
    })
}
