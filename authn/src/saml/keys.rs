// SPDX-License-Identifier: Apache-2.0
//! Our keys for SAML: one set for each role, made when the role is first needed. A successor is
//! published before it signs ([`crate::rotation`]); the one before decrypts until peers have read the new
//! metadata. Private halves are sealed at rest.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::{Change, Noun};
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use super::credential::{Credential, CredentialError, Kind};
use crate::happened::Happened;
use crate::rotation::{self, Term, end_of_those_before};
use crate::secret::{SealError, Sealer, random_id};
use crate::store::StoreError;
use crate::store::saml_keys::{self, KeyRow};

/// How long a successor is published before it signs: peers refresh metadata once a day or so.
pub const NOTICE: TimeDelta = TimeDelta::days(7);
/// The age at which a key is replaced. Many peers have our certificate entered by hand.
pub const LONGEST_USE: TimeDelta = TimeDelta::days(365);
/// How long a replaced key stays published after its successor signs.
const OVERLAP: TimeDelta = TimeDelta::days(7);

/// In which role a key is used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Role {
    /// As an identity provider.
    IdentityProvider,
    /// As a service provider.
    ServiceProvider,
}

impl Role {
    /// As it is stored.
    pub fn name(self) -> &'static str {
        match self {
            Self::IdentityProvider => "idp",
            Self::ServiceProvider => "sp",
        }
    }

    fn purposes(self) -> &'static [Purpose] {
        match self {
            Self::IdentityProvider => &[Purpose::Signing],
            Self::ServiceProvider => &[Purpose::Encryption, Purpose::Signing],
        }
    }
}

/// What a key is for. No key is for both.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// Others encrypt to it.
    Encryption,
    /// It signs.
    Signing,
}

impl Purpose {
    /// As metadata and the store write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Encryption => "encryption",
            Self::Signing => "signing",
        }
    }

    /// The purpose of that name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Encryption, Self::Signing]
            .into_iter()
            .find(|purpose| purpose.name() == name)
    }
}

/// Keys could not be made, opened or kept.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The key itself.
    #[error(transparent)]
    Credential(#[from] CredentialError),
    /// A stored key does not open.
    #[error(transparent)]
    Sealed(#[from] SealError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The keys of one role.
#[derive(Debug)]
pub struct Keys {
    held: Vec<Held>,
}

#[derive(Debug)]
struct Held {
    purpose: Purpose,
    term: Term,
    credential: Credential,
}

impl Keys {
    /// The keys of a role that are published, making the first where there is none. The certificate
    /// says `name`.
    pub async fn load(
        role: Role,
        name: &str,
        sealer: &Sealer,
        now: DateTime<Utc>,
        rng: &mut impl CryptoRng,
        log: &mut Happened,
        db: &mut AnyConnection,
    ) -> Result<Self, KeysError> {
        let mut keys = Self::published(role, sealer, now, db).await?;
        for purpose in role.purposes() {
            if !keys.held.iter().any(|held| held.purpose == *purpose) {
                let row = generate(role, *purpose, name, Term::first(now), sealer, rng)?;
                keep(&row, log, db).await?;
                keys.held.push(open(row, sealer)?);
            }
        }
        Ok(keys)
    }

    /// The keys of a role that are published; makes none.
    pub async fn published(
        role: Role,
        sealer: &Sealer,
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<Self, KeysError> {
        let held = saml_keys::published(role, now, db)
            .await?
            .into_iter()
            .map(|row| open(row, sealer))
            .collect::<Result<_, _>>()?;
        Ok(Self { held })
    }

    /// The key that signs now: the newest whose time has come.
    pub fn signing(&self, now: DateTime<Utc>) -> Option<&Credential> {
        let signing = self.held.iter().filter(|held| held.purpose == Purpose::Signing);
        rotation::in_use(signing, |held| held.term, now).map(|held| &held.credential)
    }

    /// The keys of that purpose that metadata shows: of several for encryption the newest alone, so
    /// that nobody encrypts to one that goes.
    pub fn shown(&self, purpose: Purpose, now: DateTime<Utc>) -> Vec<&Credential> {
        let mut shown: Vec<&Held> = self
            .held
            .iter()
            .filter(|held| held.purpose == purpose && held.term.is_shown(now))
            .collect();
        shown.sort_by_key(|held| std::cmp::Reverse(held.term.use_from));
        if purpose == Purpose::Encryption {
            shown.truncate(1);
        }
        shown.into_iter().map(|held| &held.credential).collect()
    }

    /// Whether successors should be published: the newest key has been there for [`LONGEST_USE`].
    pub fn is_rotation_due(&self, now: DateTime<Utc>) -> bool {
        let newest = rotation::newest(self.held.iter().map(|held| held.term));
        newest.is_some_and(|published_at| now - published_at >= LONGEST_USE)
    }

    /// All keys that may still have been encrypted to.
    pub fn decrypting(&self) -> Vec<&Credential> {
        self.held
            .iter()
            .filter(|held| held.purpose == Purpose::Encryption)
            .map(|held| &held.credential)
            .collect()
    }
}

/// Publishes successors of a role's keys, which sign after `notice`, and dates the end of those
/// before them.
#[expect(
    clippy::too_many_arguments,
    reason = "a role, its name, and what every operation takes"
)]
pub async fn rotate(
    role: Role,
    name: &str,
    notice: TimeDelta,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), KeysError> {
    let end = end_of_those_before(notice, OVERLAP, now);
    for old in saml_keys::published(role, now, db).await? {
        saml_keys::retire(&old.id, end, db).await?;
    }
    for purpose in role.purposes() {
        let row = generate(role, *purpose, name, Term::successor(notice, now), sealer, rng)?;
        keep(&row, log, db).await?;
    }
    Ok(())
}

/// Takes a key that somebody else may know out at once; where nothing else of its role serves its purpose, a
/// fresh one does. False: no such key is published.
#[expect(
    clippy::too_many_arguments,
    reason = "a key, its role, and what every operation takes"
)]
pub async fn withdraw(
    id: &str,
    role: Role,
    name: &str,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<bool, KeysError> {
    let published = saml_keys::published(role, now, db).await?;
    let Some(key) = published.iter().find(|key| key.id == id) else {
        return Ok(false);
    };
    saml_keys::retire(id, now, db).await?;
    let detail = json!({ "role": role.name(), "purpose": key.purpose.name() });
    log.event("saml_key.withdrawn", id, detail);
    log.change(Change::put(Noun::SigningKey, id));
    let serves = published.iter().any(|other| {
        let term = other.term;
        other.id != id && other.purpose == key.purpose && term.use_from <= now && term.gone_at.is_none()
    });
    if !serves {
        let row = generate(role, key.purpose, name, Term::first(now), sealer, rng)?;
        keep(&row, log, db).await?;
    }
    Ok(true)
}

async fn keep(row: &KeyRow, log: &mut Happened, db: &mut AnyConnection) -> Result<(), KeysError> {
    saml_keys::insert(row, db).await?;
    let detail = json!({
        "role": row.role.name(), "purpose": row.purpose.name(), "use_from": row.term.use_from,
    });
    log.event("saml_key.published", row.id.as_str(), detail);
    log.change(Change::put(Noun::SigningKey, row.id.as_str()));
    Ok(())
}

fn generate(
    role: Role,
    purpose: Purpose,
    name: &str,
    term: Term,
    sealer: &Sealer,
    rng: &mut impl CryptoRng,
) -> Result<KeyRow, KeysError> {
    let credential = Credential::generate(Kind::Rsa, name, term.published_at, rng)?;
    let id = random_id(rng);
    Ok(KeyRow {
        sealed: sealer.seal(&sealed_for(&id), credential.pkcs8(), rng)?,
        certificate: credential.certificate().to_vec(),
        id,
        role,
        purpose,
        term,
    })
}

fn open(row: KeyRow, sealer: &Sealer) -> Result<Held, KeysError> {
    let pkcs8 = sealer.open(&sealed_for(&row.id), &row.sealed)?;
    Ok(Held {
        purpose: row.purpose,
        term: row.term,
        credential: Credential::new(&pkcs8, &row.certificate)?,
    })
}

fn sealed_for(id: &str) -> String {
    format!("saml_key/{id}")
}
