// SPDX-License-Identifier: Apache-2.0
//! Random questions over a world, each a scenario row: what fails can be pasted into a scenario file.
//! Draws lean towards rows in which little is wrong, so that many guards get to speak first.

mod draw;
mod facts;
mod given;
mod label;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};

use draw::Draw;

const CONTENT: [&str; 20] = [
    "channel.discover",
    "channel.join",
    "channel.leave",
    "channel.invite",
    "channel.add_guest",
    "channel.federate",
    "channel.create",
    "channel.reclassify",
    "channel.set_label",
    "channel.remove_member",
    "channel.archive",
    "message.read",
    "archive.read",
    "message.post",
    "message.edit",
    "message.react",
    "message.forward",
    "call.join",
    "call.record",
    "user.direct_message",
];
const ADMINISTRATION: [&str; 13] = [
    "clearance.grant",
    "clearance.import",
    "user.revoke",
    "policy.publish",
    "break_glass.approve",
    "break_glass.request",
    "audit.read",
    "console.read",
    "session.end",
    "person.manage",
    "server.manage",
    "decision.simulate",
    "source.try",
];
const USUAL: [&str; 12] = [
    "channel.join",
    "message.read",
    "message.read",
    "message.post",
    "message.post",
    "message.forward",
    "message.forward",
    "file.upload",
    "file.download",
    "channel.invite",
    "channel.add_guest",
    "call.join",
];

/// An endless, repeatable source of questions.
#[derive(Debug)]
pub struct Questions<'a> {
    draw: Draw<'a>,
    drawn: u64,
}

impl<'a> Questions<'a> {
    /// Questions over `world`, the same for the same seed.
    pub fn new(world: &'a Value, seed: u64) -> Self {
        Self {
            draw: Draw {
                rng: StdRng::seed_from_u64(seed),
                world,
            },
            drawn: 0,
        }
    }
}

impl Iterator for Questions<'_> {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        self.drawn += 1;
        let mut row = question(&mut self.draw);
        row["id"] = json!(format!("R{}", self.drawn));
        Some(row)
    }
}

fn question(draw: &mut Draw<'_>) -> Value {
    let action = action(draw);
    let channel = draw.id("channels");
    let (resource, channel) = resource(draw, action, channel);
    let subject = subject(draw, action, &channel);
    let mut row = json!({"subject": subject, "action": action, "resource": resource});
    let context = context(draw, action, &subject, &channel);
    if !context.is_empty() {
        row["context"] = Value::Object(context);
    }
    row["at"] = json!(draw.moment());
    let facts = facts::facts(draw);
    let device = facts["device"].as_str().unwrap_or("ns").to_owned();
    row["facts"] = facts;
    let given = given::given(draw, &row, &channel, &device);
    if given.as_object().is_some_and(|given| !given.is_empty()) {
        row["given"] = given;
    }
    row
}

fn action(draw: &mut Draw<'_>) -> &'static str {
    match draw.below(100) {
        0 => draw.of(&[
            "message.delete",
            "clearance.read",
            "user.",
            "chess.play",
            "",
            "channel.*",
        ]),
        1..=14 => draw.of(&ADMINISTRATION),
        15..=59 => draw.of(&CONTENT),
        _ => draw.of(&USUAL),
    }
}

/// The resource, and the channel that it is or is in.
fn resource(draw: &mut Draw<'_>, action: &str, channel: String) -> (Value, String) {
    let map = match action {
        "message.read" | "archive.read" | "message.forward" => "messages",
        "message.edit" | "message.react" if draw.chance(60) => "messages",
        "file.download" => "files",
        "clearance.grant"
        | "user.revoke"
        | "break_glass.approve"
        | "session.end"
        | "person.manage"
        | "user.direct_message" => return (json!({"type": "user", "id": draw.id("users")}), channel),
        "clearance.import" => return (json!({"type": "import", "id": "batch-1"}), channel),
        "audit.read" => return (json!({"type": "audit_log", "id": "log"}), channel),
        "policy.publish" | "console.read" | "server.manage" | "decision.simulate" | "source.try" => {
            return (json!({"type": "policy", "id": "bundle"}), channel);
        }
        "channel.create" => {
            let id = if draw.chance(30) { channel.as_str() } else { "new" };
            return (json!({"type": "channel", "id": id}), channel);
        }
        _ => return (json!({"type": "channel", "id": channel}), channel),
    };
    let kind = if map == "messages" { "message" } else { "file" };
    if draw.chance(12) {
        let named = json!({"type": kind, "id": "unregistered", "properties": {"channel": channel}});
        let unnamed = json!({"type": kind, "id": "unregistered"});
        return (if draw.chance(90) { named } else { unnamed }, channel);
    }
    let id = draw.id(map);
    let channel = draw.world[map][&id]["channel"]
        .as_str()
        .unwrap_or("town")
        .to_owned();
    (json!({"type": kind, "id": id}), channel)
}

fn subject(draw: &mut Draw<'_>, action: &str, channel: &str) -> String {
    let officer = action.starts_with("clearance")
        || matches!(
            action,
            "user.revoke" | "policy.publish" | "break_glass.approve" | "channel.reclassify"
        );
    if officer && draw.chance(60) {
        return draw.of(&["judy", "kara"]).to_owned();
    }
    let owned = matches!(
        action,
        "channel.invite" | "channel.add_guest" | "channel.federate" | "call.record"
    );
    if owned && draw.chance(60) {
        return draw.of(&["carol", "mia", "judy"]).to_owned();
    }
    if draw.chance(55) {
        return draw.member(channel);
    }
    draw.id("users")
}

fn context(draw: &mut Draw<'_>, action: &str, subject: &str, channel: &str) -> Map<String, Value> {
    let mut context = Map::new();
    let labelled = matches!(
        action,
        "message.post" | "message.edit" | "message.react" | "file.upload"
    );
    let needs_label = matches!(
        action,
        "channel.create" | "channel.reclassify" | "channel.set_label"
    );
    if needs_label && draw.chance(97)
        || labelled && draw.chance(60)
        || action == "user.direct_message" && draw.chance(70)
    {
        let near = draw.world["channels"][channel]["label"].clone();
        let label = match draw.below(100) {
            0..=3 => label::broken(draw),
            4..=5 => label::misspelt(draw, &near),
            _ => label::near(draw, &near),
        };
        context.insert("label".into(), label);
    }
    if labelled && draw.chance(30) {
        let quotes: Vec<Value> = (0..=draw.below(2)).map(|_| quote(draw)).collect();
        context.insert("quotes".into(), json!(quotes));
    }
    if action == "message.forward" && draw.chance(98) {
        let to = if draw.chance(30) {
            channel.to_owned()
        } else {
            draw.id("channels")
        };
        context.insert("to".into(), json!({"type": "channel", "id": to}));
    }
    let receives = labelled || matches!(action, "message.forward" | "user.direct_message");
    if receives && draw.chance(15) {
        let people: Vec<Value> = (0..=draw.below(3)).map(|_| recipient(draw, channel)).collect();
        context.insert("recipients".into(), json!(people));
    }
    let invites = matches!(
        action,
        "channel.invite" | "channel.add_guest" | "user.direct_message"
    );
    if invites && draw.chance(98) || action == "channel.remove_member" {
        let guest = action == "channel.add_guest" && draw.chance(60);
        let id = if guest {
            draw.of(&["gina", "tim"]).to_owned()
        } else {
            draw.id("users")
        };
        context.insert("target".into(), json!({"type": "user", "id": id}));
    }
    let with_node = matches!(action, "channel.federate" | "call.join" | "call.record");
    if with_node && draw.chance(98) {
        context.insert("node".into(), json!(draw.id("nodes")));
    }
    let approvable = matches!(
        action,
        "channel.federate"
            | "channel.reclassify"
            | "channel.set_label"
            | "clearance.grant"
            | "clearance.import"
            | "policy.publish"
    );
    if draw.chance(if approvable { 70 } else { 3 }) {
        let approver = match draw.below(10) {
            0 => subject.to_owned(),
            1..=6 => draw.of(&["judy", "kara"]).to_owned(),
            _ => draw.id("users"),
        };
        context.insert("approver".into(), json!(approver));
    }
    if action == "break_glass.approve" && draw.chance(95) {
        let requester = if draw.chance(20) {
            subject.to_owned()
        } else {
            draw.id("users")
        };
        context.insert("requester".into(), json!(requester));
    }
    context
}

/// Somebody who is to receive it, mostly a member.
fn recipient(draw: &mut Draw<'_>, channel: &str) -> Value {
    let id = match draw.below(100) {
        0..=2 => "nobody".to_owned(),
        3..=79 => draw.member(channel),
        _ => draw.id("users"),
    };
    json!({"type": "user", "id": id})
}

fn quote(draw: &mut Draw<'_>) -> Value {
    match draw.below(10) {
        0 => json!({"type": "message", "id": "unregistered", "properties": {"channel": draw.id("channels")}}),
        1 | 2 => json!({"type": "file", "id": draw.id("files")}),
        _ => json!({"type": "message", "id": draw.id("messages")}),
    }
}
