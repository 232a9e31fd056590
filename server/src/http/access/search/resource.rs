// SPDX-License-Identifier: Apache-2.0
//! `POST /access/v1/search/resource`: to what may she do this?

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::page;
use super::wire::{Kind, SearchAnswer};
use crate::app::App;
use crate::asking::search::{Open, Search};
use crate::http::access::AccessError;
use crate::http::access::asked::Asked;
use crate::http::access::wire::{Action, Entity};

/// The request.
#[derive(Debug, Deserialize)]
struct Request {
    subject: Entity,
    action: Action,
    resource: Kind,
    #[serde(default)]
    context: Map<String, Value>,
}

impl From<Request> for Search {
    fn from(request: Request) -> Self {
        Self {
            open: Open::Resource,
            subject: request.subject,
            action: request.action,
            resource: request.resource.into(),
            context: request.context,
        }
    }
}

/// Answers a page.
pub async fn post(State(app): State<App>, asked: Asked) -> Result<Json<SearchAnswer>, AccessError> {
    page::<Request>(&app, asked, Open::Resource).await
}
