// SPDX-License-Identifier: Apache-2.0
//! `/account/devices`: the devices that she enrolled, enrolling the browser at hand, and saying that one is lost.

use askama::Template;
use authn::Happened;
use authn::devices::{self, Refusal};
use authn::factor::device_key::Purpose;
use authn::session::Session;
use authn::store::device_keys::{self, EnrolledKey};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use countersign_authn as authn;
use countersign_authz::Snapshot;
use countersign_directory::{Actor, DeviceId};
use http::{HeaderMap, StatusCode, header};
use serde_json::json;

use super::fresh::{self, Fresh};
use super::nav::Nav;
use crate::app::{App, House};
use crate::http::authn::signin::device::answer;
use crate::http::authn::{browser, words};
use crate::http::fault::Fault;
use crate::http::form::{OwnForm, origin_of};
use crate::http::page::{Frame, render, see_other};

#[derive(Template)]
#[template(path = "account_devices.html")]
struct Shown {
    frame: Frame,
    nav: Nav,
    devices: Vec<DeviceRow>,
    this: Option<String>,
    most: String,
    problem: Option<String>,
    done: Option<String>,
}

struct DeviceRow {
    id: String,
    name: String,
    added: String,
    used: Option<String>,
    worth: String,
    lost: bool,
    is_this: bool,
}

/// `GET /account/devices`
pub async fn get(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fault> {
    match browser::session(&app, &headers).await? {
        Some(session) => page(&app, &session, Ok(None)).await,
        None => Ok(see_other("/signin?then=/account/devices")),
    }
}

/// `POST /account/devices/challenge`
pub async fn challenge(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let Fresh::Enough(session) = fresh::session(&app, &headers, &form).await? else {
        // The page's script then sends the form, and she is led to sign in again.
        return Err(Fault::Foreign);
    };
    let (now, mut rng) = (app.now(), app.rng());
    let mut db = app.database.begin_write().await?;
    let challenge = devices::challenge(Purpose::Enrol, &bound_to(&session), now, &mut rng, &mut db).await?;
    db.commit().await?;
    let body = Json(json!({ "challenge": challenge }));
    Ok(([(header::CACHE_CONTROL, "no-store")], body).into_response())
}

/// `POST /account/devices`
pub async fn enrol(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let session = match fresh::session(&app, &headers, &form).await? {
        Fresh::Enough(session) => session,
        Fresh::SignInFirst(response) => return Ok(response),
    };
    let agent = session.place.agent.clone().unwrap_or_default();
    let name = form.0.one("name").unwrap_or(&agent);
    let name = if name.trim().is_empty() { "A browser" } else { name };
    let origin = origin_of(&app.config.issuer);
    let (now, mut log) = (app.now(), Happened::new());
    let mut db = app.database.begin_write().await?;
    let enrolled = devices::enrol(
        answer(&form),
        name,
        &session.person,
        &bound_to(&session),
        &origin,
        now,
        &mut log,
        &mut db,
    )
    .await?;
    app.settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    let outcome = match enrolled {
        Ok(id) => Ok(Some(format!(
            "This browser is on file as {id}. It counts from your next sign-in on."
        ))),
        Err(Refusal::Many) => Err("You have as many devices as anybody may have.".to_owned()),
        Err(_) => Err("This browser was not put on file. Try again.".to_owned()),
    };
    page(&app, &session, outcome).await
}

/// `POST /account/devices/lost`
pub async fn lost(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let Some(session) = browser::session(&app, &headers).await? else {
        return Ok(see_other("/signin?then=/account/devices"));
    };
    form.belongs_to(&session)?;
    let id: DeviceId = form.field("device")?.parse().map_err(|_| Fault::Malformed)?;
    let snapshot = app.snapshot();
    let device = snapshot.device(id.as_str());
    if device.and_then(|device| device.owner.as_ref()) != Some(&session.person) {
        return Err(Fault::Malformed);
    }
    let by = Actor::Person(session.person.clone());
    let (now, mut rng, mut log) = (app.now(), app.rng(), Happened::new());
    let mut db = app.database.begin_write().await?;
    let ended = devices::lose(&id, &by, now, &mut rng, &mut log, &mut db).await?;
    app.settle(&by, &log, now, db).await?;
    let ended = ended.unwrap_or_default();
    if ended.contains(&session.id) {
        return Ok(see_other("/signin?then=/account/devices"));
    }
    let done = match ended.len() {
        0 => "The device is marked as lost. Nothing was signed in on it.".to_owned(),
        1 => "The device is marked as lost, and its session has ended.".to_owned(),
        many => format!("The device is marked as lost, and its {many} sessions have ended."),
    };
    page(&app, &session, Ok(Some(done))).await
}

async fn page(
    house: &House,
    session: &Session,
    outcome: Result<Option<String>, String>,
) -> Result<Response, Fault> {
    let snapshot = house.snapshot();
    let mut db = house.database.pool.acquire().await?;
    let keys = device_keys::of_person(&session.person, &mut db).await?;
    let status = if outcome.is_err() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let this = session.place.device.as_ref();
    let page = Shown {
        frame: Frame::of(house),
        nav: Nav::of("/account/devices", session, house.now()),
        devices: keys
            .into_iter()
            .map(|key| DeviceRow::of(&snapshot, key, this))
            .collect(),
        this: this.map(ToString::to_string),
        most: snapshot.settings().browser_key_rank().to_string(),
        done: outcome.as_ref().ok().cloned().flatten(),
        problem: outcome.err(),
    };
    Ok(render(status, &page))
}

impl DeviceRow {
    fn of(snapshot: &Snapshot, key: EnrolledKey, this: Option<&DeviceId>) -> Self {
        let device = snapshot.device(key.device.as_str());
        let accreditation = device.and_then(|device| device.accreditation.as_ref());
        let managed = device.is_some_and(|device| device.managed);
        let worth = match accreditation {
            Some(held) => format!("accredited up to {} {}", held.scheme, held.level),
            None => "not accredited".to_owned(),
        };
        Self {
            is_this: this == Some(&key.device),
            id: key.device.to_string(),
            name: key.name,
            added: words::moment(key.created_at),
            used: key.last_used_at.map(words::moment),
            worth: format!("{worth}, {}", if managed { "managed" } else { "not managed" }),
            lost: device.is_none_or(|device| device.lost),
        }
    }
}

fn bound_to(session: &Session) -> String {
    format!("device/session/{}", session.id)
}
