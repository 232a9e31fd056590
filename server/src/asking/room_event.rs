// SPDX-License-Identifier: Apache-2.0
//! "May this event enter its room?": a Matrix event as the question that it is, asked of the record of its
//! sender's homeserver. Whom we do not know, and what we do not understand, does not enter.
//!
//! | event | asked as |
//! |---|---|
//! | own join, knock | `channel.join` |
//! | invite; kick, ban, unban | `channel.invite`; `channel.remove_member` of the target |
//! | label of the room | `channel.reclassify` |
//! | message; with a file; edit, redaction; reaction | `message.post`; `file.upload`; `message.edit`; `message.react` |
//! | call | `call.join` |
//! | any other room state | `message.post`: it is content, too |
//!
//! Leaving is never refused. What would take the room from under us is, without a question: power levels by
//! which less than 100 is needed to change the label or the policy server, history that everybody can read,
//! and invitations by mail.

use authn::matrix::event::{Event, server_of};
use countersign_authn as authn;
use countersign_authz::NOT_AVAILABLE_TEXT;
use countersign_directory::{ChannelId, ConnectedServer, Owner, PersonId, Reasons};
use serde_json::{Map, Value, json};

use crate::app::House;
use crate::asking::server_question::Translation;
use crate::http::access::wire::{Action, Entity, Words};
use crate::matrix::Member;
use crate::matrix::join::{JoinError, LABEL};

/// The least power level that is needed for what everything rests on.
const GUARDED: i64 = 100;
const CALLS: [&str; 4] = [
    "m.call.answer",
    "m.call.invite",
    "m.call.member",
    "org.matrix.msc3401.call.member",
];

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It may.
    Enter,
    /// It may not, in words for the person, and the decision's name where there is one.
    Refuse(String, Option<String>),
}

/// What is asked about an event.
#[derive(Debug, PartialEq)]
enum Plan {
    Pass,
    Refuse(&'static str),
    Ask(&'static str, Map<String, Value>),
}

impl House {
    /// Maps, decides and records; notes who came in and who left.
    pub async fn room_event(&self, member: &Member, event: &Event) -> Result<Ruling, JoinError> {
        let refuse = |text: &str| Ok(Ruling::Refuse(text.to_owned(), None));
        let text = |name: &str| event.text(name).unwrap_or_default();
        let (sender, room) = (text("sender"), text("room_id"));
        if sender == member.user() {
            return Ok(Ruling::Enter);
        }
        let snapshot = self.snapshot();
        let homeserver = server_of(sender).and_then(|name| member.homeserver(name).ok());
        let server = homeserver.and_then(|known| snapshot.server(&known.record));
        let Some(server) = server else {
            return refuse("People of that homeserver are not known here");
        };
        let (name, context) = match plan(event) {
            Plan::Refuse(why) => return refuse(why),
            Plan::Pass => {
                self.note_membership(server, event).await?;
                return Ok(Ruling::Enter);
            }
            Plan::Ask(name, context) => (name, context),
        };
        let entity = |kind: &str, id: &str| Entity {
            kind: kind.to_owned(),
            id: id.to_owned(),
            properties: Map::new(),
        };
        let (subject, resource) = (entity("user", sender), entity("channel", room));
        let action = Action {
            name: name.to_owned(),
            properties: Map::new(),
        };
        let words = Words {
            subject: &subject,
            action: &action,
            resource: &resource,
            context: &context,
        };
        let answered = self.answer(&snapshot, server, words).await;
        if answered.decision.allowed() {
            self.note_membership(server, event).await?;
            return Ok(Ruling::Enter);
        }
        let may_know = answered.decision.disclosed || server.reasons == Reasons::Full;
        let told = answered.decision.user_text().filter(|_| may_know);
        let told = told.unwrap_or(NOT_AVAILABLE_TEXT);
        Ok(Ruling::Refuse(told.to_owned(), Some(answered.id)))
    }

    /// Where the homeserver keeps the members, an event that enters is how we hear of them.
    async fn note_membership(&self, server: &ConnectedServer, event: &Event) -> Result<(), JoinError> {
        if event.text("type") != Some("m.room.member") || server.members_owner != Owner::Server {
            return Ok(());
        }
        let is_member = match event.content().get("membership").and_then(Value::as_str) {
            Some("join") => true,
            Some("ban" | "leave") => false,
            _ => return Ok(()),
        };
        let snapshot = self.snapshot();
        let names = Translation::new(server, &snapshot);
        let text = |name: &str| event.text(name).unwrap_or_default();
        let person = names
            .person(text("state_key"))
            .and_then(|id| id.parse::<PersonId>().ok());
        let channel = names.channel(text("room_id")).and_then(|id| id.parse().ok());
        let (Some(person), Some(channel)) = (person, channel) else {
            return Ok(());
        };
        let channel: ChannelId = channel;
        let members = snapshot.members(channel.as_str());
        if members.contains(person.as_str()) == is_member {
            return Ok(());
        }
        self.report_member(server, &channel, &person, is_member).await
    }
}

fn plan(event: &Event) -> Plan {
    let content = event.content();
    let kind = event.text("type").unwrap_or_default();
    let is_state = event.member("state_key").is_some();
    match kind {
        "m.room.member" if is_state => return membership(event),
        "m.room.power_levels" if is_state && !guards(content) => {
            return Plan::Refuse("Power levels must keep the label and the policy server at 100");
        }
        "m.room.history_visibility" if is_state && opens_history(content) => {
            return Plan::Refuse("A room cannot be made readable for everybody");
        }
        "m.room.third_party_invite" if is_state => {
            return Plan::Refuse("People can be invited by their Matrix name only");
        }
        LABEL if is_state => {
            return match (event.text("state_key"), content.get("label")) {
                (Some(""), Some(label)) => Plan::Ask("channel.reclassify", labelled(Some(label))),
                _ => Plan::Refuse("A room has one label, and it cannot be removed"),
            };
        }
        kind if CALLS.contains(&kind) => return Plan::Ask("call.join", Map::new()),
        "m.room.redaction" => return Plan::Ask("message.edit", Map::new()),
        _ if is_state => return Plan::Ask("message.post", Map::new()),
        _ => {}
    }
    // A label that cannot be understood is refused by the decision.
    let label = labelled(content.get(LABEL));
    let relation = content
        .get("m.relates_to")
        .and_then(|relation| relation.get("rel_type"));
    let action = match (kind, relation.and_then(Value::as_str)) {
        ("m.reaction", _) => "message.react",
        (_, Some("m.replace")) => "message.edit",
        _ if content.get("url").is_some_and(Value::is_string)
            || content.get("file").is_some_and(Value::is_object) =>
        {
            "file.upload"
        }
        _ => "message.post",
    };
    Plan::Ask(action, label)
}

fn labelled(label: Option<&Value>) -> Map<String, Value> {
    label
        .map(|label| ("label".to_owned(), label.clone()))
        .into_iter()
        .collect()
}

fn membership(event: &Event) -> Plan {
    let text = |name: &str| event.text(name).unwrap_or_default();
    let own = text("sender") == text("state_key");
    let target = || {
        let target = json!({"type": "user", "id": text("state_key")});
        Map::from_iter([("target".to_owned(), target)])
    };
    match event.content().get("membership").and_then(Value::as_str) {
        Some("join" | "knock") if own => Plan::Ask("channel.join", Map::new()),
        Some("leave") if own => Plan::Pass,
        Some("invite") => Plan::Ask("channel.invite", target()),
        Some("ban" | "leave") => Plan::Ask("channel.remove_member", target()),
        _ => Plan::Refuse("That membership is not understood"),
    }
}

fn opens_history(content: &Map<String, Value>) -> bool {
    content.get("history_visibility").and_then(Value::as_str) == Some("world_readable")
}

/// Whether it takes at least 100 to change what everything rests on.
fn guards(content: &Map<String, Value>) -> bool {
    let needed = |kind: &str| content.get("events")?.get(kind)?.as_i64();
    let guarded = [LABEL, "m.room.policy"].map(|kind| needed(kind).is_some_and(|needed| needed >= GUARDED));
    guarded == [true, true]
}

#[cfg(test)]
mod tests {
    use authn::matrix::event::made;

    use super::*;

    fn planned(kind: &str, state_key: Option<&str>, content: Value) -> Plan {
        let mut event = json!({"type": kind, "room_id": "!r:a", "sender": "@u:a", "content": content});
        if let Some(key) = state_key {
            event["state_key"] = key.into();
        }
        let members = event.as_object().unwrap().clone();
        plan(&made(members, "11".parse().unwrap()).unwrap())
    }

    fn asked(kind: &str, state_key: Option<&str>, content: Value) -> &'static str {
        match planned(kind, state_key, content) {
            Plan::Ask(action, _) => action,
            Plan::Pass => "pass",
            Plan::Refuse(_) => "refuse",
        }
    }

    #[test]
    fn every_event_is_asked_about_as_the_table_says() {
        let member =
            |membership: &str, of: &str| asked("m.room.member", Some(of), json!({"membership": membership}));
        assert_eq!(member("join", "@u:a"), "channel.join");
        assert_eq!(member("knock", "@u:a"), "channel.join");
        assert_eq!(member("join", "@v:a"), "refuse");
        assert_eq!(member("leave", "@u:a"), "pass");
        assert_eq!(member("leave", "@v:a"), "channel.remove_member");
        assert_eq!(member("ban", "@v:a"), "channel.remove_member");
        assert_eq!(member("invite", "@v:a"), "channel.invite");
        assert_eq!(member("dance", "@u:a"), "refuse");
        assert_eq!(
            asked("m.room.message", None, json!({"body": "x"})),
            "message.post"
        );
        assert_eq!(asked("m.room.encrypted", None, json!({})), "message.post");
        assert_eq!(
            asked("m.room.message", None, json!({"url": "mxc://a/b"})),
            "file.upload"
        );
        let edit = json!({"m.relates_to": {"rel_type": "m.replace", "event_id": "$x"}});
        assert_eq!(asked("m.room.message", None, edit), "message.edit");
        assert_eq!(asked("m.reaction", None, json!({})), "message.react");
        assert_eq!(asked("m.room.redaction", None, json!({})), "message.edit");
        assert_eq!(asked("m.room.topic", Some(""), json!({})), "message.post");
        assert_eq!(asked("m.call.invite", None, json!({})), "call.join");
        let label = json!({"label": {"scheme": "NATO", "level": "NR"}});
        assert_eq!(asked(LABEL, Some(""), label.clone()), "channel.reclassify");
        assert_eq!(asked(LABEL, Some(""), json!({})), "refuse");
        assert_eq!(asked(LABEL, Some("x"), label), "refuse");
        let open = json!({"history_visibility": "world_readable"});
        assert_eq!(asked("m.room.history_visibility", Some(""), open), "refuse");
        assert_eq!(asked("m.room.third_party_invite", Some("x"), json!({})), "refuse");
        let power = |needed: i64| json!({"events": {LABEL: needed, "m.room.policy": 100}});
        assert_eq!(asked("m.room.power_levels", Some(""), power(100)), "message.post");
        assert_eq!(asked("m.room.power_levels", Some(""), power(99)), "refuse");
        assert_eq!(asked("m.room.power_levels", Some(""), json!({})), "refuse");
    }
}
