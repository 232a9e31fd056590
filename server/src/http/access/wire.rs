// SPDX-License-Identifier: Apache-2.0
//! Shapes of the OpenID AuthZEN Authorization API 1.0, section 5 and 6. Unknown members are ignored.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// A subject, resource, target: who or what, by the caller's own id.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq, ToSchema)]
pub struct Entity {
    /// `user`, `channel`, `message`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// The caller's id.
    pub id: String,
    /// What the caller says about it; only whitelisted names are heard.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
}

/// What is to be done.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub struct Action {
    /// E.g. `channel.join`.
    pub name: String,
    /// What the caller says about it.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map<String, Value>,
}

/// `POST /access/v1/evaluation`.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct EvaluationRequest {
    /// Who.
    pub subject: Entity,
    /// What.
    pub action: Action,
    /// On what.
    pub resource: Entity,
    /// What the caller alone can know.
    #[serde(default)]
    pub context: Map<String, Value>,
}

/// One question in the caller's words, wherever in a request its parts stand.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    /// Who.
    pub subject: &'a Entity,
    /// What.
    pub action: &'a Action,
    /// On what.
    pub resource: &'a Entity,
    /// What the caller alone can know.
    pub context: &'a Map<String, Value>,
}

impl EvaluationRequest {
    /// The question.
    pub fn words(&self) -> Words<'_> {
        Words {
            subject: &self.subject,
            action: &self.action,
            resource: &self.resource,
            context: &self.context,
        }
    }
}

/// The answer. A deny is 200 with `decision: false`.
#[derive(Clone, Debug, Serialize)]
pub struct EvaluationAnswer {
    /// Whether it may happen.
    pub decision: bool,
    /// Reason, obligations and place in the record; left out for servers that want bare answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context: Option<Told>,
}

/// What stands in an answer's `context`.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Told {
    /// About the decision.
    Decision(Box<AnswerContext>),
    /// About one question of many that is none.
    Fault {
        /// What is wrong with it.
        error: WireError,
    },
}

/// What would have been the error, had it been the only question.
#[derive(Clone, Debug, Serialize)]
pub struct WireError {
    /// HTTP status.
    pub status: u16,
    /// What is wrong.
    pub message: String,
}

impl EvaluationAnswer {
    /// Yes or no, and nothing else.
    pub fn bare(decision: bool) -> Self {
        Self {
            decision,
            context: None,
        }
    }

    /// The answer to what is no question.
    pub fn fault(error: WireError) -> Self {
        Self {
            decision: false,
            context: Some(Told::Fault { error }),
        }
    }
}

/// The answer of `POST /access/v1/evaluations`.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum EvaluationsAnswer {
    /// To a request without a list.
    One(EvaluationAnswer),
    /// To a list, in its order.
    Many {
        /// As many as were asked, or up to the one that decided.
        evaluations: Vec<EvaluationAnswer>,
    },
}

/// What an answer says beside yes or no. It tells no more than its reader may know.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerContext {
    /// A reason code, or `NOT_AVAILABLE`; absent on a permit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// A sentence for the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_user: Option<String>,
    /// A sentence for administrators, to callers that may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason_admin: Option<String>,
    /// Duties that come with the answer.
    pub obligations: Vec<WireObligation>,
    /// Names this decision in the record.
    pub decision_id: String,
    /// The world that was asked; opaque.
    pub revision: String,
    /// The policies that decided.
    pub policy_revision: String,
    /// Until when the answer may be reused, RFC 3339.
    pub expires_at: String,
    /// The person alone was asked about, without session and device.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub standing: bool,
    /// How to get a yes, when assurance alone is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_up: Option<WireStepUp>,
}

/// A duty.
#[derive(Clone, Debug, Serialize)]
pub struct WireObligation {
    /// Names the duty within the answer.
    pub id: String,
    /// What is to be done, e.g. `display_marking`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Whether a caller that cannot do it must refuse.
    pub mandatory: bool,
}

/// RFC 9470: stronger sign-in that would do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WireStepUp {
    /// What to ask of the provider.
    pub acr_values: String,
    /// How fresh the sign-in must be, seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i64>,
    /// Where the person goes.
    pub url: String,
}
