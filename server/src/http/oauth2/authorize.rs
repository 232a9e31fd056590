// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /oauth2/authorize`: a chat server sends a person.

use authn::oidc::authorize::{self, Refusal};
use authn::oidc::parameters::Parameters;
use authn::store::clients;
use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use countersign_authn as authn;
use http::{HeaderMap, StatusCode};

use super::answer;
use crate::app::{App, House};
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::form;
use crate::http::page::{Frame, Message, render};

/// `GET /oauth2/authorize`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    handle(&app, &headers, &Parameters::read(&query.unwrap_or_default())).await
}

/// `POST /oauth2/authorize`
pub async fn post(State(app): State<App>, request: Request) -> Result<Response, Fault> {
    let headers = request.headers().clone();
    let text = form::body(request, &app).await.ok_or(Fault::Malformed)?;
    handle(&app, &headers, &Parameters::read(&text)).await
}

async fn handle(house: &House, headers: &HeaderMap, parameters: &Parameters) -> Result<Response, Fault> {
    let client = match authorize::named_client(parameters) {
        Some(id) => {
            let mut db = house.database.pool.acquire().await?;
            clients::by_id(id, &mut db).await?
        }
        None => None,
    };
    let keys = house.keys.load();
    let issuer = &house.config.issuer;
    match authorize::check(parameters, client.as_ref(), &keys, issuer, house.now()) {
        Ok(request) => {
            let session = browser::session(house, headers).await?;
            answer::to(house, headers, request, session, false).await
        }
        Err(Refusal::Page(error)) => Ok(refused(house, &error)),
        Err(Refusal::Redirect(response)) => {
            let client = client.map(|client| client.record.name).unwrap_or_default();
            Ok(answer::respond(house, &client, &response))
        }
    }
}

/// RFC 6749, section 4.1.2.1: the person is told, and nobody is redirected.
fn refused(house: &House, error: &authn::oidc::error::Error) -> Response {
    let page = Message {
        frame: Frame::of(house),
        title: "This sign-in link is not valid".to_owned(),
        text: "The application that sent you here is not registered, or it wants you sent to an \
               address that is not its own. Nothing was sent to it. Tell whoever runs the application."
            .to_owned(),
        reference: Some(error.to_string()),
        link: None,
    };
    render(StatusCode::BAD_REQUEST, &page)
}
