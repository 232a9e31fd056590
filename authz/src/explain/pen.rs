// SPDX-License-Identifier: Apache-2.0
//! Writes words for one reader: what is above her becomes a pseudonym that stays the same through
//! one answer and means nothing in the next.

use std::collections::BTreeMap;

use countersign_labels::RawLabel;
use serde_json::{Map, Value, json};

use super::Horizon;
use crate::Question;

/// What stands where the scheme of a label above the reader would stand.
pub const WITHHELD: &str = "withheld";

/// The pseudonyms of one answer.
#[derive(Debug, Clone, Default)]
pub struct Pseudonyms(BTreeMap<&'static str, BTreeMap<String, usize>>);

impl Pseudonyms {
    fn name(&mut self, kind: &'static str, word: &str) -> String {
        let known = self.0.entry(kind).or_default();
        let next = known.len() + 1;
        let number = *known.entry(word.to_owned()).or_insert(next);
        format!("{kind}-{number}")
    }
}

/// A pen for one reader and one answer.
#[derive(Debug)]
pub struct Pen<'a> {
    horizon: Horizon<'a>,
    names: &'a mut Pseudonyms,
    /// A channel that is to be, under a label that the reader dominates.
    to_be: Option<String>,
    /// The question is about a channel above the reader.
    veiled: bool,
}

impl<'a> Pen<'a> {
    /// A pen that writes no more than `horizon` shows.
    pub fn new(horizon: Horizon<'a>, names: &'a mut Pseudonyms) -> Self {
        Self {
            horizon,
            names,
            to_be: None,
            veiled: false,
        }
    }

    /// Tells what the answer is about. Where a channel that is above the reader is concerned, every
    /// label of the question is. The name of a channel that is to be is no more secret than the label
    /// that came with it; any other channel that is not on file is taken for one that is above.
    pub fn about(&mut self, question: &Question) {
        let label = question.context.label.as_ref();
        let dominated = label
            .and_then(|label| serde_json::from_value::<RawLabel>(label.clone()).ok())
            .is_some_and(|label| self.horizon.label(&label));
        let creates = question.action == "channel.create" && dominated;
        self.to_be = creates.then(|| question.resource.id.clone());
        let context = &question.context;
        let named = std::iter::once(&question.resource)
            .chain(&context.to)
            .chain(&context.quotes);
        self.veiled = !named.into_iter().all(|thing| match thing.kind.as_str() {
            "channel" => self.shows_channel(&thing.id),
            "message" | "file" => self
                .horizon
                .item(&thing.kind, &thing.id, thing.channel.as_deref()),
            _ => true,
        });
    }

    fn shows_channel(&self, id: &str) -> bool {
        self.horizon.channel(id) || (self.to_be.as_deref() == Some(id) && self.horizon.is_new(id))
    }

    /// Whether a label that the question is about may be shown.
    pub fn shows(&self, raw: &RawLabel) -> bool {
        !self.veiled && self.horizon.label(raw)
    }

    /// A label that the question is about: whole, or nothing of it but a name.
    pub fn asked(&mut self, raw: &RawLabel) -> RawLabel {
        if self.shows(raw) {
            return raw.clone();
        }
        self.veil(raw)
    }

    fn veil(&mut self, raw: &RawLabel) -> RawLabel {
        let name = self.names.name("label", &json!(raw).to_string());
        RawLabel::new(WITHHELD, name)
    }

    /// What it may show.
    pub fn horizon(&self) -> &Horizon<'a> {
        &self.horizon
    }

    /// A channel's id.
    pub fn channel(&mut self, id: &str) -> String {
        if self.shows_channel(id) {
            id.to_owned()
        } else {
            self.names.name("channel", id)
        }
    }

    /// The id of a message or file.
    pub fn item(&mut self, kind: &str, id: &str, channel: Option<&str>) -> String {
        match kind {
            _ if self.horizon.item(kind, id, channel) => id.to_owned(),
            "message" => self.names.name("message", id),
            _ => self.names.name("file", id),
        }
    }

    /// A thing of any type.
    pub fn named(&mut self, kind: &str, id: &str, channel: Option<&str>) -> String {
        match kind {
            "channel" => self.channel(id),
            "message" | "file" => self.item(kind, id, channel),
            _ => id.to_owned(),
        }
    }

    /// A level of a scheme.
    pub fn level(&mut self, scheme: &str, level: &str) -> String {
        if self.horizon.level(scheme, level) {
            level.to_owned()
        } else {
            self.names.name("level", &format!("{scheme} {level}"))
        }
    }

    /// A compartment.
    pub fn compartment(&mut self, tag: &str) -> String {
        if self.horizon.compartment(tag) {
            tag.to_owned()
        } else {
            self.names.name("compartment", tag)
        }
    }

    /// A briefing.
    pub fn briefing(&mut self, name: &str) -> String {
        if self.horizon.briefing(name) {
            name.to_owned()
        } else {
            self.names.name("compartment", name)
        }
    }

    /// A device.
    pub fn device(&mut self, id: &str) -> String {
        if self.horizon.device(id) {
            id.to_owned()
        } else {
            self.names.name("device", id)
        }
    }

    /// A node.
    pub fn node(&mut self, id: &str) -> String {
        if self.horizon.node(id) {
            id.to_owned()
        } else {
            self.names.name("node", id)
        }
    }

    /// An agreement between schemes. Where the label is withheld, so is by what way it is reached.
    pub fn agreement(&mut self, id: &str, into: &RawLabel) -> String {
        if self.shows(into) {
            id.to_owned()
        } else {
            self.names.name("agreement", id)
        }
    }

    /// A mission.
    pub fn mission(&mut self, id: &str) -> String {
        if self.horizon.mission(id) {
            id.to_owned()
        } else {
            self.names.name("mission", id)
        }
    }

    /// A label: whole, or nothing of it but a name.
    pub fn label(&mut self, raw: &RawLabel) -> RawLabel {
        if self.horizon.label(raw) {
            return raw.clone();
        }
        self.veil(raw)
    }

    /// A label that the question is about, in words.
    pub fn label_text(&mut self, raw: &RawLabel) -> String {
        let label = self.asked(raw);
        let mut text = if label.scheme == WITHHELD {
            label.level
        } else {
            format!("{} {}", label.scheme, label.level)
        };
        for tag in &label.compartments {
            text.push(' ');
            text.push_str(tag);
        }
        text
    }

    /// Any JSON of ours: questions, facts, clearances, labels.
    pub fn value(&mut self, value: &Value) -> Value {
        self.within("", value)
    }

    fn within(&mut self, key: &str, value: &Value) -> Value {
        match value {
            Value::Object(members) if members.contains_key("scheme") || key == "label" => {
                self.labelled(value, members)
            }
            Value::Object(members) => Value::Object(self.members(members)),
            Value::Array(items) => items.iter().map(|item| self.within(key, item)).collect(),
            Value::String(text) => Value::String(self.word(key, text)),
            other => other.clone(),
        }
    }

    fn members(&mut self, members: &Map<String, Value>) -> Map<String, Value> {
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let kind = text("type").unwrap_or_default().to_owned();
        let channel = text("channel").map(str::to_owned);
        members
            .iter()
            .map(|(key, value)| {
                let value = match value {
                    Value::String(id) if key == "id" && !kind.is_empty() => {
                        Value::String(self.named(&kind, id, channel.as_deref()))
                    }
                    value => self.within(key, value),
                };
                (key.clone(), value)
            })
            .collect()
    }

    /// Something with a scheme and a level: a label, a clearance, an accreditation.
    fn labelled(&mut self, value: &Value, members: &Map<String, Value>) -> Value {
        if members.contains_key("state") && members.contains_key("kind") {
            return self.clearance(members);
        }
        match serde_json::from_value::<RawLabel>(value.clone()) {
            Ok(raw) => json!(self.label(&raw)),
            Err(_) if self.horizon.is_everything() => value.clone(),
            Err(_) => json!(self.names.name("label", &value.to_string())),
        }
    }

    fn clearance(&mut self, members: &Map<String, Value>) -> Value {
        let scheme = members
            .get("scheme")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        members
            .iter()
            .map(|(key, value)| {
                let value = match (key.as_str(), value) {
                    ("level", Value::String(level)) => Value::String(self.level(&scheme, level)),
                    (_, value) => self.within(key, value),
                };
                (key.clone(), value)
            })
            .collect::<Map<_, _>>()
            .into()
    }

    fn word(&mut self, key: &str, text: &str) -> String {
        match key {
            "channel" | "channels" => self.channel(text),
            "compartments" | "by_clearance" => self.compartment(text),
            "briefings" => self.briefing(text),
            "missions" => self.mission(text),
            "registered" => self.device(text),
            "node" | "server_node" => self.node(text),
            // A label that is none may still say what it means.
            "label" | "reported" if !self.horizon.is_everything() => self.names.name("label", text),
            _ => text.to_owned(),
        }
    }
}
