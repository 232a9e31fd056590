// SPDX-License-Identifier: Apache-2.0
//! `POST /authorization.v2.AuthorizationService/GetEntitlements`: which attribute values somebody may put on
//! a room. Chat servers also call it to see whether they may ask at all, for an entity that is nobody.

use axum::Json;
use axum::extract::State;

use super::wire::{Actions, Entitled, Entitlements, GetEntitlements, ReadAction};
use super::{Asked, Fault};
use crate::app::App;

/// Lists what the person is entitled to; nothing for nobody.
pub async fn post(State(app): State<App>, asked: Asked) -> Result<Json<Entitlements>, Fault> {
    let Asked {
        caller,
        opentdf,
        body,
    } = asked;
    let request: GetEntitlements = body.read()?;
    let entity = request.entity_identifier.only()?;
    if !app.tail.is_fresh(app.now()) {
        return Err(Fault::unavailable("the store has not answered for 5 seconds"));
    }
    let entitled = app.entitlements(&app.snapshot(), &caller.server, &opentdf, entity);
    let read = Actions {
        actions: [ReadAction { name: "read" }],
    };
    let named = entitled.into_iter().map(|name| (name, read.clone()));
    Ok(Json(Entitlements {
        entitlements: [Entitled {
            actions_per_attribute_value_fqn: named.collect(),
        }],
    }))
}
