// SPDX-License-Identifier: Apache-2.0
//! The records of sources.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use countersign_authz::explain::{Pen, Pseudonyms};
use countersign_directory::SourceId;
use countersign_directory::amend::Amendment;
use countersign_directory::source::{Source, veil};
use countersign_directory::store::sources::{self, KeptBy};
use countersign_directory::store::{Sources, load};
use http::StatusCode;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::asking::check::Line;
use crate::http::caller::Person;
use crate::http::granting::{Applied, Waiting, Why, amend};
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::StrictJson;
use crate::sources::{health, shown, written};

/// A source as it is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct Shown {
    /// Its record. In place of its secret stands `{"set": …}`, by which one secret is told from the next.
    #[schema(value_type = HashMap<String, Value>)]
    pub source: Value,
    /// `administrators`, or `configuration`: then the record is changed there, and here only disabled and
    /// enabled.
    pub kept_by: String,
    /// Part of its cap or mapping is above you and has pseudonyms: you cannot give it anew.
    pub withheld: bool,
    /// How it stands, as far as that shows without calling it.
    pub health: Vec<Line>,
}

/// The sources.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceList {
    /// By their identifiers.
    pub items: Vec<Shown>,
}

/// Lists the sources.
#[utoipa::path(get, path = "/api/v1/sources", operation_id = "sources",
    responses((status = 200, body = SourceList), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn list(State(app): State<App>, Person(session): Person) -> Result<Json<SourceList>, Problem> {
    app.act(&session, "console.read", "console", "sources").await?;
    let mut db = app.database.pool.acquire().await?;
    let mut all = Vec::new();
    for (source, keeper) in sources::all(&mut db).await? {
        let health = health::of(&source, app.now(), &mut db).await?;
        all.push((source, keeper, health));
    }
    let snapshot = app.snapshot();
    let mut names = Pseudonyms::default();
    let mut pen = Pen::new(app.horizon(&session, &snapshot), &mut names);
    let items = all
        .into_iter()
        .map(|(source, keeper, health)| shown(&source, keeper, health, &mut pen))
        .collect();
    Ok(Json(SourceList { items }))
}

/// Shows one source.
#[utoipa::path(get, path = "/api/v1/sources/{id}", operation_id = "source", params(("id" = String, Path)),
    responses((status = 200, body = Shown), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
) -> Result<Json<Shown>, Problem> {
    app.act(&session, "console.read", "console", "sources").await?;
    let (source, keeper) = held(&app, &id).await?.ok_or_else(Problem::not_found)?;
    let health = {
        let mut db = app.database.pool.acquire().await?;
        health::of(&source, app.now(), &mut db).await?
    };
    let snapshot = app.snapshot();
    let mut names = Pseudonyms::default();
    let mut pen = Pen::new(app.horizon(&session, &snapshot), &mut names);
    Ok(Json(shown(&source, keeper, health, &mut pen)))
}

/// A source, new or in place of the one with its id. Whatever of it may widen takes two people. A secret is
/// given as a text; left out, the one before stays, unless it would be sent elsewhere than before.
#[utoipa::path(put, path = "/api/v1/sources/{id}", operation_id = "put_source",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "`name`, `protocol` (`oidc`, `saml` or `ldap`), `offer`, `trust`, `linking`, `mapping`, `cap`, `state`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem),
        (status = 410, body = Problem)))]
pub async fn put(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    app.act(&session, "server.manage", "server", id.as_str()).await?;
    let act = as_act(&app, &id, body.0).await?;
    amend(&app, &session, act, why).await
}

/// The act that a record as somebody wrote it is: its secret is sealed, or the one on file.
pub(crate) async fn as_act(app: &App, id: &SourceId, record: Value) -> Result<Amendment, Problem> {
    let held = held(app, id).await?;
    if let Some((_, KeptBy::Configuration)) = held {
        return Err(of_the_configuration());
    }
    let old = held.map(|(source, _)| source);
    let source = written::kept(record, id, old.as_ref(), &app.sealer, &mut app.rng())
        .map_err(|faults| Problem::bad_request(written::told(&faults)))?;
    Ok(Amendment::SourcePut {
        source: Box::new(source),
    })
}

/// A source is taken away, for good. One person. What it gave stays until it runs out.
#[utoipa::path(delete, path = "/api/v1/sources/{id}", operation_id = "remove_source",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    responses((status = 200, body = Applied), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn remove(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
    Query(why): Query<Why>,
) -> Result<Response, Problem> {
    app.act(&session, "server.manage", "server", id.as_str()).await?;
    if let Some((_, KeptBy::Configuration)) = held(&app, &id).await? {
        return Err(of_the_configuration());
    }
    amend(&app, &session, Amendment::SourceRemove { id }, why).await
}

/// A disabled source counts again. Two people.
#[utoipa::path(post, path = "/api/v1/sources/{id}/enable", operation_id = "enable_source",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn enable(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
    Query(why): Query<Why>,
) -> Result<Response, Problem> {
    amend(&app, &session, Amendment::SourceEnable { id }, why).await
}

/// Nobody signs in by it and nothing is taken from it any more. One person, at once.
#[utoipa::path(post, path = "/api/v1/sources/{id}/disable", operation_id = "disable_source",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    responses((status = 200, body = Applied), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn disable(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
    Query(why): Query<Why>,
) -> Result<Response, Problem> {
    amend(&app, &session, Amendment::SourceDisable { id }, why).await
}

/// A source and who keeps its record.
pub(super) async fn held(app: &App, id: &SourceId) -> Result<Option<(Source, KeptBy)>, Problem> {
    let mut db = app.database.pool.acquire().await?;
    let source = load::<Sources>(id.as_str(), &mut db).await?;
    let keeper = sources::kept_by(id, &mut db).await?;
    Ok(source.zip(keeper))
}

fn shown(source: &Source, keeper: KeptBy, health: Vec<Line>, pen: &mut Pen<'_>) -> Shown {
    let mut whole = serde_json::to_value(source).unwrap_or_default();
    veil(&mut whole);
    let told = shown::shown(source, pen);
    Shown {
        withheld: told != whole,
        source: told,
        kept_by: keeper.as_str().to_owned(),
        health,
    }
}

fn of_the_configuration() -> Problem {
    Problem::new(
        StatusCode::CONFLICT,
        "the record of this source stands in the configuration: change it there, or disable the source",
    )
}
