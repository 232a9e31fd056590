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
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::app::App;

pub mod access;
pub mod admin_ui;
pub mod admission;
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

#[derive(OpenApi)]
#[openapi(info(
    title = "Countersign",
    description = "Administration, and what chat servers register and follow. Decisions are asked \
                   at `/access/v1` (OpenID AuthZEN), sign-in is OpenID Connect.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Document;

/// All routes.
pub fn router(app: App) -> Router {
    let (api, _) = api();
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

/// `/api/v1` and its document, from one table.
pub fn api() -> (Router<App>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(console::me::get))
        .routes(routes!(console::people::list, granting::people::create))
        .routes(routes!(console::people::show, granting::people::patch))
        .routes(routes!(console::people::revoke))
        .routes(routes!(console::people::end_sessions))
        .routes(routes!(console::sessions::delete))
        .routes(routes!(console::channels::list))
        .routes(routes!(
            console::channels::show,
            directory::channel::put,
            granting::channels::patch
        ))
        .routes(routes!(directory::member::put, directory::member::delete))
        .routes(routes!(directory::changes::get))
        .routes(routes!(directory::changes::state))
        .routes(routes!(directory::stream::get))
        .routes(routes!(chat_server::catalog::get))
        .routes(routes!(chat_server::check::post))
        .routes(routes!(chat_server::evictions::get))
        .routes(routes!(chat_server::filter::post))
        .routes(routes!(console::decisions::list))
        .routes(routes!(console::decisions::stream))
        .routes(routes!(console::decisions::show))
        .routes(routes!(record::checkpoints::key))
        .routes(routes!(record::checkpoints::list))
        .routes(routes!(record::checkpoints::newest))
        .routes(routes!(record::cosignatures::post))
        .routes(routes!(record::leaves::show))
        .routes(routes!(record::proofs::consistency))
        .routes(routes!(record::proofs::inclusion))
        .routes(routes!(console::connect::get))
        .routes(routes!(signing_keys::list::get))
        .routes(routes!(signing_keys::withdraw::post))
        .routes(routes!(console::revocation::get))
        .routes(routes!(console::schemes::get))
        .routes(routes!(console::simulate::post))
        .routes(routes!(console::explain::post))
        .routes(routes!(granting::links::list, granting::links::add))
        .routes(routes!(granting::links::remove))
        .routes(routes!(granting::people::enable))
        .routes(routes!(granting::people::recover))
        .routes(routes!(granting::clearances::grant))
        .routes(routes!(granting::clearances::patch))
        .routes(routes!(granting::clearances::suspend))
        .routes(routes!(granting::clearances::resume))
        .routes(routes!(granting::clearances::revoke))
        .routes(routes!(granting::channels::federate))
        .routes(routes!(granting::channels::reclassify))
        .routes(routes!(granting::things::put_agency))
        .routes(routes!(granting::things::put_mission))
        .routes(routes!(console::devices::list))
        .routes(routes!(console::devices::show, granting::things::put_device))
        .routes(routes!(devices::lost::post))
        .routes(routes!(devices::posture::post))
        .routes(routes!(devices::posture::post_many))
        .routes(routes!(granting::things::put_node))
        .routes(routes!(
            granting::things::put_agreement,
            granting::things::end_agreement
        ))
        .routes(routes!(granting::things::put_settings))
        .routes(routes!(directories::show, directories::ask))
        .routes(routes!(directories::release))
        .routes(routes!(granting::weigh::post))
        .routes(routes!(sources::records::list))
        .routes(routes!(
            sources::records::show,
            sources::records::put,
            sources::records::remove
        ))
        .routes(routes!(clients::list::all))
        .routes(routes!(clients::list::services, clients::metadata::post))
        .routes(routes!(
            clients::services::show,
            clients::services::put,
            clients::services::remove
        ))
        .routes(routes!(sources::metadata::show))
        .routes(routes!(sources::metadata::approve))
        .routes(routes!(sources::linked::list))
        .routes(routes!(sources::records::enable))
        .routes(routes!(sources::records::disable))
        .routes(routes!(sources::test::post))
        .routes(routes!(sources::try_mapping::post))
        .routes(routes!(granting::proposals::list))
        .routes(routes!(granting::proposals::show))
        .routes(routes!(granting::proposals::approve))
        .routes(routes!(granting::proposals::reject))
        .routes(routes!(granting::proposals::withdraw))
        .routes(routes!(granting::proposals::execute))
        .routes(routes!(
            granting::break_glass::list,
            granting::break_glass::request
        ))
        .routes(routes!(granting::break_glass::approve))
        .routes(routes!(granting::break_glass::reject))
        .routes(routes!(granting::break_glass::review))
        .split_for_parts()
}
