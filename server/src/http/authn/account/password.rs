// SPDX-License-Identifier: Apache-2.0
//! `POST /account/password/remove`: takes the password and its code generator away, if a passkey stays.

use authn::Happened;
use authn::bind::{self, Removed};
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::HeaderMap;

use super::fresh::{self, Fresh};
use super::show::page;
use crate::app::App;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::see_other;

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
