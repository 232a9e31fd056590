// SPDX-License-Identifier: Apache-2.0
//! `POST /access/v1/evaluations`: many questions in one request, all about one world, each with its own
//! place in the record.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use countersign_authz::Snapshot;
use countersign_directory::{Answers, ConnectedServer};
use futures_util::{StreamExt as _, stream};

use super::asked::Asked;
use super::batch::{Batch, Semantic};
use super::wire::{EvaluationAnswer, EvaluationsAnswer, Words};
use super::{AccessError, answer, evaluation, revision};
use crate::app::App;
use crate::http::strict_json::BodyFault;

/// How many answers wait for the record at once.
const AT_ONCE: usize = 32;

type Question<'a> = Result<Words<'a>, BodyFault>;

/// Answers a list of questions of a connected server, or the one that stands in place of a list.
pub async fn post(State(app): State<App>, asked: Asked) -> Result<Json<EvaluationsAnswer>, AccessError> {
    let Asked { caller, body } = asked;
    let server = &caller.server;
    let many = match Batch::read(body)? {
        Batch::One(request) => {
            let one = evaluation::answered(&app, server, &request).await?;
            return Ok(Json(EvaluationsAnswer::One(one)));
        }
        Batch::Many(many) => many,
    };
    let questions: Vec<Question<'_>> = many.questions().collect();
    caller.take(questions.len() - 1, &app)?;
    let asking = Asking {
        snapshot: newest_wanted(&questions, &app).await?,
        server,
        app: &app,
    };
    let evaluations = asking.all(&questions, many.semantic).await;
    Ok(Json(EvaluationsAnswer::Many { evaluations }))
}

/// One world for all, late enough for each that names a revision.
async fn newest_wanted(questions: &[Question<'_>], app: &App) -> Result<Arc<Snapshot>, AccessError> {
    let readable = questions.iter().filter_map(|question| question.as_ref().ok());
    let wanted = readable.filter_map(|words| revision::wanted(words.context, app).ok().flatten());
    Ok(revision::reaching(wanted.max(), app).await?)
}

struct Asking<'a> {
    snapshot: Arc<Snapshot>,
    server: &'a ConnectedServer,
    app: &'a App,
}

impl Asking<'_> {
    async fn all(&self, questions: &[Question<'_>], semantic: Semantic) -> Vec<EvaluationAnswer> {
        if semantic == Semantic::ExecuteAll {
            let answers: Vec<_> = questions.iter().map(|question| self.one(question)).collect();
            return stream::iter(answers).buffered(AT_ONCE).collect().await;
        }
        let mut answers = Vec::new();
        for question in questions {
            let answer = self.one(question).await;
            let last = semantic.ends_with(answer.decision);
            answers.push(answer);
            if last {
                break;
            }
        }
        answers
    }

    /// An answer, or in its place what is wrong with the question.
    async fn one(&self, question: &Question<'_>) -> EvaluationAnswer {
        // Others get their turn between two of a thousand.
        tokio::task::yield_now().await;
        match self.answered(question).await {
            Ok(answer) => answer,
            Err(error) if self.server.answers == Answers::Full => EvaluationAnswer::fault(error.into()),
            Err(_) => EvaluationAnswer::bare(false),
        }
    }

    async fn answered(&self, question: &Question<'_>) -> Result<EvaluationAnswer, AccessError> {
        let words = question.clone()?;
        let wanted = revision::wanted(words.context, self.app)?;
        revision::reached(wanted, &self.snapshot)?;
        let answered = self.app.answer(&self.snapshot, self.server, words).await;
        Ok(answer::render(&answered, self.server, &self.snapshot, self.app))
    }
}
