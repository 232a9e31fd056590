// SPDX-License-Identifier: Apache-2.0
//! `POST /api/v1/sources/{id}/test`: is this source wired, and what would come of one of its people?

use axum::Json;
use axum::extract::State;
use chrono::SecondsFormat;
use countersign_directory::SourceId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::to_try;
use crate::app::App;
use crate::http::caller::Person;
use crate::http::chat_server::check::Checked;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;
use crate::sources::test::{Asked, test};

/// Of whom.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Of {
    /// A name as she signs in with it at the source; absent, nobody is looked up.
    #[serde(default)]
    person: Option<String>,
    /// What a SAML provider said of her: the XML of a response, or `SAMLResponse` as her browser posted it.
    /// Nobody is signed in by it.
    #[serde(default)]
    response: Option<String>,
}

impl std::fmt::Debug for Of {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What was said of somebody stays out of logs.
        f.debug_struct("Of").finish_non_exhaustive()
    }
}

/// Looks at everything that a sign-in or a pass of synchronisation needs, one line each. Nothing is changed.
#[utoipa::path(post, path = "/api/v1/sources/{id}/test", operation_id = "test_source",
    params(("X-CSRF-Token" = String, Header), ("id" = String, Path)), request_body = Of,
    responses((status = 200, body = Checked), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn post(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
    body: StrictJson,
) -> Result<Json<Checked>, Problem> {
    let source = to_try(&app, &session, &id).await?;
    let of: Of = body.read()?;
    let asked = Asked {
        person: of.person.as_deref(),
        response: of.response.as_deref(),
    };
    Ok(Json(Checked {
        lines: test(&app, &source, asked, Some(&session.person)).await,
        now: app.now().to_rfc3339_opts(SecondsFormat::Millis, true),
    }))
}
