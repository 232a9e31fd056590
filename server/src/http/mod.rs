// SPDX-License-Identifier: Apache-2.0
//! The wire: every route of the house, one folder per area, one file per verb.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::response::Redirect;
use axum::routing::get;
use http::{HeaderValue, header};
use tower::ServiceBuilder;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::app::App;

pub mod access;
pub mod admin_ui;
pub mod admission;
pub mod api;
pub mod assets;
pub mod authn;
pub mod caller;
pub mod cards;
pub mod chat_server;
pub mod clients;
pub mod console;
pub mod cookies;
pub mod device_host;
pub mod devices;
pub mod directories;
pub mod directory;
pub mod door;
pub mod fault;
pub mod form;
pub mod granting;
pub mod health;
pub mod marking;
pub mod matrix;
pub mod metrics;
pub mod oauth2;
pub mod opentdf;
pub mod page;
pub mod path;
pub mod problem;
pub mod query;
pub mod record;
pub mod saml;
pub mod signing_keys;
pub mod sources;
pub mod strict_json;
pub mod upstream;

/// The largest body that any route takes, bytes.
pub const LARGEST_BODY: usize = 1024 * 1024;

/// All routes.
pub fn router(app: App) -> Router {
    let (api, _) = api::api();
    let federation = match app.matrix {
        Some(_) => matrix::router(),
        None => Router::new(),
    };
    Router::new()
        .merge(api)
        .merge(federation)
        .merge(authn::router(&app))
        .merge(oauth2::router(&app))
        .merge(saml::router(&app))
        .merge(upstream::router(&app))
        .merge(access::router())
        .merge(opentdf::router())
        .route("/", get(async || Redirect::to("/account")))
        .route("/static/{file}", get(assets::get))
        .route("/admin", get(admin_ui::file))
        .route("/admin/", get(admin_ui::file))
        .route("/admin/{*path}", get(admin_ui::file))
        .route("/metrics", get(metrics::get))
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .fallback(fault::nothing_here)
        .layer(
            // Outermost first.
            ServiceBuilder::new()
                .layer(SetResponseHeaderLayer::if_not_present(
                    header::REFERRER_POLICY,
                    HeaderValue::from_static("no-referrer"),
                ))
                .layer(SetResponseHeaderLayer::if_not_present(
                    header::X_CONTENT_TYPE_OPTIONS,
                    HeaderValue::from_static("nosniff"),
                ))
                .layer(from_fn_with_state(app.clone(), door::pass))
                .layer(DefaultBodyLimit::max(LARGEST_BODY)),
        )
        .with_state(app)
}
