// SPDX-License-Identifier: Apache-2.0
//! What sign-in keeps of a person besides factors: her `sub` towards clients and her user handle
//! towards passkeys. Both random, opaque and never reused.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use countersign_directory::store::sql;
use rand::CryptoRng;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};
use crate::oidc::client::{ClientRecord, SubjectType};
use crate::secret::{random_id, sha256};

/// A person's account.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Account {
    /// Whose it is.
    pub person: PersonId,
    /// The subject identifier in tokens.
    pub sub: String,
    /// The user handle in passkeys.
    pub user_handle: Vec<u8>,
    /// The last completed sign-in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
}

impl Account {
    /// What she is called at a client: one name at all public ones, or one of the client's own, which
    /// nobody can bring together with another's. All names are of one length.
    pub fn sub_at(&self, client: &ClientRecord) -> String {
        match client.subject_type {
            SubjectType::Public => self.sub.clone(),
            SubjectType::Pairwise => self.opaque(b"\0pairwise\0", &sector(client)),
        }
    }

    /// What she is called at a service provider: a name of its own, the same each time.
    pub fn opaque_at(&self, entity_id: &str) -> String {
        self.opaque(b"\0saml\0", entity_id)
    }

    fn opaque(&self, kind: &[u8], whose: &str) -> String {
        let hash = sha256(&[self.user_handle.as_slice(), kind, whose.as_bytes()].concat());
        URL_SAFE_NO_PAD.encode(hash.get(..16).unwrap_or_default())
    }
}

/// The host of a client's addresses (OpenID Connect Core, section 8.1); its own name where it has none.
fn sector(client: &ClientRecord) -> String {
    client
        .redirect_uris
        .first()
        .and_then(|address| url::Url::parse(address).ok()?.host_str().map(str::to_owned))
        .unwrap_or_else(|| client.id.clone())
}

/// The account of `person`, made if it is not there yet.
pub async fn ensure(
    person: &PersonId,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<Account, StoreError> {
    let mut found = ensured(&[person], now, rng, db).await?;
    found.remove(person).ok_or(StoreError::Row {
        table: "accounts",
        column: "person",
    })
}

/// The accounts of `people`, those that are not there yet made.
pub async fn ensured(
    people: &[&PersonId],
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<BTreeMap<PersonId, Account>, StoreError> {
    let mut found = among(people, db).await?;
    let is_missing = |person: &&PersonId| !found.contains_key(*person);
    let missing: Vec<&PersonId> = people.iter().copied().filter(is_missing).collect();
    if !missing.is_empty() {
        ensure_all(&missing, now, rng, db).await?;
        found.append(&mut among(&missing, db).await?);
    }
    Ok(found)
}

/// Makes the accounts of `people` where they are not there yet.
pub async fn ensure_all(
    people: &[&PersonId],
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    for people in people.chunks(sql::batch(4)) {
        let text = format!(
            "INSERT INTO accounts (person, sub, user_handle, created_at) VALUES {} ON CONFLICT (person) DO NOTHING",
            sql::rows(people.len(), 4),
        );
        let mut query = sqlx::query(sql::statement(text));
        for person in people {
            let mut handle = [0_u8; 32];
            rng.fill_bytes(&mut handle);
            query = query
                .bind(person.as_str())
                .bind(random_id(rng))
                .bind(handle.to_vec())
                .bind(millis(now));
        }
        query.execute(&mut *db).await?;
    }
    Ok(())
}

/// The account of `person`.
pub async fn by_person(person: &PersonId, db: &mut AnyConnection) -> Result<Option<Account>, StoreError> {
    Ok(among(&[person], db).await?.remove(person))
}

/// The accounts of those of `people` who have one.
async fn among(
    people: &[&PersonId],
    db: &mut AnyConnection,
) -> Result<BTreeMap<PersonId, Account>, StoreError> {
    let mut found = BTreeMap::new();
    for people in people.chunks(sql::batch(1)) {
        let text = format!(
            "SELECT * FROM accounts WHERE person IN ({})",
            sql::places(1, people.len())
        );
        let mut query = sqlx::query(sql::statement(text));
        for person in people {
            query = query.bind(person.as_str());
        }
        for row in query.fetch_all(&mut *db).await? {
            let account = read(&Columns::of("accounts", &row))?;
            found.insert(account.person.clone(), account);
        }
    }
    Ok(found)
}

/// The account with this user handle.
pub async fn by_user_handle(handle: &[u8], db: &mut AnyConnection) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query("SELECT * FROM accounts WHERE user_handle = $1")
        .bind(handle.to_vec())
        .fetch_optional(db)
        .await?;
    row.map(|row| read(&Columns::of("accounts", &row))).transpose()
}

/// The account with this `sub`.
pub async fn by_sub(sub: &str, db: &mut AnyConnection) -> Result<Option<Account>, StoreError> {
    let row = sqlx::query("SELECT * FROM accounts WHERE sub = $1")
        .bind(sub)
        .fetch_optional(db)
        .await?;
    row.map(|row| read(&Columns::of("accounts", &row))).transpose()
}

/// Every account, for lists that show the last sign-in.
pub async fn all(db: &mut AnyConnection) -> Result<Vec<Account>, StoreError> {
    let rows = sqlx::query("SELECT * FROM accounts ORDER BY person")
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| read(&Columns::of("accounts", row)))
        .collect()
}

/// Notes a completed sign-in.
pub async fn signed_in(
    person: &PersonId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE accounts SET last_sign_in_at = $2 WHERE person = $1")
        .bind(person.as_str())
        .bind(millis(now))
        .execute(db)
        .await?;
    Ok(())
}

fn read(row: &Columns<'_>) -> Result<Account, StoreError> {
    Ok(Account {
        person: row.parsed("person")?,
        sub: row.text("sub")?,
        user_handle: row.bytes("user_handle")?,
        last_sign_in_at: row.time_option("last_sign_in_at")?,
    })
}
