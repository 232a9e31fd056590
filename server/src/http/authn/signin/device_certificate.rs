// SPDX-License-Identifier: Apache-2.0
//! `GET /signin/device/certificate`, `GET /signin/device/done`: to the device host, which asks the browser for its
//! device's certificate, and back. The verdict belongs to the sign-in that asked for it, and to its browser.

use authn::flow::Flow;
use authn::oidc::parameters::Parameters;
use authn::store::ceremonies::{self, Kind};
use authn::{Happened, devices};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::{Actor, DeviceId};
use http::HeaderMap;
use serde_json::json;

use super::outcome::page_of;
use crate::app::{App, House};
use crate::http::authn::browser;
use crate::http::authn::card_page::{self, Back};
use crate::http::device_host::Verdict;
use crate::http::fault::Fault;
use crate::http::page::see_other;

/// How long the way to the device host is open.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// `GET /signin/device/certificate`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let Some(config) = &app.config.devices else {
        return Err(Fault::Gone);
    };
    let flow = flow_of(&app, &headers, &Parameters::read(&query.unwrap_or_default())).await?;
    let nonce = authn::secret::random_id(&mut app.rng());
    let back = Back {
        path: format!("/signin/device/done?flow={}", flow.id),
    };
    let state = serde_json::to_string(&back).map_err(|_| Fault::Ours)?;
    let until = app.now() + PATIENCE;
    let bound_to = devices::bound_to(&flow);
    let mut db = app.database.begin_write().await?;
    ceremonies::put(&nonce, Kind::Device, &bound_to, &state, until, &mut db).await?;
    db.commit().await?;
    Ok(see_other(&format!("{}/device/{nonce}", config.url)))
}

/// `GET /signin/device/done`
pub async fn done(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let flow = flow_of(&app, &headers, &parameters).await?;
    let result = parameters.one("result").ok_or(Fault::Malformed)?;
    let (now, mut log) = (app.now(), Happened::new());
    let bound_to = devices::bound_to(&flow);
    let mut db = app.database.begin_write().await?;
    let state = ceremonies::take(result, Kind::DeviceResult, &bound_to, now, &mut db).await?;
    let Some(state) = state else {
        db.commit().await?;
        return Err(Fault::Gone);
    };
    let verdict: Verdict = serde_json::from_str(&state).map_err(|_| Fault::Ours)?;
    let proven = match verdict {
        Verdict::Device(id) => {
            let id: DeviceId = id.parse().map_err(|_| Fault::Ours)?;
            let certified = devices::certified(&flow, &id, now, &mut log, &mut db).await?;
            certified.map_err(|refusal| refusal.to_string())
        }
        Verdict::Refused(reason) => {
            let detail = json!({"reason": reason, "key": "certificate"});
            log.event("device.refused", "", detail);
            Err(reason)
        }
    };
    app.settle(&Actor::Nobody, &log, now, db).await?;
    Ok(match proven {
        Ok(()) => see_other(&page_of(&flow)),
        Err(reason) => card_page::trouble(
            &app,
            "This device was not recognised",
            format!("Your device did not prove which one it is: {reason}. You can sign in without that."),
            None,
            Some(format!("/signin/device/certificate?flow={}", flow.id)),
            Some((page_of(&flow), "Sign in without it")),
        ),
    })
}

async fn flow_of(house: &House, headers: &HeaderMap, parameters: &Parameters) -> Result<Flow, Fault> {
    browser::flow(house, headers, parameters.one("flow").ok_or(Fault::Malformed)?).await
}
