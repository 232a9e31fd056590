// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/explain`: what `POST /api/v1/simulate` answers to the same body, and why.

use axum::Json;
use axum::extract::State;
use countersign_authz::scenario;
use serde::Serialize;
use utoipa::ToSchema;

use super::explanation::Explanation;
use super::simulate::{SimulateRequest, Simulation, known_facts, render};
use crate::app::App;
use crate::asking::revision;
use crate::http::caller::Person;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;

/// What would be decided, and why.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explained {
    /// What would be decided.
    #[serde(flatten)]
    pub simulation: Simulation,
    /// Why.
    pub explanation: Explanation,
}

/// Runs one scenario over the live world and explains the answer.
#[utoipa::path(post, path = "/api/v1/explain", operation_id = "explain",
    params(("X-CSRF-Token" = String, Header)), request_body = SimulateRequest,
    responses((status = 200, body = Explained), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    Person(session): Person,
    StrictJson(scenario): StrictJson,
) -> Result<Json<Explained>, Problem> {
    app.act(&session, "decision.simulate", "console", "simulator")
        .await?;
    let snapshot = app.snapshot();
    let facts = known_facts(&app, &scenario);
    let horizon = app.horizon(&session, &snapshot);
    let (run, why) = scenario::explain(&app.engine, &snapshot, &scenario, &facts, horizon, app.now())
        .map_err(|fault| Problem::bad_request(fault.to_string()))?;
    Ok(Json(Explained {
        simulation: render(&app, run, revision(&snapshot)),
        explanation: why.into(),
    }))
}
