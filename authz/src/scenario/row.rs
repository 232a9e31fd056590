// SPDX-License-Identifier: Apache-2.0
//! One scenario: from its JSON to a question, facts and a world.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::given::{merge, patched};
use crate::facts::{DeviceFacts, Facts, SessionFacts};
use crate::{Context, Decision, Engine, Inputs, Question, Reference, Snapshot};

/// What holds where a scenario does not say otherwise.
#[derive(Debug, Clone)]
pub(super) struct Defaults<'a> {
    pub(super) facts: &'a Value,
    pub(super) at: Option<DateTime<Utc>>,
}

/// One scenario, read.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) question: Question,
    pub(super) facts: Facts,
    /// The world with what is given, where something is.
    pub(super) patched: Option<Snapshot>,
    pub(super) at: DateTime<Utc>,
}

impl Row {
    /// Reads one scenario. None when it has no moment.
    pub(super) fn read(snapshot: &Snapshot, row: &Value, defaults: &Defaults<'_>) -> Option<Self> {
        let at = match row.get("at") {
            Some(at) => moment(at)?,
            None => defaults.at?,
        };
        let mut facts = defaults.facts.clone();
        merge(
            &mut facts,
            row.get("facts").unwrap_or(&Value::Object(serde_json::Map::new())),
        );
        Some(Self {
            question: question(row),
            facts: self::facts(&facts, at),
            patched: row.get("given").map(|given| patched(snapshot, given)),
            at,
        })
    }
}

/// Runs one scenario, and tells what it rested on. None when it has no moment.
pub(super) fn run(
    engine: &Engine,
    snapshot: &Snapshot,
    row: &Value,
    defaults: &Defaults<'_>,
) -> Option<(Decision, Value)> {
    let Row {
        question,
        facts,
        patched,
        at,
    } = Row::read(snapshot, row, defaults)?;
    let decision = engine.decide(patched.as_ref().unwrap_or(snapshot), &question, &facts, at);
    let inputs = Inputs::of(&question, &facts, snapshot, at).to_value();
    Some((decision, inputs))
}

/// A moment in RFC 3339.
pub(super) fn moment(value: &Value) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(value.as_str()?)
        .ok()
        .map(|moment| moment.to_utc())
}

/// The question of a scenario. What is missing or of a wrong type is nothing that is known.
pub(super) fn question(row: &Value) -> Question {
    let nothing = || Reference::new("", "");
    let context = row.get("context").unwrap_or(&Value::Null);
    let member = |name: &str| context.get(name).filter(|value| !value.is_null());
    let reference = |name: &str, kind: &str| member(name).map(|value| reference(value, kind));
    let text = |name: &str| member(name).map(id);
    let several = |name: &str, kind: &str| {
        let named = member(name).map(|named| match named {
            Value::Array(items) => items.iter().map(|item| self::reference(item, kind)).collect(),
            _ => vec![nothing()],
        });
        named.unwrap_or_default()
    };
    Question {
        subject: row.get("subject").map(id).unwrap_or_default(),
        action: row.get("action").map(id).unwrap_or_default(),
        resource: row
            .get("resource")
            .map_or_else(nothing, |value| self::reference(value, "")),
        context: Context {
            label: member("label").cloned(),
            quotes: several("quotes", ""),
            recipients: several("recipients", "user"),
            to: reference("to", "channel"),
            target: reference("target", "user"),
            node: text("node"),
            approver: text("approver"),
            reported: None,
            requester: text("requester"),
        },
    }
}

fn reference(value: &Value, kind: &str) -> Reference {
    let text = |name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    if let Some(id) = value.as_str() {
        return Reference::new(kind, id);
    }
    let properties = value.get("properties").unwrap_or(value);
    let channel = properties.get("channel").or_else(|| value.get("channel"));
    Reference {
        kind: text("type"),
        id: text("id"),
        channel: channel.map(id),
    }
}

/// An identifier, written alone or as `{type, id}` or `{name}`.
fn id(value: &Value) -> String {
    let inner = value.get("id").or_else(|| value.get("name")).unwrap_or(value);
    inner.as_str().unwrap_or_default().to_owned()
}

fn facts(value: &Value, now: DateTime<Utc>) -> Facts {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let device = text("device").and_then(|id| id.parse().ok());
    Facts {
        session: value
            .get("session")
            .filter(|session| session.is_object())
            .map(|value| session(value, now)),
        device: device.map_or(DeviceFacts::Unknown, DeviceFacts::Registered),
        location: text("location").map(str::to_owned),
        audit_available: text("audit") != Some("unavailable"),
        ..Facts::default()
    }
}

fn session(value: &Value, now: DateTime<Utc>) -> SessionFacts {
    let before = |name: &str| {
        let minutes = value.get(name).and_then(Value::as_f64).unwrap_or_default();
        let ago = TimeDelta::try_milliseconds((minutes * 60_000.0) as i64).unwrap_or_default();
        now.checked_sub_signed(ago).unwrap_or(DateTime::<Utc>::MIN_UTC)
    };
    let aal = value.get("aal").and_then(Value::as_u64).unwrap_or_default();
    SessionFacts {
        aal: u8::try_from(aal).unwrap_or_default(),
        auth_time: before("auth_age_minutes"),
        last_activity: before("idle_minutes"),
        revoked: value.get("revoked").and_then(Value::as_bool).unwrap_or_default(),
    }
}
