// SPDX-License-Identifier: Apache-2.0
//! `GET /saml/sources/{id}/metadata`: who we are for a provider. It is there before the provider's own
//! metadata is: somebody has to begin.

use authn::saml::fresh_id;
use authn::upstream::saml::own;
use axum::extract::{Path, State};
use axum::response::Response;
use countersign_authn as authn;

use super::document;
use crate::app::App;
use crate::http::fault::Fault;

/// `GET /saml/sources/{id}/metadata`
pub async fn get(State(app): State<App>, Path(id): Path<String>) -> Result<Response, Fault> {
    let (_, rules) = app.saml_source(&id).ok_or(Fault::Gone)?;
    let keys = app.saml_keys().await?;
    let now = app.now();
    let by = keys.signing(now).ok_or(Fault::Ours)?;
    let mut rng = app.rng();
    let text = own::metadata(&fresh_id(&mut rng), &rules, &keys, by, now).map_err(|cause| {
        tracing::error!(error = %cause, "our SAML metadata cannot be signed");
        Fault::Ours
    })?;
    Ok(document(text))
}
