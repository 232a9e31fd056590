// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/me`: who is signed in, and what every page of the console shows.

use axum::Json;
use axum::extract::State;

use super::shapes::{Banner, Me, OwnSession, words};
use crate::app::{App, House};
use crate::http::caller::Person;
use crate::http::marking::Marking;
use crate::http::problem::Problem;

/// Tells the console who she is.
#[utoipa::path(get, path = "/api/v1/me", operation_id = "me",
    responses((status = 200, body = Me), (status = 401, body = Problem)))]
pub async fn get(State(app): State<App>, Person(session): Person) -> Result<Json<Me>, Problem> {
    let snapshot = app.snapshot();
    let person = snapshot
        .person(session.person.as_str())
        .ok_or_else(Problem::unauthorized)?;
    Ok(Json(Me {
        id: session.person.to_string(),
        display_name: person.display_name.clone(),
        roles: words(person.roles.iter()),
        csrf_token: session.csrf.clone(),
        banner: banner(&app),
        notice: app.notice.clone(),
        session: OwnSession {
            id: session.id.to_string(),
            aal: session.level.aal(),
            auth_time: session.auth_time,
            ends_at: session.ends_at,
            idle_seconds: session.idle.num_seconds(),
        },
    }))
}

/// The marking of the deployment, as the console shows it.
pub fn banner(house: &House) -> Banner {
    let marking = Marking::of(house);
    Banner {
        text: marking.text,
        bg: marking.background,
        fg: marking.foreground,
    }
}
