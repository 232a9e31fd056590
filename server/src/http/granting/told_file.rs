// SPDX-License-Identifier: Apache-2.0
//! What a file changes, as far as its reader may see it.

use std::collections::BTreeSet;

use countersign_authz::explain::Pen;
use countersign_directory::amend::Part;
use countersign_directory::operation::import::Wider;
use countersign_labels::RawLabel;
use serde_json::{Value, json};

use super::told::{Changed, cut};

/// What the file itself brings: such names are no more secret than what stands beside them.
struct Brought<'a> {
    /// Channels under a label that the reader may read.
    channels: BTreeSet<&'a str>,
    missions: BTreeSet<&'a str>,
}

impl<'a> Brought<'a> {
    fn by(wider: &'a [Wider], pen: &Pen<'_>) -> Self {
        let new = |map: &'static str| {
            wider
                .iter()
                .filter(move |thing| thing.map == map && thing.widens.iter().any(|word| word == "new"))
        };
        let is_shown = |thing: &&Wider| {
            let label = thing.parts.iter().find(|part| part.name == "label");
            let label = label.and_then(|part| part.becomes.clone());
            let label = label.and_then(|label| serde_json::from_value::<RawLabel>(label).ok());
            label.is_some_and(|label| pen.horizon().label(&label))
        };
        Self {
            channels: new("channels")
                .filter(is_shown)
                .map(|thing| thing.id.as_str())
                .collect(),
            missions: new("missions").map(|thing| thing.id.as_str()).collect(),
        }
    }

    fn channel(&self, id: &str, pen: &mut Pen<'_>) -> String {
        if self.channels.contains(id) {
            id.to_owned()
        } else {
            pen.channel(id)
        }
    }

    fn mission(&self, id: &str, pen: &mut Pen<'_>) -> String {
        if self.missions.contains(id) {
            id.to_owned()
        } else {
            pen.mission(id)
        }
    }

    fn name(&self, thing: &Wider, pen: &mut Pen<'_>) -> String {
        let id = thing.id.as_str();
        match thing.map.as_str() {
            "channels" => self.channel(id, pen),
            "devices" => pen.device(id),
            "missions" => self.mission(id, pen),
            "messages" => self.item("message", thing, pen),
            "files" => self.item("file", thing, pen),
            "nodes" => pen.node(id),
            _ => id.to_owned(),
        }
    }

    fn item(&self, kind: &str, thing: &Wider, pen: &mut Pen<'_>) -> String {
        let part = thing.parts.iter().find(|part| part.name == "channel");
        let channel = part
            .and_then(|part| part.becomes.as_ref().or(part.was.as_ref()))
            .and_then(Value::as_str);
        if channel.is_some_and(|channel| self.channels.contains(channel)) {
            thing.id.clone()
        } else {
            pen.item(kind, &thing.id, channel)
        }
    }

    /// A part without what is above the reader.
    fn value(&self, name: &str, value: Value, pen: &mut Pen<'_>, is_all: &mut bool) -> Value {
        let told = match (name, &value) {
            ("channel", Value::String(id)) => json!(self.channel(id, pen)),
            ("missions", Value::Array(ids)) => ids
                .iter()
                .map(|id| json!(self.mission(id.as_str().unwrap_or_default(), pen)))
                .collect(),
            _ => return cut(name, value, pen, is_all),
        };
        *is_all &= told == value;
        told
    }
}

/// What a file changes so that somebody may do more, each part under the name of its thing.
pub(super) fn changes(wider: &[Wider], pen: &mut Pen<'_>, is_all: &mut bool) -> Vec<Changed> {
    let brought = Brought::by(wider, pen);
    let mut changes = Vec::new();
    for thing in wider {
        let name = brought.name(thing, pen);
        *is_all &= name == thing.id;
        let at = format!("{}.{name}", thing.map);
        for part in thing.parts.clone() {
            let Part {
                name,
                was,
                becomes,
                widens,
            } = part;
            let mut told = |value: Option<Value>| value.map(|value| brought.value(&name, value, pen, is_all));
            let (was, becomes) = (told(was), told(becomes));
            changes.push(Changed {
                part: format!("{at}: {name}"),
                was,
                becomes,
                widens,
            });
        }
    }
    changes
}
