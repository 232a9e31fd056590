// SPDX-License-Identifier: Apache-2.0
//! Who asks, and what: the one way in for every question of `/access/v1`, so that all of them refuse
//! alike. Who is calling is looked at before what it says.

use axum::extract::{FromRequest, FromRequestParts, Request};

use super::AccessError;
use crate::app::App;
use crate::http::admission::Admitted;
use crate::http::strict_json::StrictJson;

/// A connected server and the body that it sent.
#[derive(Debug)]
pub struct Asked {
    /// Who.
    pub caller: Admitted,
    /// What it sent.
    pub body: StrictJson,
}

impl FromRequest<App> for Asked {
    type Rejection = AccessError;

    async fn from_request(request: Request, app: &App) -> Result<Self, AccessError> {
        let (mut parts, body) = request.into_parts();
        let caller = Admitted::from_request_parts(&mut parts, app).await?;
        let body = StrictJson::from_request(Request::from_parts(parts, body), &()).await?;
        Ok(Self { caller, body })
    }
}
