// SPDX-License-Identifier: Apache-2.0
//! `POST /authorization.AuthorizationService/GetDecisions`: somebody opens a room. Here a no removes her
//! from it, and neither-nor only keeps the room shut.

use axum::Json;
use axum::extract::State;
use futures_util::{StreamExt as _, stream};

use super::wire::{DecisionResponse, Decisions, GetDecisions, Single};
use super::{Asked, Fault, MOST};
use crate::app::App;
use crate::asking::room_access::When;

/// How many answers wait for the record at once.
const AT_ONCE: usize = 32;

/// Answers each question about this moment.
pub async fn post(State(app): State<App>, asked: Asked) -> Result<Json<Decisions>, Fault> {
    let Asked {
        caller,
        opentdf,
        body,
    } = asked;
    let request: GetDecisions = body.read()?;
    let mut questions: Vec<Single<'_>> = Vec::new();
    for (at, asked) in request.decision_requests.iter().enumerate() {
        questions.extend(asked.questions(at)?);
        if questions.len() > MOST {
            return Err(Fault::invalid(format!("at most {MOST} questions in one call")));
        }
    }
    caller.take(questions.len().saturating_sub(1), &app)?;
    let snapshot = app.snapshot();
    let (app, server, opentdf, snapshot) = (&app, &caller.server, &opentdf, &snapshot);
    let answers: Vec<_> = questions
        .iter()
        .map(async |single| {
            // Others get their turn between two of a thousand.
            tokio::task::yield_now().await;
            let verdict = app
                .room_access(snapshot, server, opentdf, single.asked, When::Now)
                .await;
            DecisionResponse {
                entity_chain_id: single.chain.to_owned(),
                resource_attributes_id: single.asked.room.to_owned(),
                decision: verdict.word(),
            }
        })
        .collect();
    Ok(Json(Decisions {
        decision_responses: stream::iter(answers).buffered(AT_ONCE).collect().await,
    }))
}
