// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /oauth2/authorize`: a chat server sends a person.

use authn::oidc::authorize::{self, Came, Refusal};
use authn::oidc::error::{Code, Error};
use authn::oidc::parameters::Parameters;
use authn::oidc::pushed;
use authn::store::clients;
use axum::extract::{RawQuery, Request, State};
use axum::response::Response;
use countersign_authn as authn;
use http::{HeaderMap, StatusCode};

use super::answer;
use crate::app::{App, House};
use crate::http::authn::browser;
use crate::http::authn::known::Known;
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

async fn handle(house: &House, headers: &HeaderMap, sent: &Parameters) -> Result<Response, Fault> {
    let mut db = house.database.pool.acquire().await?;
    let client = match authorize::named_client(sent) {
        Some(id) => clients::by_id(id, &mut db).await?,
        None => None,
    };
    let keys = house.keys.load();
    let issuer = &house.config.issuer;
    let (parameters, came) = match (sent.one("request_uri"), &client) {
        (Some(name), Some(client)) if name.starts_with("urn:") => {
            // Nobody who holds a connection waits for another.
            drop(db);
            let taken = pushed(house, name, &client.record.id).await?;
            db = house.database.pool.acquire().await?;
            match taken {
                // Whatever else the browser sent is ignored (RFC 9126, section 4).
                Some(parameters) => (parameters, Came::Pushed),
                None => return Ok(refused(house, &run_out())),
            }
        }
        _ => (sent.clone(), Came::ByBrowser),
    };
    let request = authorize::check(&parameters, client.as_ref(), came, &keys, issuer, house.now());
    match (request, client) {
        (Ok(request), Some(client)) => {
            let known = match browser::session_in(house, headers, &mut db).await? {
                Some(session) => Known::by(session, &mut db).await?,
                None => None,
            };
            drop(db);
            answer::to_known(house, headers, request, &client, known, None).await
        }
        (Ok(_), None) => Err(Fault::Ours),
        (Err(Refusal::Page(error)), _) => Ok(refused(house, &error)),
        (Err(Refusal::Redirect(response)), client) => {
            let client = client.map(|client| client.record.name).unwrap_or_default();
            Ok(answer::respond(house, &client, &response))
        }
    }
}

async fn pushed(house: &House, name: &str, client: &str) -> Result<Option<Parameters>, Fault> {
    let mut db = house.database.begin_write().await?;
    let taken = pushed::take(name, client, house.now(), &mut db).await?;
    db.commit().await?;
    Ok(taken)
}

fn run_out() -> Error {
    Error::new(
        Code::InvalidRequest,
        "request_uri is unknown, was used before, has run out or is another client's",
    )
}

/// RFC 6749, section 4.1.2.1: the person is told, and nobody is redirected.
fn refused(house: &House, error: &Error) -> Response {
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
