// SPDX-License-Identifier: Apache-2.0
//! The card host: one address, at which a browser presents its certificate and is sent back with the
//! name of the verdict. It has no cookies, no pictures, no script: each further request could ask for
//! the PIN again. A connection serves one request.

use std::net::SocketAddr;

use authn::factor::card::Presented;
use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_request};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use countersign_authn as authn;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::app::App;
use crate::cards::proxy::{self, BadHeaders};

pub mod present;

/// The card host where TLS ends here. What a proxy would say is taken away.
pub fn direct(app: App) -> Router {
    routes().layer(map_request(without_proxy_headers)).with_state(app)
}

/// The card host behind proxies that end TLS.
pub fn behind_proxy(app: App) -> Router {
    routes()
        .layer(from_fn_with_state(app.clone(), believe_proxy))
        .with_state(app)
}

fn routes() -> Router<App> {
    Router::new()
        .route("/card/{nonce}", get(present::get))
        .fallback(async || gone())
        .layer(from_fn(alone))
}

/// Takes away what only a proxy may say, before anything is routed.
pub async fn without_proxy_headers(mut request: Request) -> Request {
    proxy::strip(request.headers_mut());
    request
}

/// Lets a proxy of the list that proves itself say what it saw, and nobody else anything.
async fn believe_proxy(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|peer| peer.0.ip());
    match heard(&app, peer, request.headers()) {
        Ok(presented) => {
            proxy::strip(request.headers_mut());
            request.extensions_mut().insert(presented);
            next.run(request).await
        }
        Err(fault) => {
            tracing::warn!(peer = ?peer, error = %fault, "the card host was called by somebody who is no proxy of ours");
            let status = match fault {
                BadHeaders::Malformed => StatusCode::BAD_REQUEST,
                BadHeaders::Unproven => StatusCode::FORBIDDEN,
            };
            (status, [(header::CONNECTION, "close")]).into_response()
        }
    }
}

fn heard(app: &App, peer: Option<std::net::IpAddr>, headers: &HeaderMap) -> Result<Presented, BadHeaders> {
    let config = app.config.cards.as_ref().and_then(|cards| cards.proxy.as_ref());
    let secret = app.cards.as_ref().and_then(|desk| desk.proxy_secret.as_ref());
    let (Some(config), Some(secret), Some(peer)) = (config, secret, peer) else {
        return Err(BadHeaders::Unproven);
    };
    if !config.peers.contains(&peer.to_canonical()) {
        return Err(BadHeaders::Unproven);
    }
    proxy::proven(headers, secret)?;
    proxy::presented(headers)
}

/// Every answer of the card host stands alone and is the last of its connection.
pub(super) async fn alone(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONNECTION, "close"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The one document of the card host: for an address that leads nowhere, or was used.
pub(super) fn gone() -> Response {
    let page = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>This page is not valid any more</title>\
                <link rel=\"icon\" href=\"data:,\"></head><body><h1>This page is not valid any more</h1><p>It was open for too long, \
                or it was used already. Go back to where you signed in and start again.</p></body></html>";
    (StatusCode::GONE, Html(page)).into_response()
}
