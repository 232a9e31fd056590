// SPDX-License-Identifier: Apache-2.0
//! Who is calling: a connected server with its access token, or a signed-in person with her cookie.

use std::sync::Arc;

use authn::session::{Session, open};
use axum::extract::FromRequestParts;
use countersign_authn as authn;
use countersign_authz::Snapshot;
use countersign_directory::ConnectedServer;
use countersign_labels::Rank;
use http::request::Parts;
use http::{Extensions, HeaderMap, Method, header};
use subtle::ConstantTimeEq;

use crate::app::{App, House};
use crate::http::admission::Admitted;
use crate::http::cookies;
use crate::http::problem::Problem;
use crate::machines::PeerCertificate;

/// A connected server, by the access token of its client.
#[derive(Debug)]
pub struct Server(pub Arc<ConnectedServer>);

/// A signed-in person at her browser; on anything but a read she has shown the session's CSRF token.
#[derive(Debug)]
pub struct Person(pub Session);

/// Either of them.
#[derive(Debug)]
pub enum Caller {
    /// A connected server.
    Server(Server),
    /// The session of a signed-in person.
    Person(Box<Session>),
}

impl FromRequestParts<App> for Server {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        Admitted::from_request_parts(parts, app)
            .await
            .map(|admitted| Self(admitted.server))
    }
}

impl<S: Sync> FromRequestParts<S> for Admitted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let admitted = parts.extensions.get::<Self>().cloned();
        admitted.ok_or_else(Problem::unauthorized)
    }
}

impl FromRequestParts<App> for Person {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let session = signed_in(app, &parts.headers)
            .await?
            .ok_or_else(Problem::unauthorized)?;
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        if !reads && !shows_csrf_token(&parts.headers, &session) {
            return Err(Problem::forbidden(
                "CSRF",
                "send the session's token as X-CSRF-Token; `GET /api/v1/me` tells it",
            ));
        }
        Ok(Self(session))
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            Server::from_request_parts(parts, app).await.map(Self::Server)
        } else {
            let Person(session) = Person::from_request_parts(parts, app).await?;
            Ok(Self::Person(Box::new(session)))
        }
    }
}

/// The certificate that the connection proved to hold, if it came over the listener that takes them.
pub fn certificate(extensions: &Extensions) -> Option<&PeerCertificate> {
    extensions.get::<Option<PeerCertificate>>()?.as_ref()
}

/// Whether tokens of `server` must be bound to its certificate: by the accreditation of its node. One that
/// is not understood counts as the highest.
pub fn must_be_bound(house: &House, snapshot: &Snapshot, server: &ConnectedServer) -> bool {
    let node = server.node.as_ref().and_then(|node| snapshot.node(node.as_str()));
    let accreditation = node.and_then(|node| node.accreditation.as_ref());
    let rank = accreditation.map_or(0, |held| {
        let scheme = house.schemes.scheme(&held.scheme);
        let level = scheme.and_then(|scheme| scheme.level(&held.level));
        level.map_or(Rank::MAX, |level| level.rank)
    });
    house.config.machines.must_be_bound(rank)
}

/// The live session of the cookie that was sent.
pub async fn signed_in(house: &House, headers: &HeaderMap) -> Result<Option<Session>, Problem> {
    let Some(cookie) = cookies::value(headers, cookies::session_name(&house.config)) else {
        return Ok(None);
    };
    let now = house.now();
    let mut db = house.database.pool.acquire().await?;
    let session = open::resume(cookie, now, &mut db).await?;
    if let Some(session) = &session {
        house.board.touch(&session.id, now);
    }
    Ok(session)
}

fn shows_csrf_token(headers: &HeaderMap, session: &Session) -> bool {
    headers
        .get("x-csrf-token")
        .is_some_and(|sent| sent.as_bytes().ct_eq(session.csrf.as_bytes()).into())
}
