// SPDX-License-Identifier: Apache-2.0
//! `/api/v1/people/{id}/links`: who at a source of people opens this person's account.

use authn::Happened;
use authn::store::upstream_links;
use authn::upstream::link::{self, Link, Removal};
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::amend::{Amendment, UpstreamLink};
use countersign_directory::{Actor, PersonId};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Waiting, Why, amend};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::StrictJson;

/// A link to somebody at a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkedIdentity {
    /// Its id.
    pub id: String,
    /// The source.
    pub source: String,
    /// The issuer as its protocol names it.
    pub issuer: String,
    /// The subject within the issuer.
    pub subject: String,
    /// What she is called there. Nothing is decided by it.
    pub label: String,
    /// How it came about: `administrators`, `approval`, `creation`, `domain` or `herself`.
    pub made_by: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it last let her in.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// All links of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkList {
    /// Oldest first.
    pub items: Vec<LinkedIdentity>,
}

impl From<Link> for LinkedIdentity {
    fn from(link: Link) -> Self {
        Self {
            id: link.id,
            source: link.identity.source.to_string(),
            issuer: link.identity.issuer,
            subject: link.identity.subject,
            label: link.label,
            made_by: link.made.word().to_owned(),
            created_at: link.created_at,
            last_used_at: link.last_used_at,
        }
    }
}

/// Lists who at which source opens this person's account.
#[utoipa::path(get, path = "/api/v1/people/{id}/links", operation_id = "links",
    params(("id" = String, Path)),
    responses((status = 200, body = LinkList), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<PersonId>,
) -> Result<Json<LinkList>, Problem> {
    app.act(&session, "console.read", "console", "people").await?;
    app.snapshot()
        .person(id.as_str())
        .ok_or_else(Problem::not_found)?;
    let mut db = app.database.pool.acquire().await?;
    let links = upstream_links::of_person(&id, &mut db).await?;
    Ok(Json(LinkList {
        items: links.into_iter().map(LinkedIdentity::from).collect(),
    }))
}

/// Somebody at a source may sign in as this person from then on. Two people. A link is never changed: remove it and make another.
#[utoipa::path(post, path = "/api/v1/people/{id}/links", operation_id = "link_person",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "`source`, `issuer`, `subject`"),
    responses((status = 202, body = Waiting), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn add(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<PersonId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let link: UpstreamLink = body.read()?;
    amend(&app, &session, Amendment::PersonLink { id, link }, why).await
}

/// Takes a link away, and ends the sessions that came by it. One administrator is enough.
#[utoipa::path(delete, path = "/api/v1/people/{id}/links/{link}", operation_id = "unlink_person",
    params(("X-CSRF-Token" = String, Header), ("id" = String, Path), ("link" = String, Path)),
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn remove(
    State(app): State<App>,
    Person(session): Person,
    Path((id, link)): Path<(PersonId, String)>,
) -> Result<StatusCode, Problem> {
    app.snapshot()
        .person(id.as_str())
        .ok_or_else(Problem::not_found)?;
    app.act(&session, "user.revoke", "user", id.as_str()).await?;
    let now = app.now();
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let by = Removal::Administrator;
    if !link::remove(&link, &id, by, now, &mut app.rng(), &mut log, &mut transaction).await? {
        return Err(Problem::not_found());
    }
    app.settle(&Actor::Person(session.person), &log, now, transaction)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
