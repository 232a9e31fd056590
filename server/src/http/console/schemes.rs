// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/schemes`: the label schemes with their marking words and colours.

use axum::Json;
use axum::extract::State;

use super::shapes::{Scheme, SchemeLevel, Schemes};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::problem::Problem;

/// Lists the schemes. They are no secret to anybody who is signed in.
#[utoipa::path(get, path = "/api/v1/schemes", operation_id = "schemes",
    responses((status = 200, body = Schemes), (status = 401, body = Problem)))]
pub async fn get(State(app): State<App>, _: Person) -> Result<Json<Schemes>, Problem> {
    let schemes = app.schemes.iter().map(|scheme| Scheme {
        id: scheme.id.clone(),
        levels: scheme
            .levels
            .iter()
            .map(|level| SchemeLevel {
                id: level.id.clone(),
                rank: i64::from(level.rank),
                marking: level.marking.clone(),
                short: level.short.clone(),
                bg: level.background.clone(),
                fg: level.foreground.clone(),
            })
            .collect(),
    });
    Ok(Json(Schemes {
        schemes: schemes.collect(),
    }))
}
