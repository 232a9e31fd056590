// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/devices/{id}/lost`: a device is out of hand. One person is enough: who enrolled it, a security
//! officer or a system administrator.

use authn::{Happened, devices};
use axum::Json;
use axum::extract::State;
use countersign_authn as authn;
use countersign_directory::{Actor, DeviceId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::caller::Person;
use crate::http::console::sessions::{NotReached, not_reached};
use crate::http::path::Path;
use crate::http::problem::Problem;

/// What ended with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Lost {
    /// Sessions that are over.
    pub sessions_ended: usize,
    /// Applications at which they may go on, because these cannot be called.
    pub not_reached: Vec<NotReached>,
}

/// Says that a device is lost. Its sessions end at once, with their tokens; its key opens nothing; what it was
/// trusted with is gone. Two people can take it up again.
#[utoipa::path(post, path = "/api/v1/devices/{id}/lost", operation_id = "lose_device",
    params(("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    responses((status = 200, body = Lost), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<DeviceId>,
) -> Result<Json<Lost>, Problem> {
    let snapshot = app.snapshot();
    let owner = snapshot
        .device(id.as_str())
        .and_then(|device| device.owner.as_ref());
    if owner != Some(&session.person) {
        let whose = owner.unwrap_or(&session.person).as_str();
        app.may_take_away(&session, whose, id.as_str()).await?;
    }
    let by = Actor::Person(session.person.clone());
    let (now, mut rng, mut log) = (app.now(), app.rng(), Happened::new());
    let mut db = app.database.begin_write().await?;
    let ended = devices::lose(&id, &by, now, &mut rng, &mut log, &mut db).await?;
    let ended = ended.ok_or_else(Problem::not_found)?;
    let not_reached = not_reached(&ended, &mut db).await?;
    app.settle(&by, &log, now, db).await?;
    Ok(Json(Lost {
        sessions_ended: ended.len(),
        not_reached,
    }))
}
