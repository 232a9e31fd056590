// SPDX-License-Identifier: Apache-2.0
//! `POST /access/v1/search/action`: what may she do to that?

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::page;
use super::wire::{SearchAnswer, any_action};
use crate::app::App;
use crate::asking::search::{Open, Search};
use crate::http::access::AccessError;
use crate::http::access::asked::Asked;
use crate::http::access::wire::Entity;

/// The request.
#[derive(Debug, Deserialize)]
struct Request {
    subject: Entity,
    resource: Entity,
    #[serde(default)]
    context: Map<String, Value>,
}

impl From<Request> for Search {
    fn from(request: Request) -> Self {
        Self {
            open: Open::Action,
            subject: request.subject,
            action: any_action(),
            resource: request.resource,
            context: request.context,
        }
    }
}

/// Answers a page.
pub async fn post(State(app): State<App>, asked: Asked) -> Result<Json<SearchAnswer>, AccessError> {
    page::<Request>(&app, asked, Open::Action).await
}
