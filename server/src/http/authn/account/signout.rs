// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /account/signout`: asks, and ends this session everywhere.

use askama::Template;
use authn::Happened;
use authn::session::SessionId;
use authn::session::end::{self, Reason};
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode};

use crate::app::{App, House};
use crate::http::authn::browser;
use crate::http::cookies;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::{Frame, Message, render};
use crate::record;

#[derive(Template)]
#[template(path = "signout.html")]
struct SignOut {
    frame: Frame,
    person: String,
    csrf: String,
}

/// `GET /account/signout`
pub async fn get(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fault> {
    let Some(session) = browser::session(&app, &headers).await? else {
        return Ok(signed_out(&app));
    };
    let person = session.person.to_string();
    let page = SignOut {
        frame: Frame::of(&app),
        person,
        csrf: session.csrf,
    };
    Ok(render(StatusCode::OK, &page))
}

/// `POST /account/signout`
pub async fn post(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    if let Some(session) = browser::session(&app, &headers).await? {
        form.belongs_to(&session)?;
        end_session(&app, &session.id, Actor::Person(session.person)).await?;
    }
    Ok(signed_out(&app))
}

/// Ends a session because its person signed out.
pub async fn end_session(house: &House, id: &SessionId, actor: Actor) -> Result<(), Fault> {
    let now = house.now();
    let mut rng = house.rng();
    let mut log = Happened::new();
    let mut transaction = house.database.begin_write().await?;
    end::end(id, Reason::SignedOut, now, &mut rng, &mut log, &mut transaction).await?;
    record::happened(&actor, &log, now, &mut transaction).await?;
    house.commit(transaction).await?;
    Ok(())
}

/// The page after signing out; the cookie goes.
pub fn signed_out(house: &House) -> Response {
    let page = Message {
        frame: Frame::of(house),
        title: "You're signed out".to_owned(),
        text: "Your session is over here and in the applications that you reached through it.".to_owned(),
        reference: None,
        link: Some(("/signin".to_owned(), "Sign in again".to_owned())),
    };
    let response = render(StatusCode::OK, &page);
    let name = cookies::session_name(&house.config);
    browser::with_cookie(response, cookies::clear(&house.config, name))
}
