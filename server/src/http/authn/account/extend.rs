// SPDX-License-Identifier: Apache-2.0
//! `POST /account/extend`: the person is still there. Where only a new sign-in helps, it leads to that.

use axum::extract::State;
use axum::response::Response;
use chrono::TimeDelta;
use http::HeaderMap;

use super::nav::Nav;
use crate::app::App;
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::see_other;

/// An absolute end this near is not moved by activity.
const NEAR: TimeDelta = TimeDelta::minutes(5);

/// `POST /account/extend`
pub async fn post(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let page = Nav::page(form.0.one("then"));
    // Finding the session notes the activity.
    let Some(session) = browser::session(&app, &headers).await? else {
        return Ok(see_other(&format!("/signin?then={page}")));
    };
    form.belongs_to(&session)?;
    if session.ends_at - app.now() <= NEAR {
        return Ok(see_other(&format!("/signin?then={page}&max_age=0")));
    }
    Ok(see_other(page))
}
