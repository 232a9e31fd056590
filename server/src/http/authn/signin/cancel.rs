// SPDX-License-Identifier: Apache-2.0
//! `GET /signin/cancel`: the person does not want to; the client hears so.

use authn::flow::{self, Then};
use authn::oidc::authorize::Response as Answer;
use authn::oidc::error::{Code, Error};
use authn::oidc::parameters::Parameters;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use http::HeaderMap;

use crate::app::App;
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::oauth2::answer;
use crate::http::page::see_other;

/// `GET /signin/cancel`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let flow = browser::flow(&app, &headers, parameters.one("flow").ok_or(Fault::Malformed)?).await?;
    let mut transaction = app.database.begin_write().await?;
    let is_ours = flow::remove(&flow, &mut transaction).await?;
    transaction.commit().await?;
    match flow.purpose.then {
        Then::Authorize(request) if is_ours => {
            let error = Error::new(Code::AccessDenied, "the person cancelled");
            let told = Answer::error(&request, &error, &app.config.issuer);
            Ok(answer::respond(&app, &request.client_name, &told))
        }
        Then::Authorize(_) => Err(Fault::Gone),
        Then::Page(_) => Ok(see_other("/account")),
    }
}
