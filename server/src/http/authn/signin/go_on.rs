// SPDX-License-Identifier: Apache-2.0
//! `GET /signin/continue`: where a finished sign-in leads, once.

use authn::flow::{self, Stage, Then};
use authn::oidc::parameters::Parameters;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use http::HeaderMap;

use super::pages;
use crate::app::App;
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::oauth2::answer;
use crate::http::page::see_other;

/// `GET /signin/continue`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let flow = browser::flow(&app, &headers, parameters.one("flow").ok_or(Fault::Malformed)?).await?;
    let Stage::Finished { session: opened } = &flow.stage else {
        return Ok(pages::of(&app, &flow, None));
    };
    let session = browser::session(&app, &headers).await?;
    let session = session.filter(|session| session.id == *opened).ok_or(Fault::Gone)?;
    let mut transaction = app.database.begin_write().await?;
    let is_ours = flow::remove(&flow, &mut transaction).await?;
    transaction.commit().await?;
    if !is_ours {
        return Err(Fault::Gone);
    }
    match flow.purpose.then {
        Then::Page(path) => Ok(see_other(&path)),
        Then::Authorize(request) => answer::to(&app, &headers, *request, Some(session), true).await,
    }
}
