// SPDX-License-Identifier: Apache-2.0
//! A person's authenticators: listed, and withdrawn. Taking away lets nobody do more, so one officer is enough.

use authn::Happened;
use authn::authenticators::{self, Held, Lost};
use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::{Actor, PersonId};
use serde::Serialize;
use utoipa::ToSchema;

use super::sessions::not_reached;
use super::shapes::Ended;
use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;

/// One of a person's authenticators. Sign-ins at sources are her links.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldAuthenticator {
    /// Its name here. It is no credential.
    pub id: String,
    /// `card`, `passkey`, `password`, `recovery_codes` or `totp`.
    pub kind: String,
    /// What people call it. Null where there is one of the kind.
    pub name: Option<String>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it last let her in.
    pub last_used_at: Option<DateTime<Utc>>,
    /// `active`, `disabled` (too many guesses), `expired`, `refused` (by the rules on passkeys) or `suspect` (there may
    /// be a copy of it).
    pub state: String,
}

/// A person's authenticators.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuthenticatorList {
    /// The authenticators.
    pub items: Vec<HeldAuthenticator>,
}

impl From<Held> for HeldAuthenticator {
    fn from(held: Held) -> Self {
        Self {
            id: held.id,
            kind: held.kind.to_owned(),
            name: held.name,
            created_at: held.created_at,
            last_used_at: held.last_used_at,
            state: held.state.word().to_owned(),
        }
    }
}

/// Lists the authenticators of a person, without their secrets.
#[utoipa::path(get, path = "/api/v1/people/{id}/authenticators", operation_id = "authenticators",
    params(("id" = String, Path)),
    responses((status = 200, body = AuthenticatorList), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<PersonId>,
) -> Result<Json<AuthenticatorList>, Problem> {
    app.act(&session, "console.read", "console", "people").await?;
    app.snapshot()
        .person(id.as_str())
        .ok_or_else(Problem::not_found)?;
    let mut db = app.database.pool.acquire().await?;
    let held = authenticators::of_person(&id, &app.factors.passkeys, app.now(), &mut db).await?;
    Ok(Json(AuthenticatorList {
        items: held.into_iter().map(Into::into).collect(),
    }))
}

/// Withdraws an authenticator and ends all sessions of its owner, who is told. A password goes with its security code,
/// each with the other, and both with the recovery codes. One administrator is enough.
#[utoipa::path(delete, path = "/api/v1/people/{id}/authenticators/{authenticator}",
    operation_id = "withdraw_authenticator",
    params(("X-CSRF-Token" = String, Header), ("id" = String, Path), ("authenticator" = String, Path)),
    responses((status = 200, body = Ended), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn withdraw(
    State(app): State<App>,
    Person(session): Person,
    Path((id, authenticator)): Path<(PersonId, String)>,
) -> Result<Json<Ended>, Problem> {
    app.snapshot()
        .person(id.as_str())
        .ok_or_else(Problem::not_found)?;
    app.act(&session, "session.end", "user", id.as_str()).await?;
    let now = app.now();
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let ended = authenticators::withdraw(
        &id,
        Lost::These(&[authenticator]),
        &app.factors.passkeys,
        now,
        &mut app.rng(),
        &mut log,
        &mut transaction,
    )
    .await?;
    let ended = ended.ok_or_else(Problem::not_found)?;
    let not_reached = not_reached(&ended, &mut transaction).await?;
    app.settle(&Actor::Person(session.person), &log, now, transaction)
        .await?;
    Ok(Json(Ended {
        sessions_ended: ended.len(),
        evictions: 0,
        not_reached,
    }))
}
