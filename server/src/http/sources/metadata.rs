// SPDX-License-Identifier: Apache-2.0
//! `/api/v1/sources/{id}/metadata`: what counts of a SAML provider's metadata, and a change that waits.

use authn::store::saml_metadata;
use authn::upstream::saml::peer::Agreement;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::SourceId;
use countersign_directory::amend::Amendment;
use countersign_directory::source::Metadata;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::records::held;
use crate::app::App;
use crate::http::caller::Person;
use crate::http::granting::{Applied, Waiting, Why, amend};
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::saml::facts::{MetadataShown, of_provider};

/// Metadata of a source.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceMetadata {
    /// What counts; absent, none was fetched yet, or none that can be read.
    pub counts: Option<MetadataShown>,
    /// When it was last fetched; absent, it stands in the record.
    pub fetched_at: Option<DateTime<Utc>>,
    /// A change that waits for two people. Until then nobody signs in by this source.
    pub waits: Option<MetadataShown>,
    /// Why it waits: `key_dropped`, `host_changed`.
    pub waits_because: Option<String>,
    /// Our own metadata for this provider.
    pub ours: String,
}

/// Shows what counts of a SAML provider's metadata, and a change of it that waits.
#[utoipa::path(get, path = "/api/v1/sources/{id}/metadata", operation_id = "source_metadata",
    params(("id" = String, Path)),
    responses((status = 200, body = SourceMetadata), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
) -> Result<Json<SourceMetadata>, Problem> {
    app.act(&session, "console.read", "console", "sources").await?;
    let (source, _) = held(&app, &id).await?.ok_or_else(Problem::not_found)?;
    let settings = source.saml().ok_or_else(Problem::not_found)?;
    let entity_id = Some(settings.entity_id.as_str());
    let ours = format!("{}/saml/sources/{id}/metadata", app.config.issuer);
    if let Metadata::Document(document) = &settings.metadata {
        return Ok(Json(SourceMetadata {
            counts: of_provider(document, entity_id),
            fetched_at: None,
            waits: None,
            waits_because: None,
            ours,
        }));
    }
    let row = match Agreement::of(&source) {
        Some(agreed) => {
            let mut db = app.database.pool.acquire().await?;
            saml_metadata::of(&agreed, &mut db).await?
        }
        None => None,
    };
    let (waits, waits_because) = row.as_ref().and_then(|row| row.pending.clone()).unzip();
    Ok(Json(SourceMetadata {
        counts: row.as_ref().and_then(|row| of_provider(&row.document, entity_id)),
        fetched_at: row.as_ref().map(|row| row.fetched_at),
        waits: waits.and_then(|document| of_provider(&document, entity_id)),
        waits_because,
        ours,
    }))
}

/// A change of a provider's metadata that waits counts from then on. Two people, who compare its keys with the
/// provider's by another way.
#[utoipa::path(post, path = "/api/v1/sources/{id}/metadata/approve", operation_id = "approve_source_metadata",
    params(Why, ("X-CSRF-Token" = String, Header), ("id" = String, Path)),
    responses((status = 202, body = Waiting), (status = 200, body = Applied), (status = 400, body = Problem),
        (status = 401, body = Problem), (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 409, body = Problem)))]
pub async fn approve(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<SourceId>,
    Query(why): Query<Why>,
) -> Result<Response, Problem> {
    app.act(&session, "server.manage", "server", id.as_str()).await?;
    held(&app, &id).await?.ok_or_else(Problem::not_found)?;
    let waits = {
        let mut db = app.database.pool.acquire().await?;
        app.metadata_that_waits(&id, &mut db).await?
    };
    let (was, becomes) = waits.ok_or_else(|| {
        Problem::new(
            StatusCode::CONFLICT,
            "no change of its metadata waits for anybody",
        )
    })?;
    amend(
        &app,
        &session,
        Amendment::SourceMetadata { id, was, becomes },
        why,
    )
    .await
}
