// SPDX-License-Identifier: Apache-2.0
//! The browser at hand: the secret that ties a sign-in to it, its session, and what it calls itself.

use authn::flow::{self, Flow};
use authn::secret::Secret;
use authn::session::{Place, Session, open};
use axum::response::Response;
use countersign_authn as authn;
use http::{HeaderMap, HeaderValue, header};
use sqlx::AnyConnection;

use crate::app::House;
use crate::http::cookies;
use crate::http::fault::Fault;

/// The secret of this browser, if it has one.
pub fn secret(house: &House, headers: &HeaderMap) -> Option<Secret> {
    cookies::value(headers, cookies::browser_name(&house.config)).and_then(Secret::presented)
}

/// The sign-in that this browser began under this name.
pub async fn flow(house: &House, headers: &HeaderMap, id: &str) -> Result<Flow, Fault> {
    let secret = secret(house, headers).ok_or(Fault::Gone)?;
    let mut db = house.database.pool.acquire().await?;
    flow::resume(id, &secret, house.now(), &mut db)
        .await?
        .ok_or(Fault::Gone)
}

/// The live session of this browser.
pub async fn session(house: &House, headers: &HeaderMap) -> Result<Option<Session>, Fault> {
    let mut db = house.database.pool.acquire().await?;
    session_in(house, headers, &mut db).await
}

/// The same, for whoever reads more.
pub async fn session_in(
    house: &House,
    headers: &HeaderMap,
    db: &mut AnyConnection,
) -> Result<Option<Session>, Fault> {
    let Some(cookie) = cookies::value(headers, cookies::session_name(&house.config)) else {
        return Ok(None);
    };
    let now = house.now();
    let session = open::resume(cookie, now, db).await?;
    if let Some(session) = &session {
        house.board.touch(&session.id, now);
    }
    Ok(session)
}

/// Where a session is opened: only the browser's own words are known.
pub fn place(headers: &HeaderMap) -> Place {
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|agent| agent.to_str().ok())
        .map(|agent| agent.chars().filter(|c| !c.is_control()).take(200).collect());
    Place { device: None, agent }
}

/// Adds a `Set-Cookie` line.
pub fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
