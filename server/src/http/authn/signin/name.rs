// SPDX-License-Identifier: Apache-2.0
//! `POST /signin/name`: who she says she is.

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

/// `POST /signin/name`
pub async fn post(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let flow = browser::flow(&app, &headers, form.field("flow")?).await?;
    let mut transaction = app.database.begin_write().await?;
    let step = flow::give_name(flow, form.field("name")?, app.now(), &mut transaction).await?;
    outcome::answer(&app, &headers, step, Happened::new(), transaction).await
}
