// SPDX-License-Identifier: Apache-2.0
//! `POST /access/v1/evaluation`: may this person do this to that?

use axum::Json;
use axum::extract::{FromRequest, Request, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::wire::{EvaluationAnswer, EvaluationRequest};
use super::{AccessError, answer, echo_request_id};
use crate::app::App;
use crate::http::caller::connected_server;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;

/// Answers one question of a connected server.
pub async fn post(State(app): State<App>, request: Request) -> Response {
    let headers = request.headers().clone();
    let response = match evaluate(&app, request).await {
        Ok(answer) => Json(answer).into_response(),
        Err(error) => error.into_response(),
    };
    echo_request_id(&headers, response)
}

async fn evaluate(app: &App, request: Request) -> Result<EvaluationAnswer, AccessError> {
    let server = connected_server(app, request.headers()).ok_or_else(Problem::unauthorized)?;
    let body = StrictJson::from_request(request, &()).await?;
    let request: EvaluationRequest = body.read()?;
    see_at_least(app, &request).await?;
    let snapshot = app.snapshot();
    let answered = app.answer(&snapshot, &server, &request).await;
    Ok(answer::render(&answered, &server, &snapshot, app))
}

/// Read your writes: a caller that names a revision is answered from that one or a later one.
async fn see_at_least(app: &App, request: &EvaluationRequest) -> Result<(), AccessError> {
    let Some(wanted) = request.context.get("at_least_revision") else {
        return Ok(());
    };
    let wanted = wanted
        .as_str()
        .and_then(|told| app.read_revision(told))
        .ok_or_else(|| Problem::bad_request("`context.at_least_revision` is no revision of ours"))?;
    if app.snapshot().revision() >= wanted {
        return Ok(());
    }
    let caught_up = app.catch_up().await.map_err(Problem::from)?;
    if caught_up < wanted {
        let problem = Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "that revision is not here yet; ask again shortly",
        );
        return Err(problem.into());
    }
    Ok(())
}
