// SPDX-License-Identifier: Apache-2.0
//! What a decision knew, and where each of it came from.

use countersign_directory::{Channel, Person};
use serde::Serialize;
use serde_json::{Value, json};

use super::Pen;
use crate::facts::DeviceFacts;
use crate::{Facts, Question, Reference, Snapshot};

const ASKED: &str = "the question";
const ASSERTED: &str = "the request, as the connected server's record allows";
const BOARD: &str = "the session board";
const RECORD: &str = "the connected server's record";
const STORE: &str = "the store";

/// Something that was known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Input {
    /// What it is.
    pub name: String,
    /// Its value, as far as the reader may see it.
    pub value: Value,
    /// Where it came from.
    pub from: String,
}

struct List<'c, 'p, 's> {
    inputs: Vec<Input>,
    pen: &'c mut Pen<'p>,
    snapshot: &'s Snapshot,
}

pub(super) fn of(question: &Question, facts: &Facts, snapshot: &Snapshot, pen: &mut Pen<'_>) -> Vec<Input> {
    let mut list = List {
        inputs: Vec::new(),
        pen,
        snapshot,
    };
    list.asked(question);
    list.known(facts);
    list.stored(question, facts);
    list.inputs
}

impl List<'_, '_, '_> {
    fn add(&mut self, name: impl Into<String>, value: Value, from: impl Into<String>) {
        self.inputs.push(Input {
            name: name.into(),
            value,
            from: from.into(),
        });
    }

    fn asked(&mut self, question: &Question) {
        self.add("subject", json!(question.subject), ASKED);
        self.add("action", json!(question.action), ASKED);
        let resource = self.pen.value(&json!(question.resource));
        self.add("resource", resource, ASKED);
        let sent = json!(question.context);
        for (name, value) in sent.as_object().into_iter().flatten() {
            let from = match name.as_str() {
                "approver" => "a stored approval",
                "requester" => "the stored request",
                _ => ASSERTED,
            };
            let value = self.pen.value(&json!({ name.as_str(): value }));
            self.add(name.clone(), value.get(name).cloned().unwrap_or_default(), from);
        }
    }

    fn known(&mut self, facts: &Facts) {
        if facts.standing {
            self.add("standing", json!(true), "asked about the person alone");
        } else {
            let session = facts
                .session
                .map_or(json!("none: assurance 0"), |session| json!(session));
            self.add("session", session, BOARD);
            let device = self.pen.value(&json!(facts.device));
            let from = match facts.device {
                DeviceFacts::Registered(_) => "the session's device, by certificate or key",
                DeviceFacts::Stated { .. } => RECORD,
                DeviceFacts::Unknown => "nothing names it: unmanaged, rank 0",
            };
            self.add("device", device, from);
            if let Some(location) = &facts.location {
                self.add("location", json!(location), "the address of the session");
            }
        }
        self.add(
            "record can be written",
            json!(facts.audit_available),
            "the record",
        );
        if let Some(node) = &facts.server_node {
            let node = self.pen.node(node.as_str());
            self.add("server's node", json!(node), RECORD);
        }
        if let Some(honoured) = &facts.supported_obligations {
            self.add("obligations that the server honours", json!(honoured), RECORD);
        }
    }

    fn stored(&mut self, question: &Question, facts: &Facts) {
        self.person(&question.subject);
        let about = (question.resource.kind == "user").then_some(&question.resource);
        for person in about.into_iter().chain(&question.context.target) {
            if person.id != question.subject {
                self.person(&person.id);
            }
        }
        if let DeviceFacts::Registered(id) = &facts.device {
            let known = self.snapshot.device(id.as_str());
            let value = known.map_or(json!("unknown: unmanaged, rank 0"), |known| json!(**known));
            let value = self.pen.value(&value);
            let name = self.pen.device(id.as_str());
            self.add(format!("device {name}"), value, STORE);
        }
        let context = &question.context;
        let things = std::iter::once(&question.resource)
            .chain(&context.to)
            .chain(&context.quotes);
        let mut channels = Vec::new();
        for thing in things {
            channels.extend(self.item(thing));
        }
        channels.sort();
        channels.dedup();
        for id in channels {
            self.channel(&id);
        }
        for id in context.node.iter().map(String::as_str).chain(
            facts
                .server_node
                .iter()
                .map(countersign_directory::NodeId::as_str),
        ) {
            if let Some(node) = self.snapshot.node(id) {
                let value = self.pen.value(&json!(**node));
                let name = self.pen.node(id);
                self.add(format!("node {name}"), value, STORE);
            }
        }
    }

    fn person(&mut self, id: &str) {
        let Some(person) = self.snapshot.person(id) else {
            return self.add(format!("person {id}"), json!("unknown"), STORE);
        };
        let value = self.pen.value(&about(person));
        self.add(format!("person {id}"), value, STORE);
    }

    /// The channel by which a thing is judged.
    fn item(&mut self, thing: &Reference) -> Option<String> {
        let registered = match thing.kind.as_str() {
            "channel" => return Some(thing.id.clone()),
            "message" => self.snapshot.message(&thing.id),
            "file" => self.snapshot.file(&thing.id),
            _ => return None,
        };
        let Some(item) = registered else {
            return thing.channel.clone();
        };
        let name = self.pen.item(&thing.kind, &thing.id, thing.channel.as_deref());
        let value = self.pen.value(&json!(**item));
        self.add(format!("{} {name}", thing.kind), value, STORE);
        Some(item.channel.to_string())
    }

    fn channel(&mut self, id: &str) {
        let Some(channel) = self.snapshot.channel(id) else {
            return;
        };
        let name = self.pen.channel(id);
        // What is above her has a label by a pseudonym, and nothing else that would describe it.
        let value = if self.pen.horizon().channel(id) && self.pen.shows(&channel.label) {
            self.pen
                .value(&described(channel, self.snapshot.members(id).len()))
        } else {
            json!({ "label": self.pen.asked(&channel.label) })
        };
        self.add(format!("channel {name}"), value, STORE);
    }
}

fn about(person: &Person) -> Value {
    let mut value = json!(person);
    if let Some(members) = value.as_object_mut() {
        members.remove("email");
    }
    value
}

fn described(channel: &Channel<()>, members: usize) -> Value {
    let (channel, ()) = channel.clone().exchange(members);
    json!(channel)
}
