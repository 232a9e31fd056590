// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/sources/{id}/mapping/try`: what a mapping makes of a sample.

use axum::Json;
use axum::extract::State;
use countersign_authz::explain::{Pen, Pseudonyms};
use countersign_directory::source::Mapping;
use countersign_directory::{PersonId, SourceId};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::to_try;
use crate::app::App;
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;
use crate::sources::test::outcome::{Outcome, of_sample};
use crate::sources::{sample, written};

/// A sample.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// What the source would say: a member for each attribute, with its value or values.
    #[schema(value_type = HashMap<String, Value>)]
    attributes: Value,
    /// Somebody on file of whom it is said; absent, somebody new.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    person: Option<PersonId>,
    /// A mapping to be tried in place of the source's own.
    #[serde(default)]
    #[schema(value_type = Option<HashMap<String, Value>>)]
    mapping: Option<Value>,
}

/// Applies a mapping to a sample, and says what would come of it within the cap. Nothing is done.
#[utoipa::path(post, path = "/api/v1/sources/{id}/mapping/try", operation_id = "try_mapping",
    params(("X-CSRF-Token" = String, Header), ("id" = String, Path)), request_body = Sample,
    responses((status = 200, body = Outcome), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
    body: StrictJson,
) -> Result<Json<Outcome>, Problem> {
    let mut source = to_try(&app, &session, &id).await?;
    let said: Sample = body.read()?;
    let attributes = sample::read(&said.attributes).map_err(Problem::bad_request)?;
    if let Some(mapping) = said.mapping {
        source.mapping =
            Mapping::read(mapping).map_err(|faults| Problem::bad_request(written::told(&faults)))?;
    }
    let mut db = app.database.pool.acquire().await?;
    let outcome = of_sample(&source, &attributes, said.person.as_ref(), app.now(), &mut db).await?;
    let snapshot = app.snapshot();
    let mut names = Pseudonyms::default();
    let mut pen = Pen::new(app.horizon(&session, &snapshot), &mut names);
    Ok(Json(outcome.shown(&mut pen)))
}
