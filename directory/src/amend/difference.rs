// SPDX-License-Identifier: Apache-2.0
//! What an act changes, part by part: what it starts from and what becomes of it. For people who decide
//! about it; nothing is decided here.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{After, clearance_id};
use crate::operation::amend::basis;
use crate::{Clearance, Entity, PersonId, Set};

/// One part that becomes another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// Its name, as world files write it. Each clearance is a part of its own.
    pub name: String,
    /// What it is now; absent, there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Value>,
    /// What it becomes; absent, it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub becomes: Option<Value>,
    /// It may let somebody do more than before.
    pub widens: bool,
}

/// The parts that differ. `widens` are the names that [`super::widening`] gave.
pub fn difference(old: Option<&Entity>, after: &After, widens: &[&str]) -> Vec<Part> {
    let new = match after {
        After::Is(entity) => Some(&**entity),
        After::Gone => None,
        After::Many => return Vec::new(),
    };
    let (was, becomes) = (members(old), members(new));
    let mut names: Vec<&String> = becomes.keys().chain(was.keys()).collect();
    names.sort();
    names.dedup();
    let mut parts = Vec::new();
    for name in names {
        let (was, becomes) = (was.get(name), becomes.get(name));
        if was == becomes {
            continue;
        }
        let widens = covers(widens, name);
        if let (Some(Entity::Person(old)), Some(Entity::Person(new)), "clearances") =
            (old, new, name.as_str())
        {
            parts.extend(clearances(&old.clearances, &new.clearances, widens));
        } else if let (Some(Entity::Channel(old)), Some(Entity::Channel(new)), "members") =
            (old, new, name.as_str())
        {
            // A list may be long: who leaves and who comes.
            let only = |here: &Set<PersonId>, there: &Set<PersonId>| {
                let some: Vec<&PersonId> = here.iter().filter(|id| !there.contains(*id)).collect();
                (!some.is_empty()).then(|| json!(some))
            };
            parts.push(Part {
                name: name.clone(),
                was: only(&old.members, &new.members),
                becomes: only(&new.members, &old.members),
                widens,
            });
        } else {
            parts.push(Part {
                name: name.clone(),
                was: was.filter(|value| says(value)).cloned(),
                becomes: becomes.filter(|value| says(value)).cloned(),
                widens,
            });
        }
    }
    parts.retain(|part| part.was != part.becomes);
    parts
}

/// Pairs clearances by what never changes about them.
fn clearances(old: &[Clearance], new: &[Clearance], widens: bool) -> Vec<Part> {
    let part = |was: Option<&Clearance>, becomes: Option<&Clearance>| Part {
        name: "clearance".to_owned(),
        was: was.and_then(|held| serde_json::to_value(held).ok()),
        becomes: becomes.and_then(|held| serde_json::to_value(held).ok()),
        widens,
    };
    let paired = old.iter().zip(new).map(|(was, becomes)| {
        if clearance_id(was) == clearance_id(becomes) {
            vec![part(Some(was), Some(becomes))]
        } else {
            vec![part(Some(was), None), part(None, Some(becomes))]
        }
    });
    let more = new.iter().skip(old.len()).map(|held| part(None, Some(held)));
    let fewer = old.iter().skip(new.len()).map(|held| part(Some(held), None));
    paired.flatten().chain(more).chain(fewer).collect()
}

fn members(entity: Option<&Entity>) -> Map<String, Value> {
    let told = match entity {
        Some(Entity::Channel(channel)) => json!(channel),
        Some(Entity::Device(device)) => json!(device),
        Some(entity) => basis(entity),
        None => Value::Null,
    };
    match told {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// An empty list says as little as none.
fn says(value: &Value) -> bool {
    !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty())
}

/// Whether a part is among those that may widen: some words of the weighing stand for several parts.
fn covers(widens: &[&str], name: &str) -> bool {
    widens.iter().any(|word| match *word {
        "new" | "everything" | "removal" => true,
        "terms" => !["covers", "carries", "valid_from", "valid_until"].contains(&name),
        "validity" => ["valid_from", "valid_until"].contains(&name),
        word => word == name,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::Person;

    fn somebody(changes: &Value) -> Entity {
        let mut person = json!({"kind": "government", "status": "active", "roles": ["member"]});
        for (name, value) in changes.as_object().unwrap() {
            person[name] = value.clone();
        }
        Entity::Person(serde_json::from_value::<Person>(person).unwrap())
    }

    fn clearance(until: &str) -> Value {
        json!({"scheme": "NATO", "level": "NS", "kind": "personnel", "state": "active",
            "valid_from": "2026-01-01T00:00:00Z", "valid_until": until})
    }

    #[test]
    fn what_stays_is_no_part() {
        let old = somebody(&json!({"missions": ["BALTIC"]}));
        let after = After::Is(Box::new(somebody(
            &json!({"missions": ["BALTIC"], "briefings": ["NATO"]}),
        )));
        let parts = difference(Some(&old), &after, &["briefings"]);
        let expected = Part {
            name: "briefings".to_owned(),
            was: None,
            becomes: Some(json!(["NATO"])),
            widens: true,
        };
        assert_eq!(parts, [expected]);
    }

    #[test]
    fn each_clearance_is_a_part_with_what_it_was() {
        let (near, far) = (
            clearance("2026-12-31T23:59:59Z"),
            clearance("2027-12-31T23:59:59Z"),
        );
        let other = json!({"scheme": "DE", "level": "GEHEIM", "kind": "personnel", "state": "active",
            "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-12-31T23:59:59Z"});
        let old = somebody(&json!({"clearances": [other, near]}));
        let after = After::Is(Box::new(somebody(&json!({"clearances": [other, far]}))));
        let parts = difference(Some(&old), &after, &["clearances"]);
        assert_eq!(parts.len(), 1, "{parts:?}");
        assert!(parts.iter().all(|part| part.name == "clearance" && part.widens));
        assert_eq!(
            (parts[0].was.clone(), parts[0].becomes.clone()),
            (Some(near), Some(far))
        );
    }
}
