// SPDX-License-Identifier: Apache-2.0
//! `POST /enrol/{link}/passkey`: keeps a new passkey and uses the link up.

use authn::Happened;
use authn::bind::{self, Answer, BindError};
use authn::factor::passkey::Refusal;
use axum::extract::{Path, State};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;

use super::{done, show};
use crate::app::App;
use crate::http::authn::words;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;

/// `POST /enrol/{link}/passkey`
pub async fn post(
    State(app): State<App>,
    Path(link): Path<String>,
    form: OwnForm,
) -> Result<Response, Fault> {
    let person = show::person(&app, &link).await?;
    let answer = Answer {
        challenge: form.0.one("challenge").unwrap_or_default(),
        credential: form.0.one("credential").unwrap_or_default(),
        name: form.0.one("name").unwrap_or_default(),
    };
    let now = app.now();
    let mut rng = app.rng();
    let mut log = Happened::new();
    let passkeys = &app.factors.passkeys;
    let mut transaction = app.database.begin_write().await?;
    let bound =
        bind::passkey_with_link(&link, passkeys, answer, now, &mut rng, &mut log, &mut transaction).await?;
    if bound.as_ref().err() == Some(&BindError::Link) {
        return Err(Fault::Gone);
    }
    app.settle(&Actor::Person(person.clone()), &log, now, transaction)
        .await?;
    match bound {
        Ok(_) => Ok(done::page(&app, person.as_str(), "Your passkey")),
        Err(refusal) => {
            tracing::info!(person.id = %person, reason = %refusal, "a passkey was not added");
            let text = match refusal {
                BindError::Passkey(Refusal::NotAllowed(lack)) => words::not_allowed(lack).to_owned(),
                _ => "No passkey was added. Try again, or use another way.".to_owned(),
            };
            Ok(show::page(&app, link, &person, Some(text)))
        }
    }
}
