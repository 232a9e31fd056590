// SPDX-License-Identifier: Apache-2.0
//! Joining a room, as the specification prescribes it for servers (make_join, send_join), and registering
//! what its state says: its label, if it has one, and the members of the homeserver that told it.

use std::fmt::Write as _;

use authn::matrix::event::{BadEvent, made, server_of};
use authn::matrix::version::{RoomVersion, UnknownVersion};
use authn::store::matrix::{Room, put_room};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::operation::channel::{ChannelError, register};
use countersign_directory::operation::member::{self, MemberError};
use countersign_directory::{ChannelId, ConnectedServer, Owner, Permit, PersonId};
use http::Method;
use serde_json::{Map, Value, json};

use super::Member;
use super::homeservers::CallError;
use crate::app::House;
use crate::asking::server_question::Translation;
use crate::http::directory::channel::ChannelReport;
use crate::record;

/// Where a room's label stands in its state.
pub const LABEL: &str = "org.countersign.label";
/// The most bytes of a room's state.
const STATE: usize = 64 * 1024 * 1024;
/// The most bytes of the template of a join.
const TEMPLATE: usize = 256 * 1024;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The room's version.
    pub version: RoomVersion,
    /// Whether the room is on file as a channel.
    pub registered: bool,
    /// How many of its members are on file as such.
    pub members: usize,
}

/// Why the room was not joined.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// The homeserver.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The room's version.
    #[error(transparent)]
    Version(#[from] UnknownVersion),
    /// What we were given to sign.
    #[error("the homeserver's template is no join of ours: {0}")]
    Template(String),
    /// The record that the homeserver belongs to.
    #[error("no connected server has the id `{0}`: add its record first")]
    Record(String),
    /// The label of the room.
    #[error("the room's label cannot be registered: {0}")]
    Label(String),
    /// The members.
    #[error(transparent)]
    Members(#[from] MemberError),
    /// The store.
    #[error("the store cannot be used: {0}")]
    Store(#[from] authn::store::StoreError),
    /// The store, at work.
    #[error("the store cannot be used: {0}")]
    Sql(#[from] sqlx::Error),
    /// The record of what happened.
    #[error("the record cannot be written: {0}")]
    Audit(#[from] countersign_audit::store::StoreError),
}

impl From<BadEvent> for JoinError {
    fn from(fault: BadEvent) -> Self {
        Self::Template(fault.to_string())
    }
}

impl House {
    /// Joins `room` through the homeserver `via`.
    pub async fn matrix_join(&self, member: &Member, room: &str, via: &str) -> Result<Joined, JoinError> {
        let homeserver = member.homeserver(via)?;
        let server = self.snapshot().server(&homeserver.record).cloned();
        let server = server.ok_or_else(|| JoinError::Record(homeserver.record.clone()))?;
        let versions = RoomVersion::ALL.map(|version| format!("ver={version}")).join("&");
        let (room_part, user) = (encoded(room), member.user());
        let path = format!(
            "/_matrix/federation/v1/make_join/{room_part}/{}?{versions}",
            encoded(&user)
        );
        let template = member
            .call(homeserver, Method::GET, &path, None, TEMPLATE)
            .await?;
        let version = template
            .get("room_version")
            .and_then(Value::as_str)
            .unwrap_or("1");
        let version: RoomVersion = version.parse()?;
        let event = filled(&template, room, member, version, self.now())?;
        let event = made(event, version)?;
        let unsignable =
            |fault: authn::matrix::canonical::NotCanonical| JoinError::Template(fault.to_string());
        let id = event.id().map_err(unsignable)?;
        let event = event
            .signed(&member.name, &member.server_key)
            .map_err(unsignable)?;
        let path = format!("/_matrix/federation/v2/send_join/{room_part}/{}", encoded(&id));
        let answer = member
            .call(homeserver, Method::PUT, &path, Some(&event), STATE)
            .await?;
        let state = State::of(&answer, via);
        let (registered, members) = self.take_state(&server, room, &state).await?;
        let now = self.now();
        let mut db = self.database.begin_write().await?;
        let joined = Room {
            id: room.to_owned(),
            version,
            via: via.to_owned(),
            joined: true,
        };
        put_room(&member.name, &joined, now, &mut db).await?;
        db.commit().await?;
        Ok(Joined {
            version,
            registered,
            members,
        })
    }

    /// Registers the channel and those of its members whom the homeserver answers for.
    async fn take_state(
        &self,
        server: &ConnectedServer,
        room: &str,
        state: &State<'_>,
    ) -> Result<(bool, usize), JoinError> {
        let snapshot = self.snapshot();
        let names = Translation::new(server, &snapshot);
        let Some(id) = names.new_channel(room) else {
            return Ok((false, 0));
        };
        let permit = Permit::server(server.id.clone());
        let now = self.now();
        let mut transaction = self.database.begin_write().await?;
        let mut events = Vec::new();
        let mut registered = names.channel(room).is_some();
        if let (Some(label), Owner::Server) = (state.label, server.labels_owner) {
            let mut report = label.clone();
            report.remove("direct");
            let report: ChannelReport = serde_json::from_value(Value::Object(report))
                .map_err(|fault| JoinError::Label(fault.to_string()))?;
            let report = report.registration(&names);
            let report = report.map_err(|problem| JoinError::Label(problem.detail.unwrap_or_default()))?;
            match register(&id, &report, &permit, now, &mut transaction).await {
                Ok(taken) => events.extend(taken.outcome.events),
                Err(ChannelError::Store(cause)) => return Err(JoinError::Label(cause.to_string())),
                Err(refused) => return Err(JoinError::Label(refused.to_string())),
            }
            registered = true;
        }
        let mut members = 0;
        if registered && server.members_owner == Owner::Server {
            for user in &state.members {
                let person = names.person(user).and_then(|id| id.parse::<PersonId>().ok());
                let Some(person) = person.filter(|id| snapshot.person(id.as_str()).is_some()) else {
                    continue;
                };
                events.extend(
                    member::put(&id, &person, &permit, now, &mut transaction)
                        .await?
                        .events,
                );
                members += 1;
            }
        }
        record::append(permit.by(), &events, now, &mut transaction).await?;
        self.commit(transaction).await?;
        Ok((registered, members))
    }

    /// Notes that somebody came into a channel or left it, as her homeserver would.
    pub(crate) async fn report_member(
        &self,
        server: &ConnectedServer,
        channel: &ChannelId,
        person: &PersonId,
        is_member: bool,
    ) -> Result<(), JoinError> {
        let permit = Permit::server(server.id.clone());
        let now = self.now();
        let mut transaction = self.database.begin_write().await?;
        let outcome = if is_member {
            member::put(channel, person, &permit, now, &mut transaction).await?
        } else {
            member::remove(channel, person, &permit, now, &mut transaction).await?
        };
        record::append(permit.by(), &outcome.events, now, &mut transaction).await?;
        Ok(self.commit(transaction).await?)
    }
}

/// What is looked at of a room's state.
struct State<'a> {
    label: Option<&'a Map<String, Value>>,
    members: Vec<&'a str>,
}

impl<'a> State<'a> {
    /// Of what `via` told: of members, those alone who are its own.
    fn of(answer: &'a Value, via: &str) -> Self {
        let mut found = Self {
            label: None,
            members: Vec::new(),
        };
        let state = answer.get("state").and_then(Value::as_array);
        for event in state.into_iter().flatten() {
            let text = |name: &str| event.get(name).and_then(Value::as_str);
            let content = event.get("content").and_then(Value::as_object);
            let (Some(kind), Some(key), Some(content)) = (text("type"), text("state_key"), content) else {
                continue;
            };
            let joined = content.get("membership").and_then(Value::as_str) == Some("join");
            if kind == LABEL && key.is_empty() {
                found.label = Some(content);
            } else if kind == "m.room.member" && joined && server_of(key) == Some(via) {
                found.members.push(key);
            }
        }
        found
    }
}

/// Our join, from the homeserver's template: of it, only where in the room's history it stands is taken.
fn filled(
    template: &Value,
    room: &str,
    member: &Member,
    version: RoomVersion,
    now: DateTime<Utc>,
) -> Result<Map<String, Value>, JoinError> {
    let event = template.get("event").and_then(Value::as_object);
    let event = event.ok_or_else(|| JoinError::Template("`event` is missing".to_owned()))?;
    if event.get("room_id").and_then(Value::as_str) != Some(room) {
        return Err(JoinError::Template("it is for another room".to_owned()));
    }
    let user = member.user();
    let mut content = Map::from_iter([("membership".to_owned(), json!("join"))]);
    let authorised = event
        .get("content")
        .and_then(|content| content.get("join_authorised_via_users_server"));
    if let Some(authorised) = authorised {
        content.insert("join_authorised_via_users_server".to_owned(), authorised.clone());
    }
    let mut join = Map::new();
    for name in ["auth_events", "depth", "prev_events"] {
        let value = event.get(name).cloned();
        let value = value.ok_or_else(|| JoinError::Template(format!("`event.{name}` is missing")))?;
        join.insert(name.to_owned(), value);
    }
    for (name, value) in [
        ("type", json!("m.room.member")),
        ("room_id", json!(room)),
        ("sender", json!(user)),
        ("state_key", json!(user)),
        ("content", Value::Object(content)),
        ("origin_server_ts", json!(now.timestamp_millis())),
    ] {
        join.insert(name.to_owned(), value);
    }
    if version < RoomVersion::WITHOUT_ORIGIN {
        join.insert("origin".to_owned(), json!(member.name));
    }
    Ok(join)
}

/// One segment of a path.
fn encoded(text: &str) -> String {
    let mut url = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            url.push(char::from(byte));
        } else {
            // INVARIANT: writing into a text cannot fail.
            let _ = write!(url, "%{byte:02X}");
        }
    }
    url
}
