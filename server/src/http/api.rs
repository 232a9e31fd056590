// SPDX-License-Identifier: Apache-2.0
//! `/api/v1` and its document, from one table, in parts.

use axum::Router;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{
    chat_server, clients, console, devices, directories, directory, granting, record, signing_keys, sources,
};
use crate::app::App;

#[derive(OpenApi)]
#[openapi(info(
    title = "Countersign",
    description = "Administration, and what chat servers register and follow. Decisions are asked \
                   at `/access/v1` (OpenID AuthZEN), sign-in is OpenID Connect.",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
struct Document;

/// The routes, and the document that describes them.
pub fn api() -> (Router<App>, utoipa::openapi::OpenApi) {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(people())
        .merge(channels())
        .merge(decisions())
        .merge(record_and_keys())
        .merge(things())
        .merge(sources_and_applications())
        .merge(proposals())
        .split_for_parts()
}

/// People, their clearances, sessions and links.
fn people() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(console::me::get))
        .routes(routes!(console::people::list, granting::people::create))
        .routes(routes!(console::people::show, granting::people::patch))
        .routes(routes!(console::people::revoke))
        .routes(routes!(console::people::end_sessions))
        .routes(routes!(console::sessions::delete))
        .routes(routes!(console::authenticators::list))
        .routes(routes!(console::authenticators::withdraw))
        .routes(routes!(console::sessions_end::post))
        .routes(routes!(granting::links::list, granting::links::add))
        .routes(routes!(granting::links::remove))
        .routes(routes!(granting::people::enable))
        .routes(routes!(granting::people::recover))
        .routes(routes!(granting::clearances::grant))
        .routes(routes!(granting::clearances::patch))
        .routes(routes!(granting::clearances::suspend))
        .routes(routes!(granting::clearances::resume))
        .routes(routes!(granting::clearances::revoke))
}

/// Channels, their members, and what chat servers follow.
fn channels() -> OpenApiRouter<App> {
    OpenApiRouter::new()
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
        .routes(routes!(console::connect::get))
        .routes(routes!(granting::channels::federate))
        .routes(routes!(granting::channels::reclassify))
}

/// Decisions, what they would be, and why.
fn decisions() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(console::decisions::list))
        .routes(routes!(console::decisions::stream))
        .routes(routes!(console::decisions::show))
        .routes(routes!(console::schemes::get))
        .routes(routes!(console::simulate::post))
        .routes(routes!(console::explain::post))
}

/// The record, signing keys and revocation lists.
fn record_and_keys() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(record::checkpoints::key))
        .routes(routes!(record::checkpoints::list))
        .routes(routes!(record::checkpoints::newest))
        .routes(routes!(record::cosignatures::post))
        .routes(routes!(record::leaves::show))
        .routes(routes!(record::proofs::consistency))
        .routes(routes!(record::proofs::inclusion))
        .routes(routes!(signing_keys::list::get))
        .routes(routes!(signing_keys::withdraw::post))
        .routes(routes!(console::revocation::get))
}

/// Agencies, missions, devices, nodes, connected servers, agreements and settings.
fn things() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(granting::things::put_agency))
        .routes(routes!(granting::things::put_mission))
        .routes(routes!(console::devices::list))
        .routes(routes!(console::devices::show, granting::things::put_device))
        .routes(routes!(devices::lost::post))
        .routes(routes!(devices::posture::post))
        .routes(routes!(devices::posture::post_many))
        .routes(routes!(granting::things::put_node))
        .routes(routes!(granting::servers::put))
        .routes(routes!(
            granting::things::put_agreement,
            granting::things::end_agreement
        ))
        .routes(routes!(granting::things::put_settings))
}

/// Sources of people, and applications.
fn sources_and_applications() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(directories::show, directories::ask))
        .routes(routes!(directories::release))
        .routes(routes!(sources::records::list))
        .routes(routes!(
            sources::records::show,
            sources::records::put,
            sources::records::remove
        ))
        .routes(routes!(clients::list::all))
        .routes(routes!(
            clients::records::show,
            clients::records::put,
            clients::records::remove
        ))
        .routes(routes!(clients::records::renew_secret))
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
}

/// What waits for a second person, and what is filed for one.
fn proposals() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(granting::weigh::post))
        .routes(routes!(granting::imports::post))
        .routes(routes!(granting::imports::carry_out))
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
}
