// SPDX-License-Identifier: Apache-2.0
//! Events as servers exchange them: their content hash, what of them is signed, and by whom (server-server
//! API, section "Signing events").

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::canonical::{self, NotCanonical};
use super::key::{BASE64, SigningKey, VerifyKey, add, signatures_of};
use super::version::RoomVersion;
use crate::secret::sha256;

/// The largest event, bytes of canonical JSON.
const LARGEST: usize = 65_536;
/// The most signatures of one server that are looked at.
const KEYS: usize = 4;
/// The longest identifier in it, bytes.
const LONGEST: usize = 255;

/// Why an event cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEvent {
    /// A member is missing, of the wrong kind or too long.
    #[error("`{0}` is missing, or is not what it has to be")]
    Member(&'static str),
    /// It has no canonical form.
    #[error(transparent)]
    NotCanonical(#[from] NotCanonical),
    /// It is too large.
    #[error("the event is larger than {LARGEST} bytes")]
    TooLarge,
    /// Its hash is of something else.
    #[error("`hashes.sha256` does not fit what the event says")]
    Hash,
}

/// An event that has the members that every event has, and the hash of what it says.
#[derive(Clone, Debug)]
pub struct Event {
    members: Map<String, Value>,
    version: RoomVersion,
}

impl Event {
    /// Takes an event of a room of `version`.
    pub fn read(value: Value, version: RoomVersion) -> Result<Self, BadEvent> {
        let Value::Object(members) = value else {
            return Err(BadEvent::Member("event"));
        };
        let event = Self { members, version };
        for name in ["type", "sender", "room_id"] {
            event.text(name).ok_or(BadEvent::Member(name))?;
        }
        if event.members.contains_key("state_key") && event.text("state_key").is_none() {
            return Err(BadEvent::Member("state_key"));
        }
        if !event.members.get("content").is_some_and(Value::is_object) {
            return Err(BadEvent::Member("content"));
        }
        if canonical::object(&event.members)?.len() > LARGEST {
            return Err(BadEvent::TooLarge);
        }
        let claimed = event
            .members
            .get("hashes")
            .and_then(|hashes| hashes.get("sha256"));
        let claimed = claimed
            .and_then(Value::as_str)
            .and_then(|text| BASE64.decode(text).ok());
        if claimed.as_deref() != Some(content_hash(&event.members)?.as_slice()) {
            return Err(BadEvent::Hash);
        }
        Ok(event)
    }

    /// A member that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        let text = self.members.get(name)?.as_str()?;
        (text.len() <= LONGEST).then_some(text)
    }

    /// What it says.
    pub fn content(&self) -> &Map<String, Value> {
        static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
        self.members
            .get("content")
            .and_then(Value::as_object)
            .unwrap_or(&NOTHING)
    }

    /// Another member.
    pub fn member(&self, name: &str) -> Option<&Value> {
        self.members.get(name)
    }

    /// Whether `server` signed it with one of `keys`.
    pub fn is_signed_by<'k>(&self, server: &str, key: impl Fn(&str) -> Option<&'k VerifyKey>) -> bool {
        let redacted = self.version.redacted(&self.members);
        signatures_of(&self.members, server)
            .any(|(id, signature)| key(id).is_some_and(|key| key.fits(&redacted, signature)))
    }

    /// The names of the keys by which `server` signed it, as far as it says.
    pub fn signing_keys_of<'a>(&'a self, server: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        signatures_of(&self.members, server).map(|(id, _)| id).take(KEYS)
    }

    /// The signature of `key` over it.
    pub fn signature(&self, key: &SigningKey) -> Result<String, NotCanonical> {
        key.signature(&self.version.redacted(&self.members))
    }

    /// It, signed by `key` in the name of `server`.
    pub fn signed(mut self, server: &str, key: &SigningKey) -> Result<Value, NotCanonical> {
        let signature = self.signature(key)?;
        add(&mut self.members, server, key.id(), &signature);
        Ok(Value::Object(self.members))
    }

    /// Its identifier: the hash of what is signed of it (room versions 4 and up).
    pub fn id(&self) -> Result<String, NotCanonical> {
        let mut redacted = self.version.redacted(&self.members);
        for member in ["signatures", "unsigned"] {
            redacted.remove(member);
        }
        let hash = sha256(&canonical::object(&redacted)?);
        Ok(format!("${}", URL_SAFE_NO_PAD.encode(hash)))
    }
}

/// Hashes an event that is being made and makes it one.
pub fn made(mut members: Map<String, Value>, version: RoomVersion) -> Result<Event, BadEvent> {
    let hash = BASE64.encode(content_hash(&members)?);
    members.insert("hashes".to_owned(), json!({ "sha256": hash }));
    Event::read(Value::Object(members), version)
}

/// SHA-256 over what an event says.
fn content_hash(members: &Map<String, Value>) -> Result<Vec<u8>, NotCanonical> {
    let said = |name: &str| {
        !matches!(
            name,
            "age_ts" | "destinations" | "hashes" | "outlier" | "signatures" | "unsigned"
        )
    };
    let said = members.iter().filter(|(name, _)| said(name));
    let said: Map<String, Value> = said
        .map(|(name, member)| (name.clone(), member.clone()))
        .collect();
    Ok(sha256(&canonical::object(&said)?))
}

/// The server that an identifier such as `@alice:example.org` belongs to.
pub fn server_of(id: &str) -> Option<&str> {
    let (_, server) = id.split_once(':')?;
    (!server.is_empty()).then_some(server)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        SigningKey::from_seed("ed25519:1", &[7; 32]).unwrap()
    }

    fn event() -> Event {
        let members = json!({
            "type": "m.room.message", "room_id": "!r:domain", "sender": "@u:domain",
            "content": {"body": "hello"}, "origin_server_ts": 1, "depth": 3,
            "auth_events": [], "prev_events": [],
        });
        made(members.as_object().unwrap().clone(), "11".parse().unwrap()).unwrap()
    }

    #[test]
    fn a_made_event_is_read_signed_and_recognised() {
        let public = VerifyKey::read(&key().public()).unwrap();
        let signed = event().signed("domain", &key()).unwrap();
        let read = Event::read(signed, "11".parse().unwrap()).unwrap();
        assert!(read.is_signed_by("domain", |id| (id == "ed25519:1").then_some(&public)));
        assert!(!read.is_signed_by("domain", |_| None));
        assert!(!read.is_signed_by("elsewhere", |_| Some(&public)));
        assert_eq!(read.id().unwrap(), event().id().unwrap());
        assert_eq!(server_of(read.text("sender").unwrap()), Some("domain"));
    }

    #[test]
    fn an_event_that_says_something_else_than_its_hash_is_refused() {
        let mut value = event().signed("domain", &key()).unwrap();
        value["content"]["body"] = json!("good bye");
        let read = Event::read(value.clone(), "11".parse().unwrap());
        assert_eq!(read.unwrap_err(), BadEvent::Hash);
        value["room_id"] = json!(5);
        let read = Event::read(value, "11".parse().unwrap());
        assert_eq!(read.unwrap_err(), BadEvent::Member("room_id"));
    }
}
