// SPDX-License-Identifier: Apache-2.0
//! Clients of OpenID Connect that the configuration names. They are brought in at each start, as the operator's acts, and
//! nobody else changes them.

use authn::Happened;
use authn::oidc::client::ClientRecord;
use authn::secret::sha256;
use authn::store::{StoreError, clients};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::{Change, Noun};
use serde_json::{Map, Value, json};
use sqlx::AnyConnection;

use crate::config::{ConfigError, named};

/// The shortest secret, characters: that many that nobody can guess.
const SHORTEST_SECRET: usize = 32;

/// Why the clients of the configuration cannot be brought in.
#[derive(Debug, thiserror::Error)]
pub enum ClientsError {
    /// A record does not fit.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The store.
    #[error("the clients of the configuration cannot be written: {0}")]
    Store(#[from] StoreError),
}

/// A client of the configuration, with the hash of its secret if it has one.
#[derive(Debug)]
struct Named {
    record: ClientRecord,
    secret_hash: Option<Vec<u8>>,
}

/// Brings them in, in the caller's transaction; what happened belongs on record.
pub async fn bring_in(
    records: &[Map<String, Value>],
    now: DateTime<Utc>,
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), ClientsError> {
    for (index, record) in records.iter().enumerate() {
        let Named { record, secret_hash } = read(index, record)?;
        let present = clients::by_id(&record.id, &mut *db).await?;
        if present.as_ref().is_none_or(|present| present.record != record) {
            clients::put(&record, now, &mut *db).await?;
            log.event("client.put", record.id.as_str(), json!({ "record": record }));
            log.change(Change::put(Noun::Client, &record.id));
        }
        if present.is_none_or(|present| present.secret_hash != secret_hash) {
            clients::set_secret(&record.id, secret_hash, &mut *db).await?;
            log.event("client.secret_renewed", record.id.as_str(), json!({}));
        }
        clients::keep_configured(&record.id, &mut *db).await?;
    }
    Ok(())
}

/// Takes away those that the configuration once named and names no more. Only a process that serves knows the whole
/// configuration: a command may have been told no more than the folder.
pub async fn retire(
    records: &[Map<String, Value>],
    log: &mut Happened,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    for id in clients::configured(&mut *db).await? {
        if !named::has(records, &id) {
            clients::remove(&id, &mut *db).await?;
            log.event("client.removed", id.as_str(), json!({}));
            log.change(Change::put(Noun::Client, &id));
        }
    }
    Ok(())
}

/// Reads one record with the file of its secret.
fn read(index: usize, record: &Map<String, Value>) -> Result<Named, ConfigError> {
    let fault = |key: &str, message: String| ConfigError::Key {
        key: format!("clients[{index}].{key}"),
        message,
    };
    let mut record = record.clone();
    let secret_file = match record.remove("secret_file") {
        None => None,
        Some(Value::String(file)) => Some(file),
        Some(_) => return Err(fault("secret_file", "is the name of a file".to_owned())),
    };
    let record: ClientRecord = serde_path_to_error::deserialize(Value::Object(record))
        .map_err(|cause| fault(&cause.path().to_string(), cause.inner().to_string()))?;
    if record.saml.is_some() {
        let elsewhere = "does not stand here: service providers are registered by their metadata";
        return Err(fault("saml", elsewhere.to_owned()));
    }
    if let Some(first) = record.faults().into_iter().next() {
        return Err(fault("id", format!("`{}`: {first}", record.id)));
    }
    let secret_hash = match (record.has_secret(), secret_file) {
        (true, Some(file)) => {
            let secret =
                named::content(&file).map_err(|cause| fault("secret_file", format!("`{file}`: {cause}")))?;
            if secret.chars().count() < SHORTEST_SECRET {
                let message = format!("`{file}` holds fewer than {SHORTEST_SECRET} characters");
                return Err(fault("secret_file", message));
            }
            Some(sha256(secret.as_bytes()))
        }
        (true, None) => {
            let message = "is missing: the client proves itself with a secret, unless \
                           `token_endpoint_auth_method` says otherwise";
            return Err(fault("secret_file", message.to_owned()));
        }
        (false, Some(_)) => {
            let message = "is of no use: `token_endpoint_auth_method` says that it proves itself otherwise";
            return Err(fault("secret_file", message.to_owned()));
        }
        (false, None) => None,
    };
    Ok(Named { record, secret_hash })
}
