// SPDX-License-Identifier: Apache-2.0
//! The device host: one address, at which a browser presents its device's certificate and is sent back with the
//! name of the verdict. Like the card host it has no cookies, and a connection serves one request.

use authn::factor::card::Presented;
use authn::store::ceremonies::{self, Kind};
use axum::extract::{Path, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_request};
use axum::response::Response;
use axum::routing::get;
use axum::{Extension, Router};
use chrono::TimeDelta;
use countersign_authn as authn;
use serde::{Deserialize, Serialize};

use crate::app::{App, House};
use crate::http::authn::card_page::Back;
use crate::http::cards::{alone, believe_proxy, gone, without_proxy_headers};
use crate::http::fault::Fault;
use crate::http::page::see_other;
use crate::proxies::Proxies;

/// How long a verdict waits for its browser.
const PATIENCE: TimeDelta = TimeDelta::minutes(2);

/// What became of a certificate.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Verdict {
    /// It names this device.
    Device(String),
    /// It names none, for this reason.
    Refused(String),
}

/// The device host where TLS ends here. What a proxy would say is taken away.
pub fn direct(app: App) -> Router {
    routes().layer(map_request(without_proxy_headers)).with_state(app)
}

/// The device host behind proxies that end TLS.
pub fn behind_proxy(app: App) -> Router {
    let proxies: fn(&House) -> Option<&Proxies> =
        |house| house.devices.as_ref().and_then(|desk| desk.proxies.as_ref());
    let believe = move |State(app): State<App>, request: Request, next: Next| {
        believe_proxy(app, proxies, request, next)
    };
    routes()
        .layer(from_fn_with_state(app.clone(), believe))
        .with_state(app)
}

fn routes() -> Router<App> {
    Router::new()
        .route("/device/{nonce}", get(present))
        .fallback(async || gone())
        .layer(from_fn(alone))
}

/// `GET /device/{nonce}` on the device host. The nonce is used up, whatever comes of it.
async fn present(
    State(app): State<App>,
    Path(nonce): Path<String>,
    presented: Option<Extension<Presented>>,
) -> Response {
    let presented = presented.map(|Extension(sent)| sent).unwrap_or_default();
    match judged(&app, &nonce, &presented).await {
        Ok(Some(location)) => see_other(&location),
        Ok(None) | Err(_) => gone(),
    }
}

async fn judged(house: &House, nonce: &str, presented: &Presented) -> Result<Option<String>, Fault> {
    let now = house.now();
    let mut db = house.database.begin_write().await?;
    let taken = ceremonies::take_unbound(nonce, Kind::Device, now, &mut db).await?;
    db.commit().await?;
    let Some((bound_to, state)) = taken else {
        return Ok(None);
    };
    let Back { path } = serde_json::from_str(&state).map_err(|_| Fault::Ours)?;
    let Some(outcome) = house.judge_device(presented) else {
        return Ok(None);
    };
    let verdict = match outcome {
        Ok(device) => Verdict::Device(device.to_string()),
        Err(refused) => {
            tracing::info!(reason = %refused, "a device certificate was refused");
            Verdict::Refused(refused.to_string())
        }
    };
    let state = serde_json::to_string(&verdict).map_err(|_| Fault::Ours)?;
    let result = authn::secret::random_id(&mut house.rng());
    let until = now + PATIENCE;
    let mut db = house.database.begin_write().await?;
    ceremonies::put(&result, Kind::DeviceResult, &bound_to, &state, until, &mut db).await?;
    db.commit().await?;
    Ok(Some(format!("{}{path}&result={result}", house.config.issuer)))
}
