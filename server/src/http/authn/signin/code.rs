// SPDX-License-Identifier: Apache-2.0
//! `POST /signin/code`: the code of her code generator.

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

/// `POST /signin/code`
pub async fn post(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let flow = browser::flow(&app, &headers, form.field("flow")?).await?;
    let code = form.0.one("code").unwrap_or_default();
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let step = flow::give_code(
        flow,
        code,
        &app.sealer,
        app.now(),
        &mut app.rng(),
        &mut log,
        &mut transaction,
    )
    .await?;
    outcome::answer(&app, &headers, step, log, transaction).await
}
