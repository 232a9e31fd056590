// SPDX-License-Identifier: Apache-2.0
//! `GET /signin/continue`: where a finished sign-in leads, once.

use authn::assurance::Level;
use authn::flow::{self, Stage, Then};
use authn::oidc::parameters::Parameters;
use authn::session::Session;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use http::{HeaderMap, StatusCode};

use super::pages;
use crate::app::{App, House};
use crate::http::authn::{browser, words};
use crate::http::fault::Fault;
use crate::http::oauth2::answer;
use crate::http::page::{Frame, Message, render, see_other};
use crate::http::saml;

/// `GET /signin/continue`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let flow = browser::flow(&app, &headers, parameters.one("flow").ok_or(Fault::Malformed)?).await?;
    let Stage::Finished { session: opened } = &flow.stage else {
        return pages::of(&app, &flow, None).await;
    };
    let session = browser::session(&app, &headers).await?;
    let session = session
        .filter(|session| session.id == *opened)
        .ok_or(Fault::Gone)?;
    let mut transaction = app.database.begin_write().await?;
    let is_ours = flow::remove(&flow, &mut transaction).await?;
    transaction.commit().await?;
    if !is_ours {
        return Err(Fault::Gone);
    }
    // What she needs there may be known only now: for more than was asked she is asked once more.
    let asked = Some(flow.purpose.requirement.level);
    match flow.purpose.then {
        Then::Page(_) if session.unmet(&flow.purpose.requirement, app.now()).is_some() => {
            Ok(too_weak(&app, &session, flow.purpose.requirement.level))
        }
        Then::Page(path) => Ok(see_other(&path)),
        Then::Saml(request) => saml::answer::to(&app, &headers, *request, Some(session), asked).await,
        Then::Authorize(request) => answer::to(&app, &headers, *request, Some(session), asked).await,
    }
}

fn too_weak(house: &House, session: &Session, needed: Level) -> Response {
    let page = Message {
        frame: Frame::of(house),
        title: "That was not strong enough".to_owned(),
        text: format!(
            "What you came from needs {}. You signed in with: {}. You are signed in, but not for that.",
            words::needs(needed),
            words::strength(session.level)
        ),
        reference: None,
        link: Some(("/account".to_owned(), "Your account".to_owned())),
    };
    render(StatusCode::FORBIDDEN, &page)
}
