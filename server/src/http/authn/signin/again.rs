// SPDX-License-Identifier: Apache-2.0
//! `GET /signin/again`: the same sign-in from its first page, for another name.

use authn::oidc::parameters::Parameters;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use http::HeaderMap;

use super::show::begin;
use crate::app::App;
use crate::http::authn::browser;
use crate::http::fault::Fault;

/// `GET /signin/again`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let flow = browser::flow(&app, &headers, parameters.one("flow").ok_or(Fault::Malformed)?).await?;
    let mut purpose = flow.purpose;
    purpose.login_hint = None;
    begin(&app, &headers, purpose, None).await
}
