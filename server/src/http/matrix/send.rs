// SPDX-License-Identifier: Apache-2.0
//! `PUT /_matrix/federation/v1/send/{transaction}`: what happened in rooms that we are in. Of it only who came
//! and who left is looked at: some homeservers ask about their own people's messages and not about their
//! memberships. Everything else was asked about before, and is dropped.

use authn::matrix::event::{Event, server_of};
use axum::Json;
use axum::extract::State;
use countersign_authn as authn;
use serde_json::{Map, Value, json};

use super::sign::is_signed;
use super::{Fault, Signed, member};
use crate::app::App;
use crate::asking::room_event::Ruling;
use crate::matrix::Member;

/// The most events of a transaction.
const EVENTS: usize = 50;

/// Takes a transaction of a known homeserver.
pub async fn put(State(app): State<App>, mut signed: Signed) -> Result<Json<Value>, Fault> {
    let member = member(&app)?;
    let events = match signed.content.get_mut("pdus").map(Value::take) {
        Some(Value::Array(events)) => events,
        _ => Vec::new(),
    };
    if events.len() > EVENTS {
        return Err(Fault::bad(format!("at most {EVENTS} events in a transaction")));
    }
    let mut taken = Map::new();
    for event in events {
        let is_membership = event.get("type").and_then(Value::as_str) == Some("m.room.member");
        if is_membership && let Some(id) = take(&app, member, event).await? {
            taken.insert(id, json!({}));
        }
    }
    Ok(Json(json!({ "pdus": taken })))
}

/// Hears of a membership, if it is one of a room that we are in. A fault of ours is one of the whole
/// transaction: it is sent again.
async fn take(app: &App, member: &Member, event: Value) -> Result<Option<String>, Fault> {
    let room = event.get("room_id").and_then(Value::as_str).unwrap_or_default();
    let version = member.version_of(room, &app.database.pool).await;
    let Some(version) = version.map_err(|fault| Fault::ours(&fault))? else {
        return Ok(None);
    };
    let Ok(event) = Event::read(event, version) else {
        return Ok(None);
    };
    let sender = event.text("sender").and_then(server_of).unwrap_or_default();
    if !is_signed(app, member, &event, sender).await.unwrap_or(false) {
        return Ok(None);
    }
    let ruling = app.room_event(member, &event).await;
    if let Ruling::Refuse(why, decision) = ruling.map_err(|fault| Fault::ours(&fault))? {
        tracing::warn!(
            channel.id = event.text("room_id"), decision.id = decision, cause = %why,
            "a homeserver let somebody into a room, or took somebody out, that it may not"
        );
    }
    Ok(event.id().ok())
}
