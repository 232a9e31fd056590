// SPDX-License-Identifier: Apache-2.0
//! Devices as administrators see them: what each proves itself by, may be trusted with, and who is on it.

use axum::Json;
use axum::extract::State;
use chrono::{DateTime, Utc};
use countersign_directory as directory;
use countersign_directory::DeviceId;
use serde::Serialize;
use utoipa::ToSchema;

use super::shapes::word;
use super::{Page, cut};
use crate::app::{App, House};
use crate::http::caller::Person;
use crate::http::path::Path;
use crate::http::problem::Problem;
use crate::http::query::Query;

/// A device.
#[derive(Debug, Serialize, ToSchema)]
pub struct Device {
    /// Its id.
    pub id: String,
    /// Whether somebody administers it.
    pub managed: bool,
    /// The scheme of what it is accredited for.
    pub scheme: Option<String>,
    /// The level.
    pub level: Option<String>,
    /// When its posture was last found good.
    pub posture_reported_at: Option<DateTime<Utc>>,
    /// By what it proves itself: `browser` or `certificate`.
    pub key: Option<String>,
    /// Who enrolled it.
    pub owner: Option<String>,
    /// Whether it is lost.
    pub lost: bool,
    /// Live sessions on it.
    pub sessions: Vec<DeviceSession>,
}

/// A session on a device.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeviceSession {
    /// Its name.
    pub id: String,
    /// Whose it is.
    pub person: String,
    /// Assurance level, 1 to 3.
    pub aal: u8,
    /// When she signed in.
    pub auth_time: DateTime<Utc>,
}

/// A page of devices.
#[derive(Debug, Serialize, ToSchema)]
pub struct DevicePage {
    /// The devices.
    pub items: Vec<Device>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
}

/// Lists devices.
#[utoipa::path(get, path = "/api/v1/devices", operation_id = "devices", params(Page),
    responses((status = 200, body = DevicePage), (status = 401, body = Problem), (status = 403, body = Problem)))]
pub async fn list(
    State(app): State<App>,
    Person(session): Person,
    Query(page): Query<Page>,
) -> Result<Json<DevicePage>, Problem> {
    app.act(&session, "console.read", "console", "devices").await?;
    let snapshot = app.snapshot();
    let horizon = app.horizon(&session, &snapshot);
    // Neither a search nor a cursor tells of a device that is above the reader.
    let mut known: Vec<_> = snapshot
        .devices()
        .filter(|(id, _)| page.takes(id.as_str(), None) && horizon.device(id.as_str()))
        .collect();
    known.sort_by_key(|(id, _)| *id);
    let rows = known
        .into_iter()
        .take(page.limit() + 1)
        .map(|(id, device)| shown(&app, id, device))
        .collect();
    let (items, next_cursor) = cut(rows, page.limit(), |row: &Device| &row.id);
    Ok(Json(DevicePage { items, next_cursor }))
}

/// Shows one device.
#[utoipa::path(get, path = "/api/v1/devices/{id}", operation_id = "device", params(("id" = String, Path)),
    responses((status = 200, body = Device), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem)))]
pub async fn show(
    State(app): State<App>,
    Person(session): Person,
    Path(id): Path<DeviceId>,
) -> Result<Json<Device>, Problem> {
    app.act(&session, "console.read", "console", "devices").await?;
    let snapshot = app.snapshot();
    let horizon = app.horizon(&session, &snapshot);
    let device = snapshot
        .device(id.as_str())
        .filter(|_| horizon.device(id.as_str()))
        .ok_or_else(Problem::not_found)?;
    Ok(Json(shown(&app, &id, device)))
}

fn shown(house: &House, id: &DeviceId, device: &directory::Device) -> Device {
    let accreditation = device.accreditation.as_ref();
    let sessions = house.board.on_device(id, house.now());
    Device {
        id: id.to_string(),
        managed: device.managed,
        scheme: accreditation.map(|held| held.scheme.clone()),
        level: accreditation.map(|held| held.level.clone()),
        posture_reported_at: device.posture_reported_at,
        key: device.key.map(word),
        owner: device.owner.as_ref().map(ToString::to_string),
        lost: device.lost,
        sessions: sessions
            .into_iter()
            .map(|session| DeviceSession {
                id: session.id.to_string(),
                person: session.person.to_string(),
                aal: session.level.aal(),
                auth_time: session.auth_time,
            })
            .collect(),
    }
}
