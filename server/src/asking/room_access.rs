// SPDX-License-Identifier: Apache-2.0
//! "May she be in this room?" in the words of OpenTDF: a person by one key, a room with the names of the
//! attribute values that its chat server holds it under.
//!
//! Such a chat server removes people by itself, and some answers make it do so. Hence three answers: yes;
//! no, and she must leave; and undecided, which must never remove anybody. "Must leave" is only ever said of
//! the person alone, as in [`House::eviction`]: not because a session is missing, a device is too low, the
//! server's node is, or anything cannot be known at this moment.

use countersign_authz::{Context, Decision, Facts, Question, Reason, Reference, Snapshot};
use countersign_directory::{Channel, ConnectedServer, EntityKey, OpenTdf, Owner};
use countersign_labels::{Format, RawLabel, Scribe};
use serde_json::Value;

use crate::app::House;
use crate::asking::server_question::{Translation, UNKNOWN, Understood};
use crate::http::opentdf::wire::Entity;
use crate::record::decision::Asker;

/// One person and one room, by the words of the chat server.
#[derive(Clone, Copy, Debug)]
pub struct RoomQuestion<'a> {
    /// Who.
    pub entity: &'a Entity,
    /// The room.
    pub room: &'a str,
    /// The names of its attribute values.
    pub names: &'a [String],
}

/// About when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// She opens the room now: her session and device count.
    Now,
    /// Whether she may be a member at all: the person alone.
    Standing,
}

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// She may.
    Permit,
    /// She may not, and may not stay either.
    Deny,
    /// She may not now, or it is not known; nobody is to be removed for it.
    Undecided(Undecided),
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Undecided {
    /// Two things that are known do not go together, or one cannot be read.
    #[error(
        "the room's attribute values do not go with the label on file, or something on file cannot be read"
    )]
    Contradiction,
    /// The entity is nobody.
    #[error("the entity is nobody whom this server may ask about")]
    Entity,
    /// The room's label is not understood.
    #[error("the room's attribute values are no label: {0}")]
    Label(String),
    /// It may not now, for reasons that are not hers alone.
    #[error("she may not be let in at this moment, and nothing says that she must leave")]
    Moment,
    /// The room is not known.
    #[error("the room is not registered here, and this server's record does not leave labels to it")]
    Room,
    /// The store or the record is out of reach.
    #[error("the store or the record cannot be reached at this moment")]
    Unavailable,
}

/// A question in our terms.
struct Translated {
    question: Question,
    /// What decides whether she must leave.
    alone: Question,
    fault: Option<Undecided>,
}

impl House {
    /// Maps, decides, records and answers.
    pub async fn room_access(
        &self,
        snapshot: &Snapshot,
        server: &ConnectedServer,
        opentdf: &OpenTdf,
        asked: RoomQuestion<'_>,
        when: When,
    ) -> Verdict {
        let now = self.now();
        let Translated {
            question,
            alone,
            fault,
        } = self.room_question(snapshot, server, opentdf, asked, when);
        let facts = match when {
            When::Now => self.facts(server, &Understood::without_context(question.clone()), now),
            When::Standing => Facts {
                server_node: server.node.clone(),
                supported_obligations: Some(server.supported_obligations.iter().cloned().collect()),
                ..Facts::standing()
            },
        };
        let on_record = Asker {
            server: Some(server.id.to_string()),
            ..Asker::default()
        };
        let answered = self.decide(snapshot, &question, facts, on_record.clone()).await;
        if when == When::Now
            && let Ok(person) = question.subject.parse()
        {
            self.board.touch_at(&person, &server.client_id, None, now);
        }
        if let Some(fault) = fault {
            return Verdict::Undecided(fault);
        }
        if answered.decision.allowed() {
            return Verdict::Permit;
        }
        // What was true seconds ago lets nobody in and puts nobody out.
        let fails = |reason| answered.decision.failing.contains(&reason);
        if !self.tail.is_fresh(now) || self.recorder.is_failing() || fails(Reason::AuditUnavailable) {
            return Verdict::Undecided(Undecided::Unavailable);
        }
        if fails(Reason::PdpInput) {
            return Verdict::Undecided(Undecided::Contradiction);
        }
        let leaves = |decision: &Decision| decision.failing.iter().copied().any(is_hers);
        if !leaves(&self.engine.decide(snapshot, &alone, &Facts::standing(), now)) {
            return Verdict::Undecided(Undecided::Moment);
        }
        if when == When::Now {
            let answered = self.decide(snapshot, &alone, Facts::standing(), on_record).await;
            if !leaves(&answered.decision) {
                return Verdict::Undecided(Undecided::Unavailable);
            }
        }
        Verdict::Deny
    }

    fn room_question(
        &self,
        snapshot: &Snapshot,
        server: &ConnectedServer,
        opentdf: &OpenTdf,
        asked: RoomQuestion<'_>,
        when: When,
    ) -> Translated {
        let names = Translation::new(server, snapshot);
        let person = person(snapshot, &names, server, opentdf, asked.entity);
        let ours = names.channel(asked.room);
        let channel = ours.as_deref().and_then(|id| snapshot.channel(id));
        let label = if asked.names.is_empty() && channel.is_some() {
            Ok(None)
        } else {
            self.label_of(asked.names, opentdf, channel.map(AsRef::as_ref), snapshot)
                .map(Some)
        };
        let trusted = channel.is_some() || server.labels_owner == Owner::Server;
        let fault = match (&person, &label) {
            (None, _) => Some(Undecided::Entity),
            (Some(_), Err(refused)) => Some(Undecided::Label(refused.clone())),
            _ if !trusted => Some(Undecided::Room),
            _ => None,
        };
        let reported = match label {
            Ok(Some(label)) if trusted => serde_json::to_value(label).ok(),
            Err(_) => Some(Value::from(asked.names)),
            Ok(_) => None,
        };
        let subject = person.unwrap_or_else(|| UNKNOWN.to_owned());
        let id = ours.unwrap_or_else(|| unregistered(asked.room, &names, snapshot));
        let is_member = channel.is_some() && snapshot.members(&id).contains(&subject);
        let kept_here = channel.is_some() && server.members_owner == Owner::Countersign;
        let about = |action: &str, resource| Question {
            subject: subject.clone(),
            action: action.to_owned(),
            resource,
            context: Context {
                reported: reported.clone(),
                ..Context::default()
            },
        };
        let join = || about("channel.join", Reference::new("channel", id.as_str()));
        let read = || {
            let any = Reference {
                channel: Some(id.clone()),
                ..Reference::new("message", UNKNOWN)
            };
            about("message.read", any)
        };
        // The chat server opens a room to those alone who are in it. Where it keeps the list of members and
        // has not told us of her, its asking is all there is, and coming in is what can be asked.
        let (question, alone) = match when {
            _ if is_member => (read(), read()),
            When::Now if kept_here => (read(), join()),
            _ => (join(), join()),
        };
        Translated {
            question,
            alone,
            fault,
        }
    }

    /// The label that the names spell. Of what they do not speak, what is on file holds.
    fn label_of(
        &self,
        names: &[String],
        opentdf: &OpenTdf,
        channel: Option<&Channel<()>>,
        snapshot: &Snapshot,
    ) -> Result<RawLabel, String> {
        if let Some(name) = names.iter().find(|name| name.contains(char::is_whitespace)) {
            return Err(format!("`{name}` has blanks in it: write `-` in their place"));
        }
        let mut scribe = Scribe::new(snapshot.schemes(self.now()));
        scribe.namespace.clone_from(&opentdf.namespace);
        let accreditation = snapshot.settings().accreditation.iter();
        let in_use = accreditation.flat_map(|held| &held.compartments);
        let here = channel
            .into_iter()
            .flat_map(|channel| &channel.label.compartments);
        scribe.codewords = in_use.chain(here).cloned().collect();
        let label = scribe.read(Format::OpenTdf, &names.join("\n"));
        let mut label = label.map_err(|refusal| refusal.to_string())?.to_raw();
        if let Some(on_file) = channel.map(|channel| &channel.label)
            && label.releasable_to.is_none()
            && label.scheme == on_file.scheme
        {
            label.releasable_to.clone_from(&on_file.releasable_to);
        }
        Ok(label)
    }
}

/// Whom the entity names, if the server may know of her.
pub(super) fn person(
    snapshot: &Snapshot,
    names: &Translation<'_>,
    server: &ConnectedServer,
    opentdf: &OpenTdf,
    entity: &Entity,
) -> Option<String> {
    match opentdf.entity {
        EntityKey::Email => {
            let person = snapshot.person_at(entity.email_address.as_deref()?)?;
            server.sees_person(person).then(|| person.to_string())
        }
        EntityKey::Username => {
            let person = names.person(entity.id.as_deref()?)?;
            snapshot.person(&person).is_some().then_some(person)
        }
    }
}

/// Our id of a room that is not on file. One that is on file beyond what the server may know lends
/// nothing of itself to the answer.
fn unregistered(theirs: &str, names: &Translation<'_>, snapshot: &Snapshot) -> String {
    match names.new_channel(theirs) {
        Some(id) if snapshot.channel(id.as_str()).is_none() => id.to_string(),
        _ => format!("{UNKNOWN}{theirs}"),
    }
}

/// Whether a failing guard speaks of her and the room. A closed room keeps those it has; what the server's
/// node is accredited for is not her fault.
fn is_hers(reason: Reason) -> bool {
    !matches!(
        reason,
        Reason::AuditUnavailable | Reason::ChannelClosed | Reason::NodeCeiling | Reason::PdpInput
    )
}
