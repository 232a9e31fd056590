// SPDX-License-Identifier: Apache-2.0
//! Shapes of the searches that all three share (AuthZEN 1.0, section 8).

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::access::wire::{Action, Entity};
use crate::http::strict_json::BodyFault;

/// Results on a page where nothing is said.
const USUAL: usize = 100;
/// Results on a page at most.
const MOST: usize = 1_000;

/// What is looked for: only its type counts.
#[derive(Clone, Debug, Deserialize)]
pub struct Kind {
    /// `user`, `channel`, `message`, …
    #[serde(rename = "type")]
    kind: String,
}

impl From<Kind> for Entity {
    fn from(kind: Kind) -> Self {
        Self {
            kind: kind.kind,
            id: String::new(),
            properties: Map::new(),
        }
    }
}

/// What is looked for is an action.
pub fn any_action() -> Action {
    Action {
        name: String::new(),
        properties: Map::new(),
    }
}

/// How much of the answer is wanted, from where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Whether pages were spoken of.
    pub asked: bool,
    /// Where to go on; absent, at the beginning.
    pub token: Option<String>,
    /// How many results at most.
    pub limit: usize,
}

impl PageRequest {
    /// Reads the member `page`.
    pub fn read(member: Option<Value>) -> Result<Self, BodyFault> {
        let mut page = Self {
            asked: member.is_some(),
            token: None,
            limit: USUAL,
        };
        let Some(member) = member else { return Ok(page) };
        let members = member
            .as_object()
            .ok_or_else(|| BodyFault::bad("`page` must be an object"))?;
        if let Some(token) = members.get("token") {
            let token = token
                .as_str()
                .ok_or_else(|| BodyFault::bad("`page.token` must be a string"))?;
            page.token = Some(token.to_owned());
        }
        if let Some(limit) = members.get("limit") {
            let limit = limit.as_u64().filter(|limit| *limit > 0).ok_or_else(|| {
                BodyFault::bad(format!("`page.limit` must be a whole number from 1 to {MOST}"))
            })?;
            page.limit = usize::try_from(limit).unwrap_or(MOST).min(MOST);
        }
        Ok(page)
    }
}

/// A page of results.
#[derive(Clone, Debug, Serialize)]
pub struct SearchAnswer {
    /// How it goes on; left out for servers that want bare answers, where it was not asked for and this
    /// is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<PageAnswer>,
    /// What the answer rests on; left out for servers that want bare answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<SearchContext>,
    /// What was found.
    pub results: Vec<Found>,
}

/// How it goes on.
#[derive(Clone, Debug, Serialize)]
pub struct PageAnswer {
    /// What to send to go on; empty when this was all.
    pub next_token: String,
    /// How many results are on this page.
    pub count: usize,
}

/// What an answer rests on.
#[derive(Clone, Debug, Serialize)]
pub struct SearchContext {
    /// The person alone was asked about, without session and device.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub standing: bool,
    /// The world that was asked; opaque.
    pub revision: String,
    /// The policies that decided.
    pub policy_revision: String,
}

/// One result.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Found {
    /// An action.
    Action {
        /// Its name.
        name: String,
    },
    /// A subject or a resource.
    Entity {
        /// Its type.
        #[serde(rename = "type")]
        kind: String,
        /// The caller's id.
        id: String,
    },
}

impl Found {
    /// A subject or a resource.
    pub fn entity(kind: &str, id: String) -> Self {
        let kind = kind.to_owned();
        Self::Entity { kind, id }
    }
}
