// SPDX-License-Identifier: Apache-2.0
//! `PUT|DELETE /api/v1/channels/{id}/members/{user}`: a chat server reports who is in a channel. May
//! be repeated; both ids are the server's own.

use axum::extract::State;
use countersign_directory::operation::Outcome;
use countersign_directory::operation::member::{self, MemberError};
use countersign_directory::{ChannelId, Permit, PersonId};
use http::StatusCode;

use crate::app::App;
use crate::asking::server_question::Translation;
use crate::database::WriteTransaction;
use crate::http::caller::Server;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::record;

/// A person came into a channel.
#[utoipa::path(put, path = "/api/v1/channels/{id}/members/{user}", operation_id = "put_member",
    params(("id" = String, Path), ("user" = String, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn put(
    State(app): State<App>,
    server: Server,
    Path((channel, user)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (channel, person, permit) = named(&app, &server, &channel, &user)?;
    let now = app.now();
    let mut transaction = app.database.begin_write().await?;
    let outcome = member::put(&channel, &person, &permit, now, &mut transaction).await?;
    finish(&app, &permit, &outcome, transaction).await
}

/// A person left a channel.
#[utoipa::path(delete, path = "/api/v1/channels/{id}/members/{user}", operation_id = "remove_member",
    params(("id" = String, Path), ("user" = String, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 404, body = Problem)))]
pub async fn delete(
    State(app): State<App>,
    server: Server,
    Path((channel, user)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (channel, person, permit) = named(&app, &server, &channel, &user)?;
    let now = app.now();
    let mut transaction = app.database.begin_write().await?;
    let outcome = member::remove(&channel, &person, &permit, now, &mut transaction).await?;
    finish(&app, &permit, &outcome, transaction).await
}

fn named(
    app: &App,
    Server(server): &Server,
    channel: &str,
    user: &str,
) -> Result<(ChannelId, PersonId, Permit), Problem> {
    let snapshot = app.snapshot();
    let names = Translation::new(server, &snapshot);
    let channel = names.channel(channel).and_then(|id| id.parse().ok());
    let person = names.person(user).and_then(|id| id.parse().ok());
    let (channel, person) = channel.zip(person).ok_or_else(Problem::not_found)?;
    Ok((channel, person, Permit::server(server.id.clone())))
}

async fn finish(
    app: &App,
    permit: &Permit,
    outcome: &Outcome,
    mut transaction: WriteTransaction,
) -> Result<StatusCode, Problem> {
    record::append(permit.by(), &outcome.events, app.now(), &mut transaction).await?;
    app.commit(transaction).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<MemberError> for Problem {
    fn from(error: MemberError) -> Self {
        let message = error.to_string();
        match error {
            MemberError::Store(cause) => cause.into(),
            MemberError::Unknown => Self::not_found(),
            MemberError::Permit(_) | MemberError::NotTheirs => Self::new(StatusCode::FORBIDDEN, message),
        }
    }
}
