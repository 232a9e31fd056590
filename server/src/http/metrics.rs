// SPDX-License-Identifier: Apache-2.0
//! `GET /metrics`: what this process counts, for Prometheus and what speaks its language. For this machine
//! alone, or with the token of the configuration: counts tell when who is busy.

use std::net::SocketAddr;

use axum::extract::connect_info::{ConnectInfo, MockConnectInfo};
use axum::extract::{MatchedPath, Request, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode, header};
use subtle::ConstantTimeEq as _;

use super::problem::Problem;
use crate::app::{App, House};
use crate::clock;
use crate::metrics::requests::ELSEWHERE;
use crate::metrics::text;

/// Tells who may know.
pub async fn get(State(app): State<App>, request: Request) -> Response {
    if !(has_token(&app, request.headers()) || is_of_this_machine(&app, &request)) {
        let mut refused = Problem::new(
            StatusCode::UNAUTHORIZED,
            "read this from the machine itself, or send `metrics.token` as a bearer token",
        )
        .into_response();
        let challenge = http::HeaderValue::from_static("Bearer");
        refused.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        return refused;
    }
    match text::of(&app) {
        Ok(text) => ([(header::CONTENT_TYPE, text::CONTENT_TYPE)], text).into_response(),
        Err(fault) => Problem::internal(&fault).into_response(),
    }
}

/// A request whose answer is to be noted: how long it takes and how it ends, by the template of its route.
#[derive(Debug)]
pub struct Noting {
    began: std::time::Instant,
    method: Method,
    route: Option<MatchedPath>,
}

impl Noting {
    /// From now on.
    pub fn of(request: &Request) -> Self {
        Self {
            began: clock::instant(),
            method: request.method().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
        }
    }

    /// It is answered.
    pub fn note(self, house: &House, status: StatusCode) {
        let route = self.route.as_ref().map_or(ELSEWHERE, MatchedPath::as_str);
        let requests = &house.metrics.requests;
        requests.note(route, &self.method, status, self.began.elapsed());
    }
}

fn has_token(house: &House, headers: &HeaderMap) -> bool {
    let Some(token) = house.config.metrics.token() else {
        return false;
    };
    let sent = headers
        .get(header::AUTHORIZATION)
        .map(http::HeaderValue::as_bytes);
    let sent = sent.and_then(|sent| sent.strip_prefix(b"Bearer "));
    sent.is_some_and(|sent| sent.ct_eq(token.as_bytes()).into())
}

/// Whether nobody stands in between: to a proxy on this machine, everybody is of this machine.
fn is_of_this_machine(house: &House, request: &Request) -> bool {
    let extensions = request.extensions();
    let peer = match extensions.get::<ConnectInfo<SocketAddr>>() {
        Some(ConnectInfo(peer)) => Some(peer),
        None => extensions
            .get::<MockConnectInfo<SocketAddr>>()
            .map(|mock| &mock.0),
    };
    let forwarded = ["forwarded", "x-forwarded-for"];
    !house.config.listen.behind_tls_proxy
        && !forwarded.iter().any(|name| request.headers().contains_key(*name))
        && peer.is_some_and(|peer| peer.ip().to_canonical().is_loopback())
}
