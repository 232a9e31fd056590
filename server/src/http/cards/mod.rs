// SPDX-License-Identifier: Apache-2.0
//! The card host: one address, at which a browser presents its certificate and is sent back with the
//! name of the verdict. It has no cookies, no pictures, no script: each further request could ask for
//! the PIN again. A connection serves one request.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state, map_request};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{HeaderValue, StatusCode, header};

use crate::app::{App, House};
use crate::http::caller;
use crate::proxies::Proxies;
use crate::proxies::headers::{self, BadHeaders};

pub mod present;

/// The card host where TLS ends here. What a proxy would say is taken away.
pub fn direct(app: App) -> Router {
    routes().layer(map_request(without_proxy_headers)).with_state(app)
}

/// The card host behind proxies that end TLS.
pub fn behind_proxy(app: App) -> Router {
    let proxies: fn(&House) -> Option<&Proxies> =
        |house| house.cards.as_ref().and_then(|desk| desk.proxies.as_ref());
    let believe = move |State(app): State<App>, request: Request, next: Next| {
        believe_proxy(app, proxies, request, next)
    };
    routes()
        .layer(from_fn_with_state(app.clone(), believe))
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
    headers::strip(request.headers_mut());
    request
}

/// Lets a proxy that proves itself say what it saw, and nobody else anything. `proxies` are those of the host.
pub(super) async fn believe_proxy(
    app: App,
    proxies: fn(&House) -> Option<&Proxies>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|peer| peer.0.ip());
    let certificate = caller::certificate(request.extensions());
    let told = proxies(&app).ok_or(BadHeaders::Unproven);
    let told = told.and_then(|proxies| app.told_by_proxy(proxies, peer, certificate, request.headers()));
    match told {
        Ok(presented) => {
            headers::strip(request.headers_mut());
            request.extensions_mut().insert(presented);
            next.run(request).await
        }
        Err(fault) => {
            tracing::warn!(peer = ?peer, error = %fault, "a host for proxies was called by somebody who is none of ours");
            let status = match fault {
                BadHeaders::Malformed => StatusCode::BAD_REQUEST,
                BadHeaders::Unproven => StatusCode::FORBIDDEN,
            };
            (status, [(header::CONNECTION, "close")]).into_response()
        }
    }
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
