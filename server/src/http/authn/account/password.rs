// SPDX-License-Identifier: Apache-2.0
//! `POST /account/password…`: sets another password; takes it and its code generator away, if a passkey stays. Both ask
//! for a fresh and strong sign-in, so the old password is not asked for.

use authn::Happened;
use authn::bind::{self, Removed};
use authn::factor::password::Beside;
use authn::store::totps;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::HeaderMap;
use secrecy::SecretString;

use super::fresh::{self, Fresh};
use super::show::page;
use crate::app::App;
use crate::http::authn::enrol::password::judged;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::see_other;

/// `POST /account/password`
pub async fn change(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let session = match fresh::session(&app, &headers, &form).await? {
        Fresh::Enough(session) => session,
        Fresh::SignInFirst(response) => return Ok(response),
    };
    let password = SecretString::from(form.0.one("password").unwrap_or_default());
    let is_beside_codes = {
        let mut db = app.database.pool.acquire().await?;
        totps::sealed(&session.person, &mut db).await?.is_some()
    };
    let beside = if is_beside_codes {
        Beside::SecondFactor
    } else {
        Beside::Nothing
    };
    if let Err(fault) = judged(&app, &password, &session.person, beside) {
        return page(&app, &session, Err(format!("Choose another password: {fault}."))).await;
    }
    let hash = app.factors.hash(password, app.rng()).await?;
    let now = app.now();
    let mut log = Happened::new();
    let mut db = app.database.begin_write().await?;
    let is_changed = bind::change_password(&session, &hash, now, &mut app.rng(), &mut log, &mut db).await?;
    app.settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    let outcome = if is_changed {
        Ok(Some(
            "The password was changed. You were signed out everywhere else.".to_owned(),
        ))
    } else {
        Err("You have no password: ask for an enrolment link to set one up.".to_owned())
    };
    page(&app, &session, outcome).await
}

/// `POST /account/password/remove`
pub async fn remove(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let session = match fresh::session(&app, &headers, &form).await? {
        Fresh::Enough(session) => session,
        Fresh::SignInFirst(response) => return Ok(response),
    };
    let now = app.now();
    let mut log = Happened::new();
    let mut db = app.database.begin_write().await?;
    let removed = bind::remove_password(&session, now, &mut app.rng(), &mut log, &mut db).await?;
    app.settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    let outcome = match removed {
        Removed::Gone => Ok(Some(
            "The password and its security code were removed.".to_owned(),
        )),
        Removed::GoneWithSession => return Ok(see_other("/signin?then=/account")),
        Removed::Stays => Err("Your only way to sign in cannot be removed: add a passkey first.".to_owned()),
    };
    page(&app, &session, outcome).await
}
