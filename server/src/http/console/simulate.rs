// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/simulate`: any person, any moment, supposed facts; every failing guard. Takes one
//! scenario, less its `expect`. Nothing happens, and it is no decision on record.

use axum::Json;
use axum::extract::State;
use countersign_authz::Reason;
use countersign_authz::scenario::{self, Failed};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::shapes::{Failing, Obligation};
use crate::app::{App, House};
use crate::asking::revision;
use crate::http::access::answer::step_up;
use crate::http::access::wire::WireStepUp;
use crate::http::caller::Person;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;

/// A scenario, as scenario files hold them.
#[derive(Debug, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the request in the API document; the scenario runner reads it"
)]
pub struct SimulateRequest {
    /// The person's id.
    subject: String,
    /// The action.
    action: String,
    /// What it is done to: `{type, id, channel?}`.
    resource: SimulatedResource,
    /// What the chat server would send.
    #[schema(value_type = Option<HashMap<String, Value>>)]
    context: Option<Value>,
    /// What would be known of session, device and place.
    #[schema(value_type = Option<HashMap<String, Value>>)]
    facts: Option<Value>,
    /// A merge patch on the world.
    #[schema(value_type = Option<HashMap<String, Value>>)]
    given: Option<Value>,
    /// The moment.
    at: Option<chrono::DateTime<chrono::Utc>>,
}

/// What a simulation is about.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the request in the API document")]
pub struct SimulatedResource {
    /// `channel`, `message`, …
    #[schema(rename = "type")]
    kind: String,
    /// Its id.
    id: String,
    /// The channel that an unregistered item is in.
    channel: Option<String>,
}

/// What would be decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct Simulation {
    /// Whether it would be allowed.
    pub decision: bool,
    /// `allow`, `deny`, `step_up`.
    pub outcome: String,
    /// The primary reason code.
    pub reason: Option<String>,
    /// The guard's place in the order.
    pub guard: Option<u8>,
    /// The reason in words.
    pub reason_text: Option<String>,
    /// Every guard that fails, in order.
    pub failing: Vec<Failing>,
    /// The duties of a permit.
    pub obligations: Vec<Obligation>,
    /// The policies that determine it.
    pub determining: Vec<String>,
    /// The stronger sign-in that would do.
    pub step_up: Option<WireStepUp>,
    /// Until when the answer would hold.
    pub expires_at: chrono::DateTime<chrono::Utc>,
    /// The world that was asked.
    pub revision: String,
    /// The policies in force.
    pub policy_revision: String,
    /// What it rests on.
    pub inputs: Value,
}

/// Runs one scenario over the live world.
#[utoipa::path(post, path = "/api/v1/simulate", operation_id = "simulate",
    params(("X-CSRF-Token" = String, Header)), request_body = SimulateRequest,
    responses((status = 200, body = Simulation), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    Person(session): Person,
    StrictJson(scenario): StrictJson,
) -> Result<Json<Simulation>, Problem> {
    app.act(&session, "decision.simulate", "console", "simulator")
        .await?;
    let snapshot = app.snapshot();
    let facts = known_facts(&app, &scenario);
    let horizon = app.horizon(&session, &snapshot);
    let run = scenario::simulate_for(&app.engine, &snapshot, &scenario, &facts, horizon, app.now())
        .map_err(|fault| Problem::bad_request(fault.to_string()))?;
    Ok(Json(render(&app, run, revision(&snapshot))))
}

/// Where the scenario supposes nothing: the weakest of the person's live sessions.
pub(super) fn known_facts(house: &House, scenario: &Value) -> Value {
    let now = house.now();
    let subject = scenario
        .get("subject")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let sessions = subject.parse().map(|person| house.board.of_person(&person, now));
    let Some(session) = sessions
        .ok()
        .and_then(|known| known.into_iter().min_by_key(|s| s.level))
    else {
        return json!({});
    };
    json!({
        "session": {
            "aal": session.level.aal(),
            "auth_age_minutes": (now - session.auth_time).num_minutes(),
            "idle_minutes": (now - session.last_activity).num_minutes(),
            "revoked": false,
        },
        "device": session.place.device,
    })
}

pub(super) fn render(house: &House, run: scenario::Simulation, revision: String) -> Simulation {
    let decision = run.decision;
    Simulation {
        decision: decision.allowed(),
        outcome: decision.outcome.as_str().to_owned(),
        reason: decision.reason.map(|reason| reason.code().to_owned()),
        guard: decision.reason.map(Reason::number),
        reason_text: decision.admin_text().map(str::to_owned),
        failing: run.failing.into_iter().map(Failing::from).collect(),
        obligations: decision.obligations.into_iter().map(Obligation::from).collect(),
        determining: decision.determining,
        step_up: decision
            .step_up
            .map(|needed| step_up(needed, &house.config.issuer)),
        expires_at: decision.expires_at,
        revision,
        policy_revision: decision.policy_revision,
        inputs: run.inputs,
    }
}

impl From<Failed> for Failing {
    fn from(failed: Failed) -> Self {
        Self {
            number: failed.number,
            code: failed.code.to_owned(),
            text: failed.text.to_owned(),
        }
    }
}

impl From<countersign_authz::Obligation> for Obligation {
    fn from(duty: countersign_authz::Obligation) -> Self {
        Self {
            id: duty.id,
            kind: duty.kind,
            mandatory: duty.mandatory,
        }
    }
}
