// SPDX-License-Identifier: Apache-2.0
//! Who may, what may she, on what: a question with one part left open. Each that could stand there is
//! asked about as an evaluation would, so what is found is exact, and tells what asking would tell.
//!
//! A page ends early rather than late: it says where to go on, and never that this was all.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use countersign_audit::leaf::NewLeaf;
use countersign_authz::{Facts, Snapshot};
use countersign_directory::ConnectedServer;
use serde_json::{Map, Value, json};

use crate::app::House;
use crate::asking::revision;
use crate::http::access::wire::{Action, Entity, Words};
use crate::record::searched::{SEARCH, Unrecorded};

mod candidates;
pub mod kept;
pub mod token;

/// How many are looked at for one page.
const LOOKED_AT: usize = 2_000;
/// After how many of them others get their turn.
const TURN: usize = 16;
/// How many quotes and recipients in a question weigh as much as the rest of it.
const LISTED: usize = 20;

/// Which part is left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// Who may?
    Subject,
    /// On what?
    Resource,
    /// What may she do?
    Action,
}

/// A question with one part left open; of that part only the type means anything.
#[derive(Clone, Debug)]
pub struct Search {
    /// Which part.
    pub open: Open,
    /// Who.
    pub subject: Entity,
    /// What.
    pub action: Action,
    /// On what.
    pub resource: Entity,
    /// What the caller alone can know.
    pub context: Map<String, Value>,
}

/// A search, and where it is done.
#[derive(Clone, Copy, Debug)]
pub struct Searching<'a> {
    /// What is asked.
    pub search: &'a Search,
    /// By whom.
    pub server: &'a ConnectedServer,
    /// In which world.
    pub snapshot: &'a Snapshot,
}

/// Some of what was found.
#[derive(Debug, Default)]
pub struct Page {
    /// In the server's names.
    pub found: Vec<String>,
    /// Behind which identifier of ours to go on; none when this was all.
    pub next: Option<String>,
}

impl Search {
    /// Whether it is about the person alone: no session is named.
    pub fn is_standing(&self) -> bool {
        !self.context.contains_key("session")
    }

    fn words(&self) -> Words<'_> {
        Words {
            subject: &self.subject,
            action: &self.action,
            resource: &self.resource,
            context: &self.context,
        }
    }

    /// How many are looked at: fewer, where a question about each is long.
    fn bound(&self) -> usize {
        let lists = ["quotes", "recipients"].map(|name| self.context.get(name).and_then(Value::as_array));
        let listed: usize = lists.into_iter().flatten().map(Vec::len).sum();
        (LOOKED_AT / (1 + listed / LISTED)).max(1)
    }
}

impl House {
    /// Puts what was asked, and how much of it was told, on record.
    pub async fn record_search(&self, asked: Searching<'_>, page: &Page) -> Result<(), Unrecorded> {
        let Searching {
            search,
            server,
            snapshot,
        } = asked;
        let question = self.understand(snapshot, server, search.words()).question;
        let open = match search.open {
            Open::Action => "action",
            Open::Resource => "resource",
            Open::Subject => "subject",
        };
        let body = json!({
            "action": question.action,
            "asker": {"server": server.id},
            "ended": page.next.is_none(),
            "found": page.found.len(),
            "open": open,
            "policy_revision": self.engine.policy_revision(),
            "resource": question.resource,
            "revision": revision(snapshot),
            "standing": search.is_standing(),
        });
        let subject = (search.open != Open::Subject).then_some(question.subject);
        let leaf = NewLeaf::new(SEARCH, self.now(), &body);
        self.recorder.search(leaf, subject).await
    }

    /// At most `limit` of those behind `after`.
    pub async fn search(&self, asked: Searching<'_>, after: &str, limit: usize) -> Page {
        let now = self.now();
        let mut page = Page::default();
        let mut last = after;
        for (looked_at, candidate) in candidates::candidates(&asked, after).enumerate() {
            if looked_at == asked.search.bound() {
                page.next = Some(last.to_owned());
                break;
            }
            if looked_at % TURN == TURN - 1 {
                tokio::task::yield_now().await;
            }
            if self.would_allow(asked, &candidate.theirs, now) {
                // Only one more that is found says that there is more: what is hidden must not.
                if page.found.len() == limit {
                    page.next = Some(last.to_owned());
                    break;
                }
                page.found.push(candidate.theirs);
            }
            last = candidate.ours;
        }
        page
    }

    /// Whether an evaluation with `theirs` in the open place would be answered with yes.
    fn would_allow(&self, asked: Searching<'_>, theirs: &str, now: DateTime<Utc>) -> bool {
        let Searching {
            search,
            server,
            snapshot,
        } = asked;
        let mut subject = Cow::Borrowed(&search.subject);
        let mut action = Cow::Borrowed(&search.action);
        let mut resource = Cow::Borrowed(&search.resource);
        match search.open {
            Open::Subject => theirs.clone_into(&mut subject.to_mut().id),
            Open::Resource => theirs.clone_into(&mut resource.to_mut().id),
            Open::Action => theirs.clone_into(&mut action.to_mut().name),
        }
        let words = Words {
            subject: &subject,
            action: &action,
            resource: &resource,
            context: &search.context,
        };
        let understood = self.understand(snapshot, server, words);
        let mut facts = self.facts(server, &understood, now);
        if search.is_standing() {
            facts = Facts {
                server_node: facts.server_node,
                supported_obligations: facts.supported_obligations,
                ..Facts::standing()
            };
        }
        facts.audit_available = self.tail.is_fresh(now) && !self.recorder.is_failing();
        let decision = self
            .engine
            .decide_once(snapshot, &understood.question, &facts, now);
        decision.allowed()
    }
}
