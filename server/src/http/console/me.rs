// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/me`: who is signed in, and what every page of the console shows.

use axum::Json;
use axum::extract::State;
use countersign_labels::RawLabel;

use super::shapes::{Banner, Me, OwnSession, words};
use crate::app::{App, House};
use crate::http::caller::Person;
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
        },
    }))
}

/// The system-high marking: the highest that this console may show. One that the configuration names
/// wrongly is shown as missing.
pub fn banner(house: &House) -> Banner {
    let wanted = &house.config.login.banner;
    let raw = RawLabel::new(wanted.scheme.as_str(), wanted.level.as_str());
    let level = house
        .schemes
        .label(&raw)
        .ok()
        .and_then(|label| house.schemes.scheme(label.scheme())?.level(label.level()));
    match level {
        Some(level) => Banner {
            text: level.marking.clone(),
            bg: level.background.clone(),
            fg: level.foreground.clone(),
        },
        None => Banner {
            text: "MARKING MISSING".into(),
            bg: "#000000".into(),
            fg: "#ffffff".into(),
        },
    }
}
