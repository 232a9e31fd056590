// SPDX-License-Identifier: Apache-2.0
//! `given`: a JSON Merge Patch (RFC 7396) on the world, for one scenario alone. It costs the size of
//! the patch. A fault in it is met at decision.

use countersign_directory::world::lenient;
use countersign_directory::{Entity, Noun, World};
use serde_json::{Map, Value};

use crate::Snapshot;
use crate::snapshot::Changed;

const MAPS: [(&str, Noun); 9] = [
    ("agencies", Noun::Agency),
    ("agreements", Noun::Agreement),
    ("channels", Noun::Channel),
    ("devices", Noun::Device),
    ("files", Noun::File),
    ("messages", Noun::Message),
    ("missions", Noun::Mission),
    ("nodes", Noun::Node),
    ("users", Noun::Person),
];

/// RFC 7396, section 2.
pub(super) fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    if let Value::Object(target) = target {
        for (name, value) in patch {
            if value.is_null() {
                target.shift_remove(name);
            } else {
                merge(target.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
    }
}

/// The world with the patch applied.
pub(super) fn patched(snapshot: &Snapshot, given: &Value) -> Snapshot {
    let empty = Map::new();
    let given = given.as_object().unwrap_or(&empty);
    let mut next = snapshot.clone();
    for (name, patch) in given {
        if name == "settings" {
            next = with_settings(next, patch);
        } else if let Some((_, noun)) = MAPS.iter().find(|(map, _)| map == name) {
            next = with_map(next, name, *noun, patch);
        }
    }
    next
}

fn with_map(mut next: Snapshot, map: &str, noun: Noun, patch: &Value) -> Snapshot {
    let revision = next.revision();
    let gone = |id: &str| Changed {
        noun,
        id: id.to_owned(),
        entity: None,
    };
    let Value::Object(entries) = patch else {
        return next.after(next.ids(noun).iter().map(|id| gone(id)), revision);
    };
    for (id, patch) in entries {
        if patch.is_null() {
            next = next.after([gone(id)], revision);
            continue;
        }
        let mut entry = written(&next, noun, id).unwrap_or(Value::Null);
        merge(&mut entry, patch);
        let (read, _) = lenient(&serde_json::json!({ map: { id: entry } }));
        next = match entity(read, noun, id, &entry) {
            Some(entity) => next.after(
                [Changed {
                    noun,
                    id: id.clone(),
                    entity: Some(entity),
                }],
                revision,
            ),
            None => next.with_unreadable(noun, id),
        };
    }
    next
}

fn with_settings(next: Snapshot, patch: &Value) -> Snapshot {
    let revision = next.revision();
    let mut settings = serde_json::to_value(next.settings()).unwrap_or(Value::Null);
    merge(&mut settings, patch);
    if patch.is_null() {
        settings = Value::Object(Map::new());
    }
    let (read, _) = lenient(&serde_json::json!({ "settings": settings }));
    match read.settings {
        Some(settings) => {
            let entity = Some(Entity::Settings(settings));
            next.after(
                [Changed {
                    noun: Noun::Settings,
                    id: String::new(),
                    entity,
                }],
                revision,
            )
        }
        None => next.with_unreadable(Noun::Settings, ""),
    }
}

/// An entity as the world file would have it.
fn written(snapshot: &Snapshot, noun: Noun, id: &str) -> Option<Value> {
    fn json<T: serde::Serialize>(entity: Option<T>) -> Option<Value> {
        serde_json::to_value(entity?).ok()
    }
    match noun {
        Noun::Agency => json(snapshot.agency(id)),
        Noun::Agreement => json(snapshot.agreement(id)),
        Noun::Channel => json(snapshot.channel_with_members(id)),
        Noun::Device => json(snapshot.device(id)),
        Noun::File => json(snapshot.file(id)),
        Noun::Message => json(snapshot.message(id)),
        Noun::Mission => json(snapshot.mission(id)),
        Noun::Node => json(snapshot.node(id)),
        Noun::Person => json(snapshot.person(id)),
        _ => None,
    }
}

fn entity(mut read: World, noun: Noun, id: &str, entry: &Value) -> Option<Entity> {
    match noun {
        Noun::Agency => read.agencies.remove(id).map(Entity::Agency),
        Noun::Agreement => read.agreements.remove(id).map(Entity::Agreement),
        Noun::Channel => read.channels.remove(id).map(Entity::Channel),
        Noun::Device => read.devices.remove(id).map(Entity::Device),
        Noun::File => read.files.remove(id).map(Entity::Item),
        Noun::Message => read.messages.remove(id).map(Entity::Item),
        Noun::Mission => read.missions.remove(id).map(Entity::Mission),
        Noun::Node => read.nodes.remove(id).map(Entity::Node),
        Noun::Person => {
            // A clearance that cannot be read makes its holder unreadable, not merely poorer.
            let written = entry
                .get("clearances")
                .and_then(Value::as_array)
                .map_or(0, Vec::len);
            read.people
                .remove(id)
                .filter(|person| person.clearances.len() == written)
                .map(Entity::Person)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_follows_the_examples_of_rfc_7396() {
        let cases = [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"b":"c"}"#, r#"{"a":"b","b":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, "{}"),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (
                r#"{"a":{"b":"c"}}"#,
                r#"{"a":{"b":"d","c":null}}"#,
                r#"{"a":{"b":"d"}}"#,
            ),
            (r#"{"a":[{"b":"c"}]}"#, r#"{"a":[1]}"#, r#"{"a":[1]}"#),
            ("[1,2]", r#"{"a":"b","c":null}"#, r#"{"a":"b"}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ];
        for (target, patch, expected) in cases {
            let mut value: Value = serde_json::from_str(target).unwrap();
            merge(&mut value, &serde_json::from_str(patch).unwrap());
            assert_eq!(
                value,
                serde_json::from_str::<Value>(expected).unwrap(),
                "{target} {patch}"
            );
        }
    }
}
