// SPDX-License-Identifier: Apache-2.0
//! Plain access to the JSON of a world.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{Input, Read};

/// JSON Merge Patch, RFC 7396.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let target = target.as_object_mut().expect("made an object above");
    for (name, value) in patch {
        if value.is_null() {
            target.shift_remove(name);
        } else {
            merge(target.entry(name.as_str()).or_insert(Value::Null), value);
        }
    }
}

/// A world at a moment.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) world: &'a Value,
    pub(super) now: DateTime<Utc>,
}

/// A member that is a text, else the empty text.
pub(super) fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A list of texts as a set; absent is empty.
pub(super) fn texts(value: Option<&Value>) -> BTreeSet<&str> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

/// Whether the list `name` of `value` holds `wanted`.
pub(super) fn holds(value: &Value, name: &str, wanted: &str) -> bool {
    texts(value.get(name)).contains(wanted)
}

/// A moment in RFC 3339.
pub(super) fn moment(value: &Value) -> Read<DateTime<Utc>> {
    let text = value.as_str().ok_or(Input)?;
    DateTime::parse_from_rfc3339(text)
        .map(|moment| moment.to_utc())
        .map_err(|_| Input)
}

/// Whether `now` is in the validity of an entry, its first and last second inclusive. A bare date means
/// its whole day, UTC.
pub(super) fn valid(entry: &Value, now: DateTime<Utc>) -> Read<bool> {
    let edge = |name: &str, time: &str| match entry.get(name) {
        Some(Value::String(date)) if date.len() == 10 => {
            moment(&Value::from(format!("{date}{time}"))).map(Some)
        }
        Some(value) => moment(value).map(Some),
        None => Ok(None),
    };
    let begun = edge("valid_from", "T00:00:00Z")?.is_none_or(|from| from <= now);
    let ended = edge("valid_until", "T23:59:59Z")?.is_some_and(|until| until < now);
    Ok(begun && !ended)
}

/// The entry `id` of a map of the world.
pub(super) fn entry<'a>(world: &'a Value, map: &str, id: &str) -> Read<&'a Value> {
    world.get(map).and_then(|map| map.get(id)).ok_or(Input)
}

pub(super) fn active(person: &Value) -> bool {
    text(person, "status") == "active"
}

pub(super) fn is(person: &Value, role: &str) -> bool {
    holds(person, "roles", role)
}

/// A guest's or guest-to-be's sponsor is there and active.
pub(super) fn sponsored(world: &Value, person: &Value) -> bool {
    entry(world, "users", text(person, "sponsor")).is_ok_and(active)
}

pub(super) fn industry(person: &Value) -> bool {
    text(person, "kind") == "industry"
}

/// A service that archives.
pub(super) fn archiving_service(person: &Value) -> bool {
    text(person, "kind") == "service" && is(person, "archiver")
}

/// Whether the deployment has turned a rule on which agencies differ.
pub(super) fn rule(world: &Value, name: &str) -> bool {
    flag(&world["settings"]["rules"], name)
}

pub(super) fn flag(value: &Value, name: &str) -> bool {
    value.get(name) == Some(&Value::Bool(true))
}
