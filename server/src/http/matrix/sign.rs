// SPDX-License-Identifier: Apache-2.0
//! `POST /_matrix/policy/v1/sign`: may this event enter its room? Yes is our signature; everything else, a
//! fault of ours included, is none, and then no homeserver lets it in.

use authn::matrix::event::{Event, server_of};
use axum::Json;
use axum::extract::State;
use countersign_authn as authn;
use serde_json::{Map, Value, json};

use super::{Fault, Signed, member};
use crate::app::App;
use crate::asking::room_event::Ruling;
use crate::matrix::{Member, POLICY_KEY};

/// Rules on an event that a known homeserver shows.
pub async fn post(State(app): State<App>, signed: Signed) -> Result<Json<Value>, Fault> {
    let member = member(&app)?;
    let room = signed
        .content
        .get("room_id")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let version = member.version_of(room, &app.database.pool).await;
    let version = version.map_err(|fault| Fault::ours(&fault))?;
    let version = version.ok_or_else(|| Fault::forbidden("this server is not in that room"))?;
    let event = Event::read(signed.content, version).map_err(|fault| Fault::bad(fault.to_string()))?;
    let sender = event.text("sender").and_then(server_of).unwrap_or_default();
    // Its sender's name counts for as much as its homeserver's signature.
    if !is_signed(&app, member, &event, sender).await? {
        return Err(Fault::forbidden(
            "the event is not signed by its sender's homeserver",
        ));
    }
    match app.room_event(member, &event).await {
        Ok(Ruling::Enter) => {
            let signature = event.signature(&member.policy_key);
            let signature = signature.map_err(|fault| Fault::bad(fault.to_string()))?;
            let ours = Map::from_iter([(member.name.clone(), json!({ POLICY_KEY: signature }))]);
            Ok(Json(Value::Object(ours)))
        }
        Ok(Ruling::Refuse(text, decision_id)) => Err(Fault {
            decision_id,
            ..Fault::forbidden(text)
        }),
        Err(fault) => Err(Fault::ours(&fault)),
    }
}

/// Whether the homeserver `name` signed the event with a key of its own.
pub(super) async fn is_signed(app: &App, member: &Member, event: &Event, name: &str) -> Result<bool, Fault> {
    if name == member.name {
        return Ok(event.is_signed_by(name, |id| {
            (id == member.server_key.id()).then_some(&member.own_key)
        }));
    }
    let homeserver = member.homeserver(name);
    let homeserver = homeserver.map_err(|fault| Fault::forbidden(fault.to_string()))?;
    for id in event.signing_keys_of(name) {
        let key = member.verify_key(homeserver, id, app.now()).await?;
        if event.is_signed_by(name, |named| (named == id).then_some(&key)) {
            return Ok(true);
        }
    }
    Ok(false)
}
