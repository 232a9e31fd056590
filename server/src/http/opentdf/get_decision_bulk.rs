// SPDX-License-Identifier: Apache-2.0
//! `POST /authorization.v2.AuthorizationService/GetDecisionBulk`: may these people be in these rooms? It is
//! asked before somebody is added and when members are looked through, and one cannot be told from the other.
//!
//! Here anything but a permit removes somebody, in one build or another. So either every entry is decided or
//! the whole call fails: then nobody is added, and nobody is removed.

use axum::Json;
use axum::extract::State;
use countersign_directory::AccessCheck;
use futures_util::{StreamExt as _, stream};

use super::wire::{BulkDecisions, BulkResponse, GetDecisionBulk, ResourceDecision};
use super::{Asked, Fault, MOST};
use crate::app::App;
use crate::asking::room_access::{RoomQuestion, Verdict, When};

/// How many answers wait for the record at once.
const AT_ONCE: usize = 32;

/// Answers every question, or none.
pub async fn post(State(app): State<App>, asked: Asked) -> Result<Json<BulkDecisions>, Fault> {
    let Asked {
        caller,
        opentdf,
        body,
    } = asked;
    let request: GetDecisionBulk = body.read()?;
    let mut sizes = Vec::new();
    let mut questions: Vec<(usize, RoomQuestion<'_>)> = Vec::new();
    for (at, asked) in request.decision_requests.iter().enumerate() {
        let asked = asked.questions(at)?;
        sizes.push(asked.len());
        questions.extend(asked.into_iter().map(|asked| (at, asked)));
        if questions.len() > MOST {
            return Err(Fault::invalid(format!("at most {MOST} questions in one call")));
        }
    }
    caller.take(questions.len().saturating_sub(1), &app)?;
    let when = match (opentdf.access_check, sizes.as_slice()) {
        (AccessCheck::Bulk, [1]) => When::Now,
        _ => When::Standing,
    };
    let snapshot = app.snapshot();
    let (house, server, opentdf, snapshot) = (&app, &caller.server, &opentdf, &snapshot);
    let answers: Vec<_> = questions
        .iter()
        .map(async |(_, asked)| {
            // Others get their turn between two of a thousand.
            tokio::task::yield_now().await;
            house.room_access(snapshot, server, opentdf, *asked, when).await
        })
        .collect();
    let verdicts: Vec<Verdict> = stream::iter(answers).buffered(AT_ONCE).collect().await;
    let mut decided = Vec::new();
    for ((at, asked), verdict) in questions.iter().zip(verdicts) {
        if let Verdict::Undecided(why) = &verdict {
            tracing::warn!(server.id = %server.id, channel.id = asked.room, cause = %why, "a bulk question is undecided");
            return Err(Fault::unavailable(format!(
                "`decisionRequests[{at}]` about `{}`: {why}. So that nobody is removed, nothing is answered",
                asked.room
            )));
        }
        decided.push(ResourceDecision {
            ephemeral_resource_id: asked.room.to_owned(),
            decision: verdict.word(),
        });
    }
    let mut decided = decided.into_iter();
    let decision_responses = sizes.into_iter().map(|size| BulkResponse {
        resource_decisions: decided.by_ref().take(size).collect(),
    });
    Ok(Json(BulkDecisions {
        decision_responses: decision_responses.collect(),
    }))
}
