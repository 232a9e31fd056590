// SPDX-License-Identifier: Apache-2.0
//! `POST /signin/challenge`: a passkey challenge for this sign-in.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, header};
use serde_json::json;

use crate::app::App;
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;

/// `POST /signin/challenge`
pub async fn post(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let flow = browser::flow(&app, &headers, form.field("flow")?).await?;
    let mut rng = app.rng();
    let mut transaction = app.database.begin_write().await?;
    let challenge = app
        .factors
        .passkeys
        .begin_authentication(&flow.id, app.now(), &mut rng, &mut transaction)
        .await?;
    transaction.commit().await?;
    let body = Json(json!({ "id": challenge.id, "options": challenge.options }));
    Ok(([(header::CACHE_CONTROL, "no-store")], body).into_response())
}
