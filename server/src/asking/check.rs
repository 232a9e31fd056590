// SPDX-License-Identifier: Apache-2.0
//! Whether a connected server is wired: its record, its client, and questions such as it would ask, found in
//! its own scope and marked on record as a check. Nobody's session is touched, nothing changes, and no line
//! names a person or a channel.

use std::time::Duration;

use authn::oidc::client::Grant;
use authn::store::clients;
use countersign_authn as authn;
use countersign_authz::{Facts, Reason, Snapshot};
use countersign_directory::{ConnectedServer, Owner};
use futures_util::{StreamExt as _, stream};
use serde::{Deserialize, Serialize};
use serde_json::Map;
use utoipa::ToSchema;

use super::Answered;
use super::server_question::Translation;
use crate::app::House;
use crate::clock;
use crate::http::access::wire::{Action, Entity, Words};
use crate::record::decision::Asker;

/// How many questions are tried out before one is allowed and one denied.
const LOOKED_AT: usize = 2_000;
/// Channels among them.
const CHANNELS: usize = 50;
/// Questions of the batch.
const BATCH: usize = 100;
/// How many answers wait for the record at once.
const AT_ONCE: usize = 32;
/// A batch that takes longer makes people wait.
const SLOW: Duration = Duration::from_secs(1);

/// How one thing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// As it should be.
    Ok,
    /// It works, and something will be missed.
    Warn,
    /// It does not work.
    Fail,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Line {
    /// How it stands.
    pub state: State,
    /// What was looked at, in a word.
    pub name: String,
    /// What was found.
    pub text: String,
    /// What mends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let state = match self.state {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Fail => "FAIL",
        };
        write!(f, "{state:<5} {:<16} {}", self.name, self.text)?;
        match &self.mend {
            Some(mend) => write!(f, "\n{:<5} {:<16} mend: {mend}", "", ""),
            None => Ok(()),
        }
    }
}

impl Line {
    /// As it should be.
    pub fn ok(name: &str, text: impl Into<String>) -> Self {
        Self::new(State::Ok, name, text, None)
    }

    /// It works, and something will be missed.
    pub fn warn(name: &str, text: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(State::Warn, name, text, Some(mend.into()))
    }

    /// It does not work.
    pub fn fail(name: &str, text: impl Into<String>, mend: impl Into<String>) -> Self {
        Self::new(State::Fail, name, text, Some(mend.into()))
    }

    fn new(state: State, name: &str, text: impl Into<String>, mend: Option<String>) -> Self {
        Self {
            state,
            name: name.to_owned(),
            text: text.into(),
            mend,
        }
    }
}

/// A question in the server's own names.
#[derive(Clone, Debug)]
struct Asked {
    subject: Entity,
    action: Action,
    resource: Entity,
}

impl Asked {
    fn new(person: &str, action: &str, channel: &str) -> Self {
        let entity = |kind: &str, id: &str| Entity {
            kind: kind.to_owned(),
            id: id.to_owned(),
            properties: Map::new(),
        };
        Self {
            subject: entity("user", person),
            action: Action {
                name: action.to_owned(),
                properties: Map::new(),
            },
            resource: entity("channel", channel),
        }
    }
}

/// What was found to ask about.
#[derive(Debug, Default)]
struct Found {
    allowed: Option<Asked>,
    denied: Option<Asked>,
    people: usize,
    channels: usize,
    looked_at: usize,
}

impl House {
    /// Looks at everything that can be seen from here.
    pub async fn check(&self, server: &ConnectedServer) -> Vec<Line> {
        let snapshot = self.snapshot();
        let mut lines = record(server, &snapshot);
        lines.push(self.readiness());
        lines.extend(self.client(server).await);
        let found = self.find(&snapshot, server).await;
        lines.push(scope(server, &found));
        lines.push(self.allow(&snapshot, server, &found).await);
        lines.push(self.deny(&snapshot, server, &found).await);
        lines.push(self.batch(&snapshot, server, &found).await);
        let strangers = [
            (
                "beyond scope",
                Asked::new(
                    super::server_question::UNKNOWN,
                    "channel.join",
                    super::server_question::UNKNOWN,
                ),
            ),
            (
                "unknown act",
                Asked::new(
                    super::server_question::UNKNOWN,
                    "nothing.known",
                    super::server_question::UNKNOWN,
                ),
            ),
        ];
        for (name, asked) in strangers {
            let answered = self.ask_to_check(&snapshot, server, &asked).await;
            lines.push(if answered.decision.allowed() {
                let mend = "this is a defect of Countersign: stop, and report it";
                Line::fail(name, format!("was allowed ({})", answered.id), mend)
            } else {
                Line::ok(name, format!("is denied ({})", answered.id))
            });
        }
        lines
    }

    fn readiness(&self) -> Line {
        if self.tail.is_skewed() {
            let mend = "set both clocks by the same source; until then nothing from rank 1 up is decided";
            Line::fail(
                "ready",
                "our clock and the store's are more than 5 seconds apart",
                mend,
            )
        } else if !self.tail.is_confirmed(self.now()) {
            let mend =
                "see that the database runs and can be reached; until then nothing from rank 1 up is decided";
            Line::fail("ready", "the store has not answered for 5 seconds", mend)
        } else if self.recorder.is_failing() {
            let mend = "see that the disk of `data_dir` has room and can be written";
            Line::fail("ready", "the record cannot be written", mend)
        } else {
            Line::ok("ready", "decisions can be made and recorded")
        }
    }

    async fn client(&self, server: &ConnectedServer) -> Vec<Line> {
        let found = async {
            let mut db = self
                .database
                .pool
                .acquire()
                .await
                .map_err(|fault| fault.to_string())?;
            let client = clients::by_id(&server.client_id, &mut db).await;
            client.map_err(|fault| fault.to_string())
        };
        let client = match found.await {
            Ok(Some(client)) => client,
            Ok(None) => {
                let mend =
                    "`countersign server add FILE` files the record with its client and prints a secret";
                return vec![Line::fail(
                    "client",
                    "there is no client of the record's `client_id`",
                    mend,
                )];
            }
            Err(fault) => {
                tracing::error!(error = %fault, "a check cannot read the store");
                let mend = "see that the database runs and can be reached";
                return vec![Line::fail("client", "the store does not answer", mend)];
            }
        };
        let mut lines = vec![if client.record.grants.contains(&Grant::ClientCredentials) {
            Line::ok("client", "may fetch tokens of its own")
        } else {
            let mend =
                "add `client_credentials` to the client's `grants` and run `countersign server add FILE`";
            Line::fail("client", "may not fetch tokens of its own", mend)
        }];
        if let Some(address) = &client.record.backchannel_logout_uri {
            lines.push(match self.outbound.get(address.as_str()).send().await {
                // Whatever it says to a visit: somebody is there.
                Ok(_) => Line::ok("reach", "its back-channel logout address answers"),
                Err(fault) => {
                    tracing::info!(error = %fault, server.id = %server.id, "a server's address does not answer");
                    let mend = "see that its address, its port and its certificate are right as seen from here; \
                                until then it does not hear of ended sessions by back-channel";
                    Line::fail("reach", "its back-channel logout address does not answer", mend)
                }
            });
        }
        lines
    }

    /// Something that is allowed and something that is denied, of what the server has in scope.
    async fn find(&self, snapshot: &Snapshot, server: &ConnectedServer) -> Found {
        let names = Translation::new(server, snapshot);
        let mut found = Found::default();
        let everybody = || snapshot.people_after("").filter(|id| server.sees_person(id));
        found.people = everybody().take(LOOKED_AT).count();
        let in_scope = snapshot.channels_after("").filter_map(|id| {
            let channel = snapshot.channel(id.as_str())?;
            server.sees_channel(id, channel).then_some(id)
        });
        for id in in_scope.take(CHANNELS) {
            found.channels += 1;
            let Some(theirs) = names.channel_theirs(id) else {
                continue;
            };
            let members = snapshot.members(id.as_str());
            let members = members.iter().filter(|person| server.sees_person(person));
            for person in members.chain(everybody()).take(LOOKED_AT / CHANNELS) {
                let Some(person) = names.person_theirs(person) else {
                    continue;
                };
                let asked = Asked::new(&person, "channel.join", &theirs);
                found.looked_at += 1;
                let place = if self.would_be_allowed(snapshot, server, &asked) {
                    &mut found.allowed
                } else {
                    &mut found.denied
                };
                place.get_or_insert(asked);
                if found.allowed.is_some() && found.denied.is_some() {
                    return found;
                }
            }
            tokio::task::yield_now().await;
        }
        found
    }

    fn would_be_allowed(&self, snapshot: &Snapshot, server: &ConnectedServer, asked: &Asked) -> bool {
        let question = self.understand(snapshot, server, asked.words()).question;
        let decision = self
            .engine
            .decide_once(snapshot, &question, &facts(server), self.now());
        decision.allowed()
    }

    async fn ask_to_check(&self, snapshot: &Snapshot, server: &ConnectedServer, asked: &Asked) -> Answered {
        let question = self.understand(snapshot, server, asked.words()).question;
        let marked = Asker {
            check: true,
            server: Some(server.id.to_string()),
            ..Asker::default()
        };
        self.decide(snapshot, &question, facts(server), marked).await
    }

    async fn allow(&self, snapshot: &Snapshot, server: &ConnectedServer, found: &Found) -> Line {
        let Some(asked) = &found.allowed else {
            let text = format!("nobody may join anything, of {} questions tried", found.looked_at);
            let mend = "register a channel whose label somebody in scope is cleared for; the simulator of the console \
                        says what stands against it";
            return Line::warn("allow", text, mend);
        };
        let answered = self.ask_to_check(snapshot, server, asked).await;
        if answered.decision.allowed() {
            Line::ok("allow", format!("somebody may join a channel ({})", answered.id))
        } else {
            let reason = answered.decision.reason.map_or("", Reason::code);
            let text = format!("what would be allowed is denied: {reason} ({})", answered.id);
            Line::fail("allow", text, "mend what the line `ready` says")
        }
    }

    async fn deny(&self, snapshot: &Snapshot, server: &ConnectedServer, found: &Found) -> Line {
        let Some(asked) = &found.denied else {
            let text = format!("nothing is denied, of {} questions tried", found.looked_at);
            let mend =
                "register a channel with a label that somebody in scope is not cleared for, to see a refusal";
            return Line::warn("deny", text, mend);
        };
        let answered = self.ask_to_check(snapshot, server, asked).await;
        if answered.decision.allowed() {
            let text = format!("what would be denied is allowed ({})", answered.id);
            Line::fail(
                "deny",
                text,
                "run the check again; the world changed meanwhile, or this is a defect",
            )
        } else {
            Line::ok(
                "deny",
                format!("somebody may not join a channel ({})", answered.id),
            )
        }
    }

    async fn batch(&self, snapshot: &Snapshot, server: &ConnectedServer, found: &Found) -> Line {
        let known = [&found.allowed, &found.denied].map(Option::as_ref);
        let known: Vec<&Asked> = known.into_iter().flatten().collect();
        if known.is_empty() {
            return Line::warn(
                "batch",
                "not asked: there is nothing to ask about",
                "as for `scope`",
            );
        }
        let began = clock::instant();
        let questions: Vec<_> = known
            .iter()
            .cycle()
            .take(BATCH)
            .map(|asked| async {
                let began = clock::instant();
                let answered = self.ask_to_check(snapshot, server, asked).await;
                (began.elapsed(), answered)
            })
            .collect();
        let answers: Vec<(Duration, Answered)> = stream::iter(questions).buffered(AT_ONCE).collect().await;
        let took = began.elapsed();
        let slowest = answers.iter().map(|(took, _)| *took).max().unwrap_or_default();
        let text = format!(
            "{} questions decided and recorded in {} ms, the slowest in {} ms",
            answers.len(),
            took.as_millis(),
            slowest.as_millis()
        );
        if took > SLOW {
            let mend = "see what else this machine does, and how fast the disk of `data_dir` writes";
            return Line::warn("batch", text, mend);
        }
        Line::ok("batch", text)
    }
}

impl Asked {
    fn words(&self) -> Words<'_> {
        static NOTHING: std::sync::LazyLock<Map<String, serde_json::Value>> =
            std::sync::LazyLock::new(Map::new);
        Words {
            subject: &self.subject,
            action: &self.action,
            resource: &self.resource,
            context: &NOTHING,
        }
    }
}

/// About the person alone: a check has no session, and nobody's is to be kept alive by it.
fn facts(server: &ConnectedServer) -> Facts {
    Facts {
        server_node: server.node.clone(),
        supported_obligations: Some(server.supported_obligations.iter().cloned().collect()),
        ..Facts::standing()
    }
}

fn record(server: &ConnectedServer, snapshot: &Snapshot) -> Vec<Line> {
    let node = match &server.node {
        None => {
            let mend = "name the node that it runs on as `node` in its record, once that is accredited";
            Line::warn(
                "node",
                "its record names none: nothing above rank 0 will be allowed",
                mend,
            )
        }
        Some(node) if snapshot.node(node.as_str()).is_none() => {
            let mend = "register it: `PUT /api/v1/nodes/{id}`, or under `nodes` in a world file";
            Line::fail("node", format!("`{node}` of its record is not registered"), mend)
        }
        Some(node) => Line::ok("node", format!("`{node}`")),
    };
    let clients = match &server.clients {
        None => {
            let mend = "state in `clients` of its record what all of them are held to, or enrol devices";
            Line::warn(
                "clients",
                "nothing is known of them: from rank 1 up, unregistered devices are refused",
                mend,
            )
        }
        Some(_) => Line::ok("clients", "what they are held to is stated"),
    };
    vec![node, clients]
}

fn scope(server: &ConnectedServer, found: &Found) -> Line {
    let channels = match server.members_owner {
        Owner::Server => {
            "let the connector register its channels (`PUT /api/v1/channels/{id}`), or name them in `scope.channels`"
        }
        Owner::Countersign => {
            "name its channels in `scope.channels` of its record, or bring them in with `countersign directory import FILE`"
        }
    };
    match (found.people, found.channels, found.looked_at) {
        (0, _, _) => Line::fail(
            "scope",
            "no person is in it: every answer is no",
            "name people in `scope.people` of its record, or bring them in with `countersign directory import FILE`",
        ),
        (_, 0, _) => Line::fail("scope", "no channel is in it: every answer is no", channels),
        (_, _, 0) => Line::fail(
            "scope",
            "none of its people or channels has a name there: every answer is no",
            "see `user_id` and `channel_id` of its record: each must have a name for what is in scope",
        ),
        (people, channels, _) => {
            let many = |number: usize, most: usize| match number {
                number if number < most => number.to_string(),
                number => format!("{number} or more"),
            };
            let (people, channels) = (many(people, LOOKED_AT), many(channels, CHANNELS));
            Line::ok("scope", format!("people: {people}, channels: {channels}"))
        }
    }
}
