// SPDX-License-Identifier: Apache-2.0
//! Room versions: which members of an event survive redaction, and so are signed. Older ones than 6, whose
//! events may hold numbers that have no canonical form, are not taken.

use std::fmt;
use std::str::FromStr;

use serde_json::{Map, Value};

/// A room version that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RoomVersion(u8);

/// A room version that is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("room version `{0}` is not understood: 6 to 12 are")]
pub struct UnknownVersion(String);

impl RoomVersion {
    /// From this one on events do not name the server that they come from.
    pub const WITHOUT_ORIGIN: Self = Self(11);

    /// All of them.
    pub const ALL: [Self; 7] = [Self(6), Self(7), Self(8), Self(9), Self(10), Self(11), Self(12)];

    /// An event without what redaction takes away.
    pub fn redacted(self, event: &Map<String, Value>) -> Map<String, Value> {
        let mut left = Map::new();
        for (name, member) in event {
            if self.keeps(name) {
                left.insert(name.clone(), member.clone());
            }
        }
        let kind = event.get("type").and_then(Value::as_str).unwrap_or_default();
        let content = event.get("content").and_then(Value::as_object);
        let content = content
            .map(|content| self.content(kind, content))
            .unwrap_or_default();
        left.insert("content".to_owned(), Value::Object(content));
        left
    }

    fn keeps(self, member: &str) -> bool {
        match member {
            "auth_events" | "depth" | "event_id" | "hashes" | "origin_server_ts" | "prev_events"
            | "room_id" | "sender" | "signatures" | "state_key" | "type" | "unsigned" => true,
            "membership" | "origin" | "prev_state" => self.0 < 11,
            _ => false,
        }
    }

    fn content(self, kind: &str, content: &Map<String, Value>) -> Map<String, Value> {
        let keeps = |member: &str| match kind {
            "m.room.create" => self.0 >= 11 || member == "creator",
            "m.room.history_visibility" => member == "history_visibility",
            "m.room.join_rules" => member == "join_rule" || (self.0 >= 8 && member == "allow"),
            "m.room.member" => {
                member == "membership" || (self.0 >= 9 && member == "join_authorised_via_users_server")
            }
            "m.room.power_levels" => match member {
                "ban" | "events" | "events_default" | "kick" | "redact" | "state_default" | "users"
                | "users_default" => true,
                _ => self.0 >= 11 && member == "invite",
            },
            "m.room.redaction" => self.0 >= 11 && member == "redacts",
            _ => false,
        };
        let kept = content.iter().filter(|(member, _)| keeps(member));
        let mut left: Map<String, Value> = kept
            .map(|(name, member)| (name.clone(), member.clone()))
            .collect();
        let signed = content
            .get("third_party_invite")
            .and_then(|invite| invite.get("signed"));
        if let (true, Some(signed)) = (self.0 >= 11 && kind == "m.room.member", signed) {
            let invite = Map::from_iter([("signed".to_owned(), signed.clone())]);
            left.insert("third_party_invite".to_owned(), Value::Object(invite));
        }
        left
    }
}

impl fmt::Display for RoomVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RoomVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let known = Self::ALL.into_iter().find(|version| version.to_string() == text);
        known.ok_or_else(|| UnknownVersion(text.to_owned()))
    }
}
