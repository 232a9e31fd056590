// SPDX-License-Identifier: Apache-2.0
//! `POST /enrol/{link}/challenge`: a challenge to make a passkey.

use authn::bind;
use authn::store::accounts;
use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use countersign_authn as authn;
use http::header;
use serde_json::json;

use super::show::person;
use crate::app::App;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;

/// `POST /enrol/{link}/challenge`
pub async fn post(
    State(app): State<App>,
    Path(link): Path<String>,
    _form: OwnForm,
) -> Result<Response, Fault> {
    let person = person(&app, &link).await?;
    let bound_to = bind::bound_to(&link).ok_or(Fault::Gone)?;
    let display_name = display_name(&app, &person);
    let now = app.now();
    let mut rng = app.rng();
    let mut transaction = app.database.begin_write().await?;
    let account = accounts::ensure(&person, now, &mut rng, &mut transaction).await?;
    let challenge = app
        .factors
        .passkeys
        .begin_registration(
            &account,
            &display_name,
            &bound_to,
            now,
            &mut rng,
            &mut transaction,
        )
        .await?;
    transaction.commit().await?;
    let body = Json(json!({ "id": challenge.id, "options": challenge.options }));
    Ok(([(header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// What people call her.
pub(crate) fn display_name(house: &crate::app::House, person: &countersign_directory::PersonId) -> String {
    let snapshot = house.snapshot();
    let known = snapshot
        .person(person.as_str())
        .and_then(|person| person.display_name.clone());
    known.unwrap_or_else(|| person.to_string())
}
