// SPDX-License-Identifier: Apache-2.0
//! `GET /saml/metadata`: who we are as an identity provider, signed.

use authn::saml::idp::{Entity, metadata};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use countersign_authn as authn;
use http::{StatusCode, header};

use crate::app::App;
use crate::http::fault::Fault;

/// `GET /saml/metadata`
pub async fn get(State(app): State<App>) -> Response {
    match document(&app).await {
        Ok(document) => {
            let headers = [
                (header::CONTENT_TYPE, "application/samlmetadata+xml"),
                (header::CACHE_CONTROL, "public, max-age=300"),
            ];
            (headers, document).into_response()
        }
        // Programs read it: no page.
        Err(_logged) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn document(app: &App) -> Result<String, Fault> {
    let keys = app.identity_provider().await?;
    let now = app.now();
    let key = keys.signing(now).ok_or(Fault::Ours)?;
    let entity = Entity::of(&app.config.issuer);
    Ok(metadata::document(&entity, &keys, key, now, &mut app.rng())?)
}
