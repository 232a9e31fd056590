// SPDX-License-Identifier: Apache-2.0
//! `POST /protocol/openid-connect/token`: the token endpoint where Keycloak has it, for connected servers
//! whose decision protocol looks for it there. For nobody else, and for nothing but their own credentials.

use authn::oidc::error::{Code, Error};
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;

use super::request::ClientForm;
use super::{reply, token};
use crate::app::App;

/// `POST /protocol/openid-connect/token`
pub async fn post(State(app): State<App>, asked: ClientForm) -> Response {
    let (client, form) = (&asked.client, &asked.form);
    let snapshot = app.snapshot();
    let server = client.record.server.as_ref();
    let server = server.and_then(|id| snapshot.server(id.as_str()));
    if server.is_none_or(|server| server.opentdf.is_none() || server.client_id != client.record.id) {
        return reply::error(&Error::new(
            Code::UnauthorizedClient,
            "this client asks at /oauth2/token; the record of its server says nothing of OpenTDF",
        ));
    }
    if form.one("grant_type") != Some("client_credentials") {
        return reply::error(&Error::new(
            Code::UnsupportedGrantType,
            "grant_type is client_credentials here",
        ));
    }
    match token::for_itself(&app, client, asked.thumbprint()) {
        Ok(tokens) => reply::private(&tokens),
        Err(error) => reply::error(&error),
    }
}
