// SPDX-License-Identifier: Apache-2.0
//! `POST /signin/device…`: a browser that holds a device's key proves that this sign-in happens where the key
//! is. Nobody waits for it: without the proof the sign-in goes on, from a device that nothing is known of.

use authn::Happened;
use authn::devices::{self, Answer};
use authn::factor::device_key::Purpose;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use crate::app::App;
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::form::{OwnForm, origin_of};

/// `POST /signin/device/challenge`
pub async fn challenge(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let flow = browser::flow(&app, &headers, form.field("flow")?).await?;
    let (now, mut rng) = (app.now(), app.rng());
    let bound_to = devices::bound_to(&flow);
    let mut db = app.database.begin_write().await?;
    let challenge = devices::challenge(Purpose::Prove, &bound_to, now, &mut rng, &mut db).await?;
    db.commit().await?;
    Ok(told(StatusCode::OK, json!({ "challenge": challenge })))
}

/// `POST /signin/device`
pub async fn prove(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let flow = browser::flow(&app, &headers, form.field("flow")?).await?;
    let answer = answer(&form);
    let origin = origin_of(&app.config.issuer);
    let (now, mut log) = (app.now(), Happened::new());
    let mut db = app.database.begin_write().await?;
    let proven = devices::prove(&flow, answer, &origin, now, &mut log, &mut db).await?;
    app.settle(&Actor::Nobody, &log, now, db).await?;
    Ok(match proven {
        Ok(device) => told(StatusCode::OK, json!({ "device": device })),
        Err(refusal) => told(
            StatusCode::UNPROCESSABLE_ENTITY,
            json!({ "problem": refusal.to_string() }),
        ),
    })
}

/// What the form says of a key.
pub(in crate::http::authn) fn answer(form: &OwnForm) -> Answer<'_> {
    Answer {
        challenge: form.0.one("challenge").unwrap_or_default(),
        key: form.0.one("key").unwrap_or_default(),
        signature: form.0.one("signature").unwrap_or_default(),
    }
}

fn told(status: StatusCode, body: serde_json::Value) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
