// SPDX-License-Identifier: Apache-2.0
//! Changing how one signs in asks for a sign-in of the last ten minutes, as strong as the strongest
//! that one has, so that an unwatched screen or a weaker way is not enough.

use authn::account;
use authn::assurance::{Level, Requirement};
use authn::session::Session;
use axum::response::Response;
use countersign_authn as authn;
use http::HeaderMap;

use crate::app::House;
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::see_other;

const FRESH_SECONDS: i64 = 600;

/// Whether her sign-in is good enough.
#[derive(Debug)]
pub(crate) enum Fresh {
    /// It is.
    Enough(Session),
    /// She is sent to sign in first.
    SignInFirst(Response),
}

/// The session that sent a form, if its sign-in is fresh and strong enough.
pub(crate) async fn session(house: &House, headers: &HeaderMap, form: &OwnForm) -> Result<Fresh, Fault> {
    let Some(session) = browser::session(house, headers).await? else {
        return Ok(Fresh::SignInFirst(see_other("/signin?then=/account&max_age=600")));
    };
    form.belongs_to(&session)?;
    let now = house.now();
    let level = {
        let mut db = house.database.pool.acquire().await?;
        account::strongest(&session.person, &house.factors.passkeys, now, &mut db)
            .await?
            .unwrap_or(Level::Aal1)
    };
    let need = Requirement {
        max_age: Some(FRESH_SECONDS),
        ..Requirement::level(level)
    };
    if session.unmet(&need, now).is_none() {
        return Ok(Fresh::Enough(session));
    }
    let address = format!(
        "/signin?then=/account&max_age={FRESH_SECONDS}&acr_values={}",
        level.acr()
    );
    Ok(Fresh::SignInFirst(see_other(&address)))
}
