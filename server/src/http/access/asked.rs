// SPDX-License-Identifier: Apache-2.0
//! Who asks, and what: the one way in for every question of `/access/v1`, so that all of them refuse
//! alike. Who is calling is looked at before what it says.

use std::sync::Arc;

use axum::extract::{FromRequest, Request};
use countersign_directory::ConnectedServer;

use super::AccessError;
use crate::app::App;
use crate::http::caller::{certificate, connected_server};
use crate::http::problem::Problem;
use crate::http::strict_json::StrictJson;

/// A connected server and the body that it sent.
#[derive(Debug)]
pub struct Asked {
    /// Its record.
    pub server: Arc<ConnectedServer>,
    /// What it sent.
    pub body: StrictJson,
}

impl FromRequest<App> for Asked {
    type Rejection = AccessError;

    async fn from_request(request: Request, app: &App) -> Result<Self, AccessError> {
        let server = connected_server(app, request.headers(), certificate(request.extensions()))
            .ok_or_else(Problem::unauthorized)?;
        let body = StrictJson::from_request(request, &()).await?;
        Ok(Self { server, body })
    }
}
