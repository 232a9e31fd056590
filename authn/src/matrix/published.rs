// SPDX-License-Identifier: Apache-2.0
//! The keys that a server publishes (server-server API, section "Retrieving server keys"): read, and believed
//! only as far as they are signed by themselves.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::canonical::NotCanonical;
use super::key::{SigningKey, VerifyKey, signatures_of};

/// The most keys of one server.
const MOST: usize = 16;

/// Keys of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerKeys {
    /// By their names.
    pub keys: BTreeMap<String, VerifyKey>,
    /// Until when they may be believed.
    pub valid_until: DateTime<Utc>,
}

/// Why published keys are not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotBelieved {
    /// They are of another server, or not there.
    #[error("it publishes no keys under that name")]
    Missing,
    /// They are not signed by themselves.
    #[error("its keys are not signed by themselves")]
    Unsigned,
}

impl ServerKeys {
    /// Reads what `server` publishes.
    pub fn read(server: &str, value: &Value) -> Result<Self, NotBelieved> {
        let members = value.as_object().ok_or(NotBelieved::Missing)?;
        if members.get("server_name").and_then(Value::as_str) != Some(server) {
            return Err(NotBelieved::Missing);
        }
        let valid_until = members.get("valid_until_ts").and_then(Value::as_i64);
        let valid_until = valid_until.and_then(DateTime::from_timestamp_millis);
        let valid_until = valid_until.ok_or(NotBelieved::Missing)?;
        let listed = members.get("verify_keys").and_then(Value::as_object);
        let listed = listed.ok_or(NotBelieved::Missing)?.iter().take(MOST);
        let keys: BTreeMap<String, VerifyKey> = listed
            .filter(|(id, _)| id.starts_with("ed25519:"))
            .filter_map(|(id, key)| Some((id.clone(), VerifyKey::read(key.get("key")?.as_str()?)?)))
            .collect();
        let signed = |(id, key): (&String, &VerifyKey)| {
            signatures_of(members, server).any(|(by, signature)| by == id && key.fits(members, signature))
        };
        if keys.is_empty() || !keys.iter().all(signed) {
            return Err(NotBelieved::Unsigned);
        }
        Ok(Self { keys, valid_until })
    }
}

/// What we publish of `key`.
pub fn document(
    server: &str,
    key: &SigningKey,
    valid_until: DateTime<Utc>,
) -> Result<Map<String, Value>, NotCanonical> {
    let mut members = Map::new();
    members.insert("server_name".to_owned(), server.into());
    members.insert("valid_until_ts".to_owned(), valid_until.timestamp_millis().into());
    let listed = Map::from_iter([(key.id().to_owned(), json!({ "key": key.public() }))]);
    members.insert("verify_keys".to_owned(), Value::Object(listed));
    members.insert("old_verify_keys".to_owned(), json!({}));
    key.sign(server, &mut members)?;
    Ok(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_we_publish_is_believed_of_us_and_of_nobody_else() {
        let key = SigningKey::from_seed("ed25519:1", &[7; 32]).unwrap();
        let until = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let mut published = Value::Object(document("us.example:8448", &key, until).unwrap());
        let read = ServerKeys::read("us.example:8448", &published).unwrap();
        assert_eq!(read.valid_until, until);
        assert!(read.keys.contains_key("ed25519:1"));
        assert_eq!(
            ServerKeys::read("them.example", &published),
            Err(NotBelieved::Missing)
        );
        published["valid_until_ts"] = json!(1);
        assert_eq!(
            ServerKeys::read("us.example:8448", &published),
            Err(NotBelieved::Unsigned)
        );
    }
}
