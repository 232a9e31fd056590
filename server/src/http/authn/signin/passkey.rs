// SPDX-License-Identifier: Apache-2.0
//! `POST /signin/passkey`: a passkey's answer.

use authn::Happened;
use authn::flow;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use http::HeaderMap;

use super::outcome;
use crate::app::App;
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;

/// `POST /signin/passkey`
pub async fn post(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let flow = browser::flow(&app, &headers, form.field("flow")?).await?;
    let challenge = form.0.one("challenge").unwrap_or_default();
    let credential = form.0.one("credential").unwrap_or_default();
    let passkeys = &app.factors.passkeys;
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let step = flow::give_passkey(
        flow,
        passkeys,
        challenge,
        credential,
        app.now(),
        &mut app.rng(),
        &mut log,
        &mut transaction,
    )
    .await?;
    outcome::answer(&app, &headers, step, log, transaction).await
}
