// SPDX-License-Identifier: Apache-2.0
//! A connected server's question in our own terms. Whom and what it may not know of becomes the same
//! unknown as what does not exist; what it may not assert is left aside and named in the record.

use std::collections::BTreeSet;
use std::sync::Arc;

use authn::session::Sid;
use authn::session::board::OnDevice;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_authz::{Context, DeviceFacts, Facts, Question, Reference, Snapshot};
use countersign_directory::{ApprovalId, Assertable, ConnectedServer, Posture, Reasons, ServerIds};
use serde_json::{Map, Value};

use crate::app::House;
use crate::asking::{Answered, session_facts};
use crate::http::access::wire::{Entity, Words};
use crate::record::decision::Asker;

/// No identifier of ours: control characters are never part of one.
pub(crate) const UNKNOWN: &str = "\u{1f}";

/// The most recipients of one question, and the most quotes.
const LISTED: usize = 1_000;

/// A question of a connected server, understood.
#[derive(Debug)]
pub struct Understood {
    /// In our terms.
    pub question: Question,
    /// The session that it names.
    pub session: Option<Sid>,
    /// The obligations that it says it can honour this time; what its record says, where it says nothing.
    pub honoured: Option<BTreeSet<String>>,
    /// The stored approval that it names.
    pub approval: Option<ApprovalId>,
    /// From where the person uses it.
    pub location: Option<String>,
    /// Names that the server sent and may not assert.
    pub ignored: BTreeSet<String>,
}

impl Understood {
    /// A question that brings nothing along.
    pub(crate) fn without_context(question: Question) -> Self {
        Self {
            question,
            session: None,
            honoured: None,
            approval: None,
            location: None,
            ignored: BTreeSet::new(),
        }
    }
}

impl House {
    /// Maps, gathers, decides and records one question of `server`.
    pub async fn answer(
        &self,
        snapshot: &Snapshot,
        server: &ConnectedServer,
        request: Words<'_>,
    ) -> Answered {
        let mut understood = self.understand(snapshot, server, request);
        let now = self.now();
        let facts = self.facts(server, &understood, now);
        if let Some(approval) = understood.approval.take() {
            match self
                .spend(&approval, snapshot, &understood.question, &facts)
                .await
            {
                Ok(Some(approver)) => understood.question.context.approver = Some(approver.to_string()),
                // It is then as if none had been named: what needs a second person is denied.
                Ok(None) => _ = understood.ignored.insert("context.approval".to_owned()),
                Err(fault) => {
                    tracing::error!(fault = ?fault, "an approval could not be looked up");
                    understood.ignored.insert("context.approval".to_owned());
                }
            }
        }
        let asker = Asker {
            server: Some(server.id.to_string()),
            session: understood.session.as_ref().map(|sid| sid.as_str().to_owned()),
            ignored: understood.ignored.iter().cloned().collect(),
            hears_all: server.reasons == Reasons::Full,
            ..Asker::default()
        };
        let answered = self.decide(snapshot, &understood.question, facts, asker).await;
        if let Ok(person) = understood.question.subject.parse() {
            self.board
                .touch_at(&person, &server.client_id, understood.session.as_ref(), now);
        }
        answered
    }

    /// A question of `server` in our terms, and no more of it than its answer may rest on.
    pub(crate) fn understand(
        &self,
        snapshot: &Snapshot,
        server: &ConnectedServer,
        request: Words<'_>,
    ) -> Understood {
        let mut understood = Translation::new(server, snapshot).question(request);
        if server.reasons != Reasons::Full {
            self.forget_unknown_quotes(snapshot, &mut understood.question);
        }
        understood
    }

    /// A quote needs no clearance for what is quoted, and so a permit would tell that it is there. What she may
    /// not know of is, where that counts, as if it were not.
    fn forget_unknown_quotes(&self, snapshot: &Snapshot, question: &mut Question) {
        for item in &mut question.context.quotes {
            let registered = match item.kind.as_str() {
                "message" => snapshot.message(&item.id),
                "file" => snapshot.file(&item.id),
                _ => None,
            };
            let channel = registered.map(|item| item.channel.as_str());
            let is_listed = |channel: &str| snapshot.channel(channel).is_some_and(|known| known.listed);
            if let Some(channel) = channel.or(item.channel.as_deref())
                && !is_listed(channel)
                && !self.may_discover(snapshot, &question.subject, channel)
            {
                UNKNOWN.clone_into(&mut item.id);
                item.channel = None;
            }
        }
    }

    /// What we know of the session and the device by ourselves.
    pub(crate) fn facts(&self, server: &ConnectedServer, asked: &Understood, now: DateTime<Utc>) -> Facts {
        let session = asked.question.subject.parse().ok().and_then(|person| {
            self.board
                .facts(&person, &server.client_id, asked.session.as_ref(), now)
        });
        let device = session
            .as_ref()
            .map_or(OnDevice::Unknown, |session| session.device.clone());
        // A caller may say that it can do less than its record says, never more.
        let by_record = server.supported_obligations.iter();
        let honoured = by_record
            .filter(|duty| asked.honoured.as_ref().is_none_or(|said| said.contains(*duty)))
            .cloned();
        Facts {
            session: session.as_ref().map(session_facts),
            device: device_facts(device, server, now),
            location: asked.location.clone(),
            audit_available: true,
            server_node: server.node.clone(),
            supported_obligations: Some(honoured.collect()),
            standing: false,
        }
    }
}

/// The device that is known by itself, or else what the server's record states of all its clients.
/// Where sessions on several could be meant, none of them is to be raised by what another one is.
pub fn device_facts(device: OnDevice, server: &ConnectedServer, now: DateTime<Utc>) -> DeviceFacts {
    match (device, &server.clients) {
        (OnDevice::This(device), _) => DeviceFacts::Registered(device),
        (OnDevice::Unknown, Some(stated)) => DeviceFacts::Stated {
            managed: stated.managed,
            accreditation: Some(stated.accreditation.clone()),
            posture_reported_at: (stated.posture == Posture::Vouched).then_some(minute(now)),
        },
        (OnDevice::Several, _) | (OnDevice::Unknown, None) => DeviceFacts::Unknown,
    }
}

/// What is vouched for is so at every moment; within a minute it is one and the same fact.
fn minute(now: DateTime<Utc>) -> DateTime<Utc> {
    now.duration_trunc(TimeDelta::minutes(1)).unwrap_or(now)
}

/// Reads one server's words.
#[derive(Debug)]
pub struct Translation<'a> {
    server: &'a ConnectedServer,
    snapshot: &'a Snapshot,
    table: Arc<ServerIds>,
}

impl<'a> Translation<'a> {
    /// For questions of `server` about the world of `snapshot`.
    pub fn new(server: &'a ConnectedServer, snapshot: &'a Snapshot) -> Self {
        let table = snapshot
            .server_ids(server.id.as_str())
            .map(Arc::clone)
            .unwrap_or_default();
        Self {
            server,
            snapshot,
            table,
        }
    }

    /// The server's identifier table.
    pub fn table(&self) -> &ServerIds {
        &self.table
    }

    /// Our id of a person, if the server may know of her.
    pub fn person(&self, theirs: &str) -> Option<String> {
        let person = self.server.user_id.person(theirs, &self.table)?;
        self.server.sees_person(&person).then(|| person.to_string())
    }

    /// Our id of a channel, if the server may know of it.
    pub fn channel(&self, theirs: &str) -> Option<String> {
        let id = self.server.channel_id.channel(theirs, &self.table)?;
        let channel = self.snapshot.channel(id.as_str())?;
        self.server.sees_channel(&id, channel).then(|| id.to_string())
    }

    /// Our id of a channel that need not exist.
    pub(crate) fn new_channel(&self, theirs: &str) -> Option<countersign_directory::ChannelId> {
        self.server.channel_id.channel(theirs, &self.table)
    }

    /// The server's name of one of our people.
    pub fn person_theirs(&self, ours: &countersign_directory::PersonId) -> Option<String> {
        self.server.user_id.person_theirs(ours, &self.table)
    }

    /// The server's name of one of our channels.
    pub fn channel_theirs(&self, ours: &countersign_directory::ChannelId) -> Option<String> {
        self.server.channel_id.channel_theirs(ours, &self.table)
    }

    /// A question in our terms.
    pub(crate) fn question(&self, request: Words<'_>) -> Understood {
        let mut ignored = BTreeSet::new();
        for (prefix, properties) in [
            ("subject", &request.subject.properties),
            ("action", &request.action.properties),
        ] {
            ignored.extend(properties.keys().map(|name| format!("{prefix}.{name}")));
        }
        let named = request
            .resource
            .properties
            .keys()
            .filter(|name| *name != "channel");
        ignored.extend(named.map(|name| format!("resource.{name}")));
        let subject = match request.subject.kind.as_str() {
            "user" => self.person(&request.subject.id),
            _ => None,
        };
        let subject = subject.unwrap_or_else(|| UNKNOWN.to_owned());
        let resource = match request.action.name.as_str() {
            // Anybody active may ask, of whatever channel: an answer that depended on the channel would
            // tell whether it is there.
            "break_glass.request" if self.server.reasons != Reasons::Full => {
                Reference::new("user", subject.as_str())
            }
            action => self.resource(action, request.resource),
        };
        Understood {
            question: Question {
                subject,
                action: request.action.name.clone(),
                resource,
                context: self.context(request.context, &mut ignored),
            },
            session: text(request.context, "session").map(Sid::from_text),
            honoured: request.context.get("supported_obligations").map(texts),
            approval: text(request.context, "approval").and_then(|id| id.parse().ok()),
            location: text(request.context, "location")
                .filter(|_| self.server.may_assert.contains(&Assertable::Location))
                .map(str::to_owned),
            ignored,
        }
    }

    /// What is acted on. A channel that is about to be created exists for nobody yet.
    fn resource(&self, action: &str, entity: &Entity) -> Reference {
        if action == "channel.create" {
            let theirs = entity.id.as_str();
            // One that exists beyond what the server may know lends nothing of itself to the answer.
            let hidden = self.snapshot.channel(theirs).is_some()
                && self.channel(theirs).is_none_or(|ours| ours != theirs);
            let id = if hidden {
                format!("{UNKNOWN}{theirs}")
            } else {
                theirs.to_owned()
            };
            return Reference::new(entity.kind.as_str(), id);
        }
        let mut reference = self.reference(entity);
        reference.channel = text(&entity.properties, "channel")
            .map(|theirs| self.channel(theirs).unwrap_or_else(|| UNKNOWN.to_owned()));
        reference
    }

    fn reference(&self, entity: &Entity) -> Reference {
        let id = match entity.kind.as_str() {
            "user" => self.person(&entity.id),
            "channel" => self.channel(&entity.id),
            kind @ ("message" | "file") => self.item(kind, &entity.id),
            _ => Some(entity.id.clone()),
        };
        Reference::new(entity.kind.as_str(), id.unwrap_or_else(|| UNKNOWN.to_owned()))
    }

    /// A registered item of a channel that the server may not know of is unknown; one that is not
    /// registered is judged by the channel that the request names.
    fn item(&self, kind: &str, id: &str) -> Option<String> {
        let registered = match kind {
            "message" => self.snapshot.message(id),
            _ => self.snapshot.file(id),
        };
        match registered {
            None => Some(id.to_owned()),
            Some(item) => {
                let channel = self.snapshot.channel(item.channel.as_str())?;
                self.server
                    .sees_channel(&item.channel, channel)
                    .then(|| id.to_owned())
            }
        }
    }

    fn context(&self, sent: &Map<String, Value>, ignored: &mut BTreeSet<String>) -> Context {
        let mut context = Context::default();
        for (name, value) in sent {
            let may = |what| self.server.may_assert.contains(&what);
            match name.as_str() {
                "label" if may(Assertable::Label) => context.label = Some(value.clone()),
                "node" if may(Assertable::Node) => {
                    context.node = Some(value.as_str().unwrap_or(UNKNOWN).to_owned());
                }
                "target" if may(Assertable::Target) => context.target = Some(self.named(value)),
                "to" if may(Assertable::To) => context.to = Some(self.named(value)),
                "quotes" if may(Assertable::Quotes) => {
                    context.quotes = match value.as_array() {
                        Some(items) if items.len() <= LISTED => {
                            items.iter().map(|item| self.named(item)).collect()
                        }
                        _ => vec![Reference::new("message", UNKNOWN)],
                    };
                }
                "recipients" if may(Assertable::Recipients) => context.recipients = self.recipients(value),
                "location" if may(Assertable::Location) => {}
                "approval" | "session" | "at_least_revision" | "supported_obligations" => {}
                _ => {
                    ignored.insert(format!("context.{name}"));
                }
            }
        }
        context
    }

    /// A set of people. One whom the server may not know of makes it a set of nobody that is known.
    fn recipients(&self, value: &Value) -> Vec<Reference> {
        match value.as_array() {
            Some(items) if items.len() <= LISTED => items.iter().map(|item| self.named(item)).collect(),
            _ => vec![Reference::new("user", UNKNOWN)],
        }
    }

    /// `{type, id}`; anything else names nothing that exists.
    fn named(&self, value: &Value) -> Reference {
        match serde_json::from_value::<Entity>(value.clone()) {
            Ok(entity) => self.reference(&entity),
            Err(_) => Reference::new("user", UNKNOWN),
        }
    }
}

/// The texts of a list; nothing of anything else.
fn texts(value: &Value) -> BTreeSet<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

fn text<'a>(members: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    members.get(name)?.as_str()
}
