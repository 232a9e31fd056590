// SPDX-License-Identifier: Apache-2.0
//! `POST /account/recovery`: makes recovery codes and shows them, this once.

use askama::Template;
use authn::store::passwords;
use authn::{Happened, recovery};
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode};

use super::fresh::{self, Fresh};
use super::show::page;
use crate::app::App;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::{Frame, render};

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct Shown {
    frame: Frame,
    person: String,
    codes: Vec<String>,
}

/// `POST /account/recovery`
pub async fn make(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let session = match fresh::session(&app, &headers, &form).await? {
        Fresh::Enough(session) => session,
        Fresh::SignInFirst(response) => return Ok(response),
    };
    let person = &session.person;
    let now = app.now();
    let mut rng = app.rng();
    let mut log = Happened::new();
    let mut db = app.database.begin_write().await?;
    if passwords::hash(person, &mut db).await?.is_none() {
        drop(db);
        let why = "Recovery codes work together with a password. Without one, ask for an enrolment link.";
        return page(&app, &session, Err(why.to_owned())).await;
    }
    let codes = recovery::make(person, &app.sealer, now, &mut rng, &mut log, &mut db).await?;
    app.settle(&Actor::Person(person.clone()), &log, now, db).await?;
    let page = Shown {
        frame: Frame::of(&app),
        person: person.to_string(),
        codes: codes.iter().map(authn::factor::recovery::Code::shown).collect(),
    };
    Ok(render(StatusCode::OK, &page))
}
