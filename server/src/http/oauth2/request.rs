// SPDX-License-Identifier: Apache-2.0
//! A form of a client that has proven itself.

use authn::oidc::client::Client;
use authn::oidc::error::{Code, Error};
use authn::oidc::parameters::Parameters;
use authn::oidc::token::client_auth;
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use countersign_authn as authn;
use http::header;

use super::reply;
use crate::app::App;
use crate::http::fault::Fault;
use crate::http::form;

/// A client and what it sent.
#[derive(Debug)]
pub struct ClientForm {
    pub(super) client: Client,
    pub(super) form: Parameters,
}

impl FromRequest<App> for ClientForm {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let authorization = request.headers().get(header::AUTHORIZATION);
        let authorization = authorization.map(|value| value.to_str().unwrap_or_default().to_owned());
        let Some(text) = form::body(request, app).await else {
            let error = Error::new(
                Code::InvalidRequest,
                "the body must be application/x-www-form-urlencoded",
            );
            return Err(reply::error(&error));
        };
        let form = Parameters::read(&text);
        match authenticate(app, authorization.as_deref(), &form).await {
            Ok(Ok(client)) => Ok(Self { client, form }),
            Ok(Err(error)) => Err(reply::error(&error)),
            Err(_logged) => Err(reply::unavailable()),
        }
    }
}

async fn authenticate(
    app: &App,
    authorization: Option<&str>,
    form: &Parameters,
) -> Result<Result<Client, Error>, Fault> {
    let mut db = app.database.pool.acquire().await?;
    Ok(client_auth::authenticate(authorization, form, &mut db).await?)
}
