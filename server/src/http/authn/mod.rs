// SPDX-License-Identifier: Apache-2.0
//! Pages on which people sign in, set up how they do it, and look after their account.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::app::App;
use crate::http::fault;

pub mod account;
pub mod browser;
pub mod card_page;
pub mod enrol;
pub(crate) mod known;
pub mod signin;
pub mod words;

/// The routes of these pages.
pub fn router(app: &App) -> Router<App> {
    Router::new()
        .route("/signin", get(signin::show::get))
        .route("/signin/again", get(signin::again::get))
        .route("/signin/back", get(signin::back::get))
        .route("/signin/card", get(signin::card::get))
        .route("/signin/card/confirm", post(signin::card::confirm))
        .route("/signin/card/done", get(signin::card::done))
        .route("/signin/challenge", post(signin::challenge::post))
        .route("/signin/code", post(signin::code::post))
        .route(
            "/signin/consent",
            get(signin::consent::get).post(signin::consent::post),
        )
        .route("/signin/continue", get(signin::go_on::get))
        .route("/signin/device", post(signin::device::prove))
        .route("/signin/device/challenge", post(signin::device::challenge))
        .route("/signin/device/certificate", get(signin::device_certificate::get))
        .route("/signin/device/done", get(signin::device_certificate::done))
        .route("/signin/name", post(signin::name::post))
        .route("/signin/passkey", post(signin::passkey::post))
        .route("/signin/password", post(signin::password::post))
        .route(
            "/signin/recovery",
            get(signin::recovery::get).post(signin::recovery::post),
        )
        .route("/signin/step-up", get(signin::show::get))
        .route("/enrol/{link}", get(enrol::show::get))
        .route("/enrol/{link}/challenge", post(enrol::challenge::post))
        .route("/enrol/{link}/passkey", post(enrol::passkey::post))
        .route(
            "/enrol/{link}/password",
            get(enrol::password::get).post(enrol::password::post),
        )
        .route("/account", get(account::show::get))
        .route("/account/access", get(account::access::get))
        .route("/account/activity", get(account::activity::get))
        .route("/account/apps", get(account::apps::get))
        .route("/account/apps/leave", post(account::apps::leave))
        .route("/account/extend", post(account::extend::post))
        .route("/account/cards", post(account::cards::bind))
        .route("/account/cards/add", get(account::cards::add))
        .route("/account/cards/done", get(account::cards::done))
        .route("/account/cards/remove", post(account::cards::remove))
        .route(
            "/account/devices",
            get(account::devices::get).post(account::devices::enrol),
        )
        .route("/account/devices/challenge", post(account::devices::challenge))
        .route("/account/devices/lost", post(account::devices::lost))
        .route("/account/passkeys", post(account::passkeys::add))
        .route("/account/passkeys/challenge", post(account::passkeys::challenge))
        .route("/account/passkeys/remove", post(account::passkeys::remove))
        .route("/account/passkeys/rename", post(account::passkeys::rename))
        .route("/account/password", post(account::password::change))
        .route("/account/password/remove", post(account::password::remove))
        .route("/account/recovery", post(account::recovery::make))
        .route("/account/sessions/end", post(account::sessions::end))
        .route(
            "/account/signout",
            get(account::signout::get).post(account::signout::post),
        )
        .layer(from_fn_with_state(app.clone(), fault::show))
}
