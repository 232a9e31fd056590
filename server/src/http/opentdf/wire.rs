// SPDX-License-Identifier: Apache-2.0
//! Shapes of OpenTDF's authorization service, v1 and v2, as far as chat servers use them. Unknown members
//! are ignored; what is there and cannot be used is an error that says where.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Fault;
use crate::asking::room_access::{RoomQuestion, Verdict};

/// The longest name of a room, bytes.
const ROOM: usize = 255;
/// The most attribute values of one room.
const NAMES: usize = 256;

/// `GetDecisions` of v1.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetDecisions {
    /// The questions.
    #[serde(default)]
    pub decision_requests: Vec<DecisionRequest>,
}

/// Each of the rooms about each of the people.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionRequest {
    #[serde(default)]
    actions: Vec<StandardAction>,
    resource_attributes: Vec<ResourceAttributes>,
    entity_chains: Vec<NamedChain>,
}

#[derive(Clone, Debug, Deserialize)]
struct StandardAction {
    standard: Value,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ResourceAttributes {
    #[serde(default)]
    resource_attributes_id: String,
    #[serde(default)]
    attribute_value_fqns: Vec<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct NamedChain {
    #[serde(default)]
    id: String,
    entities: Vec<Entity>,
}

/// A person, by one key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entity {
    /// Her mail address.
    pub email_address: Option<String>,
    /// The server's name of her.
    pub id: Option<String>,
}

/// A question of v1 and how its answer is found again.
#[derive(Clone, Debug)]
pub struct Single<'a> {
    /// The question.
    pub asked: RoomQuestion<'a>,
    /// The person's part of the request.
    pub chain: &'a str,
}

impl DecisionRequest {
    /// One question for each room and each person, in the order of the standard's answers.
    pub fn questions(&self, at: usize) -> Result<Vec<Single<'_>>, Fault> {
        let at = format!("decisionRequests[{at}]");
        // 1 is DECRYPT, which is what reading is called there.
        let reads = |action: &StandardAction| {
            action.standard == 1 || action.standard.as_str() == Some("STANDARD_ACTION_DECRYPT")
        };
        if !self.actions.iter().all(reads) {
            return Err(Fault::invalid(format!(
                "`{at}.actions`: only `{{\"standard\": 1}}` is known"
            )));
        }
        let mut questions = Vec::new();
        for resource in &self.resource_attributes {
            for chain in &self.entity_chains {
                let asked = RoomQuestion {
                    entity: only(&chain.entities, &at)?,
                    room: &resource.resource_attributes_id,
                    names: &resource.attribute_value_fqns,
                };
                let chain = chain.id.as_str();
                questions.push(Single {
                    asked: checked(asked, &at)?,
                    chain,
                });
            }
        }
        Ok(questions)
    }
}

/// The answer to `GetDecisions`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decisions {
    /// One for each question, in order.
    pub decision_responses: Vec<DecisionResponse>,
}

/// One answer of v1.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DecisionResponse {
    /// The person's part of the request.
    pub entity_chain_id: String,
    /// The room.
    pub resource_attributes_id: String,
    /// Yes, no or neither.
    pub decision: &'static str,
}

/// `GetDecisionBulk` of v2.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetDecisionBulk {
    /// The questions.
    #[serde(default)]
    pub decision_requests: Vec<BulkRequest>,
}

/// One person and some rooms.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkRequest {
    entity_identifier: EntityIdentifier,
    action: NamedAction,
    resources: Vec<Resource>,
}

#[derive(Clone, Debug, Deserialize)]
struct NamedAction {
    name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(default)]
    ephemeral_id: String,
    #[serde(default)]
    attribute_values: AttributeValues,
}

#[derive(Clone, Debug, Default, Deserialize)]
struct AttributeValues {
    #[serde(default)]
    fqns: Vec<String>,
}

/// Who, in v2.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EntityIdentifier {
    entity_chain: Chain,
}

#[derive(Clone, Debug, Deserialize)]
struct Chain {
    entities: Vec<Entity>,
}

impl EntityIdentifier {
    /// The one person.
    pub fn only(&self) -> Result<&Entity, Fault> {
        only(&self.entity_chain.entities, "entityIdentifier")
    }
}

impl BulkRequest {
    /// One question for each room.
    pub fn questions(&self, at: usize) -> Result<Vec<RoomQuestion<'_>>, Fault> {
        let at = format!("decisionRequests[{at}]");
        if self.action.name != "read" {
            return Err(Fault::invalid(format!(
                "`{at}.action.name`: only `read` is known"
            )));
        }
        let entity = only(&self.entity_identifier.entity_chain.entities, &at)?;
        let asked = self.resources.iter().map(|resource| RoomQuestion {
            entity,
            room: &resource.ephemeral_id,
            names: &resource.attribute_values.fqns,
        });
        asked.map(|asked| checked(asked, &at)).collect()
    }
}

/// The answer to `GetDecisionBulk`.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkDecisions {
    /// One for each request, in order.
    pub decision_responses: Vec<BulkResponse>,
}

/// The answers to one request.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BulkResponse {
    /// One for each room, in order.
    pub resource_decisions: Vec<ResourceDecision>,
}

/// One answer of v2.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceDecision {
    /// The room.
    pub ephemeral_resource_id: String,
    /// Yes or no.
    pub decision: &'static str,
}

/// `GetEntitlements` of v2.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GetEntitlements {
    /// Who.
    pub entity_identifier: EntityIdentifier,
}

/// The answer to `GetEntitlements`.
#[derive(Clone, Debug, Serialize)]
pub struct Entitlements {
    /// Of the one person.
    pub entitlements: [Entitled; 1],
}

/// What somebody is entitled to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entitled {
    /// What may be done with what bears a value, by its name.
    pub actions_per_attribute_value_fqn: BTreeMap<String, Actions>,
}

/// What may be done.
#[derive(Clone, Debug, Serialize)]
pub struct Actions {
    /// `read`, always.
    pub actions: [ReadAction; 1],
}

/// `{"name": "read"}`.
#[derive(Clone, Debug, Serialize)]
pub struct ReadAction {
    /// Its name.
    pub name: &'static str,
}

impl Verdict {
    /// The word on the wire.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Permit => "DECISION_PERMIT",
            Self::Deny => "DECISION_DENY",
            Self::Undecided(_) => "DECISION_UNSPECIFIED",
        }
    }
}

/// A chain of several would have to be judged link by link; chat servers send one.
fn only<'a>(entities: &'a [Entity], at: &str) -> Result<&'a Entity, Fault> {
    match entities {
        [one] => Ok(one),
        _ => Err(Fault::invalid(format!("`{at}`: name exactly one entity"))),
    }
}

fn checked<'a>(asked: RoomQuestion<'a>, at: &str) -> Result<RoomQuestion<'a>, Fault> {
    if !(1..=ROOM).contains(&asked.room.len()) {
        return Err(Fault::invalid(format!(
            "`{at}`: a resource has an id of 1 to {ROOM} bytes"
        )));
    }
    if asked.names.len() > NAMES {
        return Err(Fault::invalid(format!(
            "`{at}`: a resource has at most {NAMES} attribute values"
        )));
    }
    Ok(asked)
}
