// SPDX-License-Identifier: Apache-2.0
//! `POST /access/v1/evaluation`: may this person do this to that?

use axum::Json;
use axum::extract::State;
use countersign_directory::ConnectedServer;

use super::asked::Asked;
use super::wire::{EvaluationAnswer, EvaluationRequest};
use super::{AccessError, answer, revision};
use crate::app::App;

/// Answers one question of a connected server.
pub async fn post(State(app): State<App>, asked: Asked) -> Result<Json<EvaluationAnswer>, AccessError> {
    let request = asked.body.read()?;
    answered(&app, &asked.caller.server, &request).await.map(Json)
}

/// The answer to `request`.
pub(super) async fn answered(
    app: &App,
    server: &ConnectedServer,
    request: &EvaluationRequest,
) -> Result<EvaluationAnswer, AccessError> {
    let wanted = revision::wanted(&request.context, app)?;
    let snapshot = revision::reaching(wanted, app).await?;
    revision::reached(wanted, &snapshot)?;
    let answered = app.answer(&snapshot, server, request.words()).await;
    Ok(answer::render(&answered, server, &snapshot, app))
}
