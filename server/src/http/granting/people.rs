// SPDX-License-Identifier: Apache-2.0
//! Who exists, and with which attributes.

use authn::authenticators;
use authn::session::Session;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::PersonId;
use countersign_directory::amend::{Amendment, LostAuthenticator};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{Applied, Waiting, Why, amend};
use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::http::strict_json::StrictJson;

/// What somebody lost.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LostAuthenticators {
    /// Ids of her authenticators; absent: all of them.
    lost: Option<Vec<String>>,
}

/// Somebody new, active, without clearance. Two people.
#[utoipa::path(post, path = "/api/v1/people", operation_id = "create_person",
    params(Why, ("X-CSRF-Token" = String, Header)),
    request_body(content = HashMap<String, Value>, description = "`id`, `kind`, and `nationalities`, `agency`, `roles`, `missions`, `briefings`, `sponsor`, `contract`, `display_name`, `email`"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn create(
    State(app): State<App>,
    Person(session): Person,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let (id, person) = named(body)?;
    let act = Amendment::PersonCreate {
        id,
        person: StrictJson(person).read()?,
    };
    amend(&app, &session, act, why).await
}

/// Changes attributes of a person. One person may take away missions, briefings, a sponsor, a contract or some of its time, and offices that forbid nothing; anything else takes two.
#[utoipa::path(patch, path = "/api/v1/people/{id}", operation_id = "change_person",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = HashMap<String, Value>, description = "What changes: `kind`, `nationalities`, `agency`, `roles`, `missions`, `briefings`, `sponsor`, `contract`, `display_name`, `email`. Lists are given whole; `null` takes away"),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn patch(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<PersonId>,
    Query(why): Query<Why>,
    body: StrictJson,
) -> Result<Response, Problem> {
    let act = Amendment::PersonPatch {
        id,
        patch: body.read()?,
    };
    amend(&app, &session, act, why).await
}

/// A disabled person may come back. Two people. To disable somebody see `revoke`.
#[utoipa::path(post, path = "/api/v1/people/{id}/enable", operation_id = "enable_person",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    responses((status = 200, body = Applied), (status = 202, body = Waiting), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn enable(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<PersonId>,
    Query(why): Query<Why>,
) -> Result<Response, Problem> {
    let act = Amendment::PersonEnable { id };
    amend(&app, &session, act, why).await
}

/// A person who lost her ways to sign in gets a link with which to set up a new one. Two people; whoever
/// carries it out is told the link, hands it over, and the person is told by mail. What she lost, all of it unless the
/// body says which, is withdrawn as it is carried out, and all her sessions end.
#[utoipa::path(post, path = "/api/v1/people/{id}/recover", operation_id = "recover_person",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    request_body(content = Option<LostAuthenticators>, description = "None, or `lost`: which of her authenticators, by their ids; a password goes with its security code"),
    responses((status = 202, body = Waiting), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn recover(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<PersonId>,
    Query(why): Query<Why>,
    body: Option<StrictJson>,
) -> Result<Response, Problem> {
    let lost = match body {
        None => None,
        Some(body) => lost(&app, &session, &id, body.read()?).await?,
    };
    let act = Amendment::PersonRecover { id, lost };
    amend(&app, &session, act, why).await
}

/// What she lost, as the second person reads it.
async fn lost(
    app: &App,
    session: &Session,
    id: &PersonId,
    said: LostAuthenticators,
) -> Result<Option<Vec<LostAuthenticator>>, Problem> {
    let Some(ids) = said.lost else {
        return Ok(None);
    };
    // Whose office it is not learns nothing about what she has.
    app.act(session, "console.read", "console", "people").await?;
    let mut db = app.database.pool.acquire().await?;
    let held = authenticators::of_person(id, &app.factors.passkeys, app.now(), &mut db).await?;
    let named = ids.into_iter().map(|id| {
        let one = held.iter().find(|one| one.id == id);
        let one =
            one.ok_or_else(|| Problem::bad_request(format!("`lost`: she has no authenticator `{id}`")))?;
        Ok(LostAuthenticator {
            authenticator: id,
            kind: one.kind.to_owned(),
            called: one.name.clone(),
        })
    });
    named.collect::<Result<_, _>>().map(Some)
}

/// Takes the name out of the body.
fn named(body: StrictJson) -> Result<(PersonId, Value), Problem> {
    let StrictJson(mut body) = body;
    let id = body.as_object_mut().and_then(|members| members.remove("id"));
    let id = id.as_ref().and_then(Value::as_str).and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| Problem::bad_request("`id`: an identifier of 1 to 255 bytes is missing"))?;
    Ok((id, body))
}
