// SPDX-License-Identifier: Apache-2.0
//! `POST /account/passkeys…`: adds and removes passkeys. Both ask for a fresh and strong sign-in.

use authn::Happened;
use authn::assurance::Level;
use authn::bind::{self, Removed};
use authn::factor::passkey::{Adding, Refusal};
use authn::session::Session;
use authn::store::accounts;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, header};
use serde_json::json;

use super::fresh::{self, Fresh};
use super::show::page;
use crate::app::App;
use crate::http::authn::enrol::challenge::display_name;
use crate::http::authn::{browser, words};
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::see_other;

/// `POST /account/passkeys/challenge`
pub async fn challenge(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let Fresh::Enough(session) = fresh::session(&app, &headers, &form).await? else {
        // The page's script then sends the form, and she is led to sign in again.
        return Err(Fault::Foreign);
    };
    let now = app.now();
    let mut rng = app.rng();
    let mut db = app.database.begin_write().await?;
    let account = accounts::ensure(&session.person, now, &mut rng, &mut db).await?;
    let name = display_name(&app, &session.person);
    let bound_to = bound_to(&session);
    let challenge = app
        .factors
        .passkeys
        .begin_registration(&account, &name, &bound_to, now, &mut rng, &mut db)
        .await?;
    db.commit().await?;
    let body = Json(json!({ "id": challenge.id, "options": challenge.options }));
    Ok(([(header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// `POST /account/passkeys`
pub async fn add(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let session = match fresh::session(&app, &headers, &form).await? {
        Fresh::Enough(session) => session,
        Fresh::SignInFirst(response) => return Ok(response),
    };
    let now = app.now();
    let mut log = Happened::new();
    let mut db = app.database.begin_write().await?;
    let added = app
        .factors
        .passkeys
        .finish_registration(
            form.0.one("challenge").unwrap_or_default(),
            Adding {
                person: &session.person,
                name: form.0.one("name").unwrap_or_default(),
                capped: session.level < Level::Aal3,
            },
            &bound_to(&session),
            form.0.one("credential").unwrap_or_default(),
            now,
            &mut log,
            &mut db,
        )
        .await?;
    app.settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    let outcome = match added {
        Ok(_) => Ok(Some("The passkey was added.".to_owned())),
        Err(Refusal::NotAllowed(lack)) => Err(words::not_allowed(lack).to_owned()),
        Err(_) => Err("No passkey was added. Try again.".to_owned()),
    };
    page(&app, &session, outcome).await
}

/// `POST /account/passkeys/rename`
pub async fn rename(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let Some(session) = browser::session(&app, &headers).await? else {
        return Ok(see_other("/signin?then=/account"));
    };
    form.belongs_to(&session)?;
    let (passkey, name) = (form.field("passkey")?, form.field("name")?);
    let now = app.now();
    let mut log = Happened::new();
    let mut db = app.database.begin_write().await?;
    let is_renamed = bind::rename_passkey(passkey, &session.person, name, &mut log, &mut db).await?;
    app.settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    let outcome = if is_renamed {
        Ok(Some("The passkey has another name.".to_owned()))
    } else {
        Err("A name has 1 to 100 characters.".to_owned())
    };
    page(&app, &session, outcome).await
}

/// `POST /account/passkeys/remove`
pub async fn remove(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let session = match fresh::session(&app, &headers, &form).await? {
        Fresh::Enough(session) => session,
        Fresh::SignInFirst(response) => return Ok(response),
    };
    let now = app.now();
    let mut log = Happened::new();
    let mut db = app.database.begin_write().await?;
    let id = form.field("passkey")?;
    let removed = bind::remove_passkey(id, &session, now, &mut app.rng(), &mut log, &mut db).await?;
    app.settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    let outcome = match removed {
        Removed::Gone => Ok(Some("The passkey was removed.".to_owned())),
        Removed::GoneWithSession => return Ok(see_other("/signin?then=/account")),
        Removed::Stays => Err("Your only passkey cannot be removed: add another first.".to_owned()),
    };
    page(&app, &session, outcome).await
}

fn bound_to(session: &Session) -> String {
    format!("session/{}", session.id)
}
