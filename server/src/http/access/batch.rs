// SPDX-License-Identifier: Apache-2.0
//! Many questions in one request (AuthZEN 1.0, section 7.1): what one of them does not say is taken
//! from the top of the request, whole. Each is read by itself, so that a bad one spoils no other.

use std::sync::LazyLock;

use http::StatusCode;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::AccessError;
use super::wire::{Action, Entity, EvaluationRequest, Words};
use crate::http::strict_json::{BodyFault, StrictJson};

/// The most questions of one request.
pub const MOST: usize = 1_000;

/// When to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Semantic {
    /// Never: each is answered.
    #[default]
    ExecuteAll,
    /// With the first that is refused.
    DenyOnFirstDeny,
    /// With the first that is permitted.
    PermitOnFirstPermit,
}

impl Semantic {
    /// Whether an answer is the last.
    pub fn ends_with(self, decision: bool) -> bool {
        match self {
            Self::ExecuteAll => false,
            Self::DenyOnFirstDeny => !decision,
            Self::PermitOnFirstPermit => decision,
        }
    }
}

/// What a body of `POST /access/v1/evaluations` turns out to be.
#[derive(Debug)]
pub enum Batch {
    /// No list, or an empty one: a question as on the single endpoint.
    One(EvaluationRequest),
    /// A list.
    Many(Many),
}

/// A list of questions, each read or not.
#[derive(Debug)]
pub struct Many {
    /// When to stop.
    pub semantic: Semantic,
    common: Parts,
    items: Vec<Result<Parts, BodyFault>>,
}

/// A question, or what a list of questions has in common.
#[derive(Debug, Deserialize)]
struct Parts {
    #[serde(default, deserialize_with = "present")]
    subject: Option<Entity>,
    #[serde(default, deserialize_with = "present")]
    action: Option<Action>,
    #[serde(default, deserialize_with = "present")]
    resource: Option<Entity>,
    #[serde(default, deserialize_with = "present")]
    context: Option<Map<String, Value>>,
}

#[derive(Debug, Default, Deserialize)]
struct Options {
    #[serde(default)]
    evaluations_semantic: Semantic,
}

impl Batch {
    /// Reads a body.
    pub fn read(body: StrictJson) -> Result<Self, AccessError> {
        let Value::Object(mut members) = body.0 else {
            return Err(BodyFault::bad("the body must be an object").into());
        };
        let evaluations = match members.remove("evaluations") {
            None => Vec::new(),
            Some(Value::Array(evaluations)) => evaluations,
            Some(_) => return Err(BodyFault::bad("`evaluations` must be a list").into()),
        };
        if evaluations.is_empty() {
            return Ok(Self::One(StrictJson(Value::Object(members)).read()?));
        }
        if evaluations.len() > MOST {
            let message = format!("at most {MOST} evaluations in one request");
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            return Err(BodyFault { status, message }.into());
        }
        let options: Options = match members.remove("options") {
            None => Options::default(),
            Some(options) => read_at("options", options)?,
        };
        let common: Parts = StrictJson(Value::Object(members)).read()?;
        let items = evaluations.into_iter().enumerate();
        Ok(Self::Many(Many {
            semantic: options.evaluations_semantic,
            common,
            items: items.map(|(at, item)| read_item(at, item)).collect(),
        }))
    }
}

impl Many {
    /// The questions in order, each complete or not to be answered.
    pub fn questions(&self) -> impl Iterator<Item = Result<Words<'_>, BodyFault>> {
        let items = self.items.iter().enumerate();
        items.map(|(at, item)| match item {
            Ok(own) => self.completed(at, own),
            Err(fault) => Err(fault.clone()),
        })
    }

    /// Borrowed: a thousand questions may have a large context in common.
    fn completed<'a>(&'a self, at: usize, own: &'a Parts) -> Result<Words<'a>, BodyFault> {
        static NO_CONTEXT: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        let common = &self.common;
        let missing = |name| BodyFault::bad(format!("`evaluations[{at}]`: missing field `{name}`"));
        let subject = own.subject.as_ref().or(common.subject.as_ref());
        let action = own.action.as_ref().or(common.action.as_ref());
        let resource = own.resource.as_ref().or(common.resource.as_ref());
        let context = own.context.as_ref().or(common.context.as_ref());
        Ok(Words {
            subject: subject.ok_or_else(|| missing("subject"))?,
            action: action.ok_or_else(|| missing("action"))?,
            resource: resource.ok_or_else(|| missing("resource"))?,
            context: context.unwrap_or(&NO_CONTEXT),
        })
    }
}

fn read_item(at: usize, item: Value) -> Result<Parts, BodyFault> {
    let at = format!("evaluations[{at}]");
    if item.is_object() {
        read_at(&at, item)
    } else {
        Err(BodyFault::bad(format!("`{at}` must be an object")))
    }
}

/// Reads one part of a body, which stands `at`.
fn read_at<T: DeserializeOwned>(at: &str, value: Value) -> Result<T, BodyFault> {
    serde_path_to_error::deserialize(value)
        .map_err(|fault| BodyFault::bad(format!("`{at}.{}`: {}", fault.path(), fault.inner())))
}

/// A member that is there is not null: null says neither this nor that.
fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}
