// SPDX-License-Identifier: Apache-2.0
//! `PUT /_matrix/federation/v2/invite/{room}/{event}`: our one user is invited to a room. It is noted; joining
//! is the operator's act.

use authn::matrix::event::{Event, server_of};
use authn::store::matrix::{Room, put_room};
use axum::Json;
use axum::extract::{Path, State};
use countersign_authn as authn;
use serde_json::{Value, json};

use super::{Fault, Signed, member};
use crate::app::App;
use crate::http::matrix::sign::is_signed;

/// Signs an invitation that a known homeserver sends, and notes it.
pub async fn put(
    State(app): State<App>,
    Path((room, _)): Path<(String, String)>,
    mut signed: Signed,
) -> Result<Json<Value>, Fault> {
    let member = member(&app)?;
    let version = signed
        .content
        .get("room_version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let version = version
        .parse()
        .map_err(|fault: authn::matrix::version::UnknownVersion| {
            Fault::new(
                http::StatusCode::BAD_REQUEST,
                "M_INCOMPATIBLE_ROOM_VERSION",
                fault.to_string(),
            )
        })?;
    let event = signed
        .content
        .get_mut("event")
        .map(Value::take)
        .unwrap_or_default();
    let event = Event::read(event, version).map_err(|fault| Fault::bad(fault.to_string()))?;
    let ours = event.text("type") == Some("m.room.member")
        && event.text("state_key") == Some(member.user().as_str())
        && event.content().get("membership").and_then(Value::as_str) == Some("invite")
        && event.text("room_id") == Some(room.as_str());
    if !ours {
        return Err(Fault::bad(
            "that is no invitation of the user that this server has",
        ));
    }
    let sender = event.text("sender").and_then(server_of).unwrap_or_default();
    if sender != signed.origin || !is_signed(&app, member, &event, sender).await? {
        return Err(Fault::forbidden(
            "an invitation is sent and signed by its sender's homeserver",
        ));
    }
    let invited = Room {
        id: room,
        version,
        via: signed.origin,
        joined: false,
    };
    let mut db = app
        .database
        .begin_write()
        .await
        .map_err(|fault| Fault::ours(&fault))?;
    put_room(&member.name, &invited, app.now(), &mut db)
        .await
        .map_err(|fault| Fault::ours(&fault))?;
    db.commit().await.map_err(|fault| Fault::ours(&fault))?;
    let event = event.signed(&member.name, &member.server_key);
    let event = event.map_err(|fault| Fault::bad(fault.to_string()))?;
    Ok(Json(json!({ "event": event })))
}
