// SPDX-License-Identifier: Apache-2.0
//! A newer list of authenticator models comes into force. Whoever holds a key of a model that turned
//! bad is signed out at once; what becomes of the key itself is judged at its next use.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use countersign_directory::id::PersonId;
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;

use crate::factor::attestation::metadata::{MetadataError, Signer};
use crate::factor::attestation::{Metadata, Policy};
use crate::happened::Happened;
use crate::session::end::{self, Reason};
use crate::store::{StoreError, metadata, passkeys};

/// Why the list in force stays.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file is not believed.
    #[error(transparent)]
    File(#[from] MetadataError),
    /// It is not newer.
    #[error("the metadata has the serial number {offered}, and {in_force} is in force: bring a newer file")]
    NotNewer {
        /// The file's.
        offered: u64,
        /// The one in force.
        in_force: u64,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Imported {
    /// The list.
    pub metadata: Metadata,
    /// Who holds a key of a model that is held against it.
    pub hit: BTreeSet<PersonId>,
}

/// Reads `file` and puts it in force.
pub async fn import(
    file: &[u8],
    signer: &Signer,
    policy: &Policy,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<Imported, ImportError> {
    let read = Metadata::read(file, signer, now)?;
    let before = metadata::load(db).await?;
    if !metadata::put(&read, now, db).await? {
        return Err(ImportError::NotNewer {
            offered: read.serial,
            in_force: before.map_or(0, |before| before.serial),
        });
    }
    let detail =
        json!({ "serial": read.serial, "next_update": read.next_update, "models": read.models.len() });
    log.event("passkey_metadata.imported", "fido", detail);
    let mut hit = BTreeSet::new();
    for passkey in passkeys::all(db).await? {
        let is_bad = |list: &Metadata| {
            let model = list.models.get(&passkey.aaguid);
            model.is_some_and(|model| policy.is_bad(model))
        };
        if !is_bad(&read) || before.as_ref().is_some_and(is_bad) {
            continue;
        }
        let detail = json!({ "passkey": passkey.id, "aaguid": passkey.aaguid });
        log.event("passkey.model_compromised", passkey.person.as_str(), detail);
        end::end_all(&passkey.person, None, Reason::FactorReset, now, rng, log, db).await?;
        hit.insert(passkey.person);
    }
    Ok(Imported { metadata: read, hit })
}
