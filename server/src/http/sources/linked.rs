// SPDX-License-Identifier: Apache-2.0
//! `GET /api/v1/sources/{id}/links`: whose accounts its people open.

use authn::store::upstream_links;
use axum::Json;
use axum::extract::State;
use countersign_authn as authn;
use countersign_directory::SourceId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::records::held;
use crate::app::App;
use crate::http::caller::Person;
use crate::http::granting::links::LinkedIdentity;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// Links of one page.
const PAGE: i64 = 50;

/// Where a page begins.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A link, and whose.
#[derive(Debug, Serialize, ToSchema)]
pub struct Linked {
    /// The person here.
    pub person: String,
    /// Who she is there.
    pub link: LinkedIdentity,
}

/// Links of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkedPage {
    /// By person.
    pub items: Vec<Linked>,
    /// How many there are.
    pub total: i64,
    /// Where the next page begins; absent, this is the last.
    pub next_cursor: Option<String>,
}

/// Lists whose accounts people of a source open.
#[utoipa::path(get, path = "/api/v1/sources/{id}/links", operation_id = "source_links",
    params(After, ("id" = String, Path)),
    responses((status = 200, body = LinkedPage), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
    Query(from): Query<After>,
) -> Result<Json<LinkedPage>, Problem> {
    app.act(&session, "console.read", "console", "sources").await?;
    held(&app, &id).await?.ok_or_else(Problem::not_found)?;
    // No link's id has a slash in it.
    let after = match &from.cursor {
        Some(cursor) => {
            let parts = cursor.rsplit_once('/');
            Some(parts.ok_or_else(|| Problem::bad_request("`cursor` is that of a page before"))?)
        }
        None => None,
    };
    let mut db = app.database.pool.acquire().await?;
    let mut links = upstream_links::of_source(&id, after, PAGE + 1, &mut db).await?;
    let total = upstream_links::count_of(&id, &mut db).await?;
    let has_more = links.len() > PAGE as usize;
    links.truncate(PAGE as usize);
    let next_cursor = links
        .last()
        .filter(|_| has_more)
        .map(|link| format!("{}/{}", link.person, link.id));
    let items = links.into_iter().map(|link| Linked {
        person: link.person.to_string(),
        link: link.into(),
    });
    Ok(Json(LinkedPage {
        items: items.collect(),
        total,
        next_cursor,
    }))
}
