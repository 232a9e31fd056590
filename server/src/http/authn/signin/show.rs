// SPDX-License-Identifier: Apache-2.0
//! `GET /signin`: the page of a sign-in under way, or the start of one for a page of ours.
//!
//! `/signin?then=/admin/&acr_values=phr&max_age=600` asks for a sign-in that is strong and fresh
//! enough; with a session that is, it leads on at once. `act` names the act that asks, for the page to say.

use authn::assurance::{Level, Requirement};
use authn::flow::{self, Flow, Purpose, Stage, Then};
use authn::oidc::parameters::Parameters;
use authn::secret::Secret;
use authn::session::Session;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use http::HeaderMap;

use super::outcome::page_of;
use super::pages;
use crate::app::{App, House};
use crate::http::authn::{browser, words};
use crate::http::cookies;
use crate::http::fault::Fault;
use crate::http::page::see_other;

/// `GET /signin`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    if let Some(id) = parameters.one("flow") {
        let flow = browser::flow(&app, &headers, id).await?;
        return pages::of(&app, &flow, None).await;
    }
    let then = own_page(parameters.one("then"));
    let requirement = requirement(&parameters, app.now());
    let session = browser::session(&app, &headers).await?;
    let is_enough = |session: &Session| session.unmet(&requirement, app.now()).is_none();
    if session.as_ref().is_some_and(is_enough) {
        return Ok(see_other(&then));
    }
    let act = parameters.one("act").filter(|act| words::act(act).is_some());
    let login_hint = parameters
        .one("login_hint")
        .map(|hint| hint.chars().take(255).collect());
    begin(
        &app,
        &headers,
        Purpose {
            requirement,
            then: Then::Page(then),
            login_hint,
            act: act.map(str::to_owned),
        },
        session.as_ref(),
    )
    .await
}

/// Begins a sign-in and leads to its page. The browser gets its secret if it has none. Who has a session that
/// falls short is asked for what raises it, unless somebody else is meant.
pub async fn begin(
    house: &House,
    headers: &HeaderMap,
    purpose: Purpose,
    session: Option<&Session>,
) -> Result<Response, Fault> {
    let hint = purpose.login_hint.as_deref().map(str::trim);
    let snapshot = house.snapshot();
    let is_meant = |session: &&Session| {
        let person = snapshot.person(session.person.as_str());
        let address = person.and_then(|person| person.email.as_deref());
        hint.is_none_or(|hint| {
            hint == session.person.as_str()
                || address.is_some_and(|address| address.eq_ignore_ascii_case(hint))
        })
    };
    let short = session.filter(is_meant).and_then(|session| {
        let unmet = session.unmet(&purpose.requirement, house.now())?;
        Some(Stage::StepUp {
            session: session.id.clone(),
            person: session.person.clone(),
            source: None,
            unmet,
        })
    });
    let stage = short.unwrap_or(Stage::Identify);
    begin_and_lead(house, headers, purpose, stage, page_of).await
}

/// As [`begin`], at that stage and to another page.
pub(super) async fn begin_and_lead(
    house: &House,
    headers: &HeaderMap,
    purpose: Purpose,
    stage: Stage,
    page: impl FnOnce(&Flow) -> String,
) -> Result<Response, Fault> {
    let mut rng = house.rng();
    let present = browser::secret(house, headers);
    let cookie = match &present {
        Some(_) => None,
        None => Some(Secret::generate(&mut rng)),
    };
    let Some(secret) = present.as_ref().or(cookie.as_ref()) else {
        return Err(Fault::Ours);
    };
    let mut transaction = house.database.begin_write().await?;
    let now = house.now();
    let flow = flow::begin(purpose, stage, secret, now, &mut rng, &mut transaction).await?;
    transaction.commit().await?;
    let name = cookies::browser_name(&house.config);
    let cookie = cookie.and_then(|secret| cookies::set(&house.config, name, secret.expose()));
    Ok(browser::with_cookie(see_other(&page(&flow)), cookie))
}

/// A path of our own to lead on to, never an address elsewhere.
fn own_page(wanted: Option<&str>) -> String {
    let is_own = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && path.len() <= 2000
            && path.bytes().all(|b| b.is_ascii_graphic() && b != b'\\')
    };
    wanted.filter(is_own).unwrap_or("/account").to_owned()
}

fn requirement(parameters: &Parameters, now: DateTime<Utc>) -> Requirement {
    let values = parameters.one("acr_values").unwrap_or_default();
    let level = values.split_ascii_whitespace().filter_map(Level::from_acr).min();
    let max_age = parameters
        .one("max_age")
        .and_then(|text| text.parse::<u32>().ok());
    // However slowly she types, a sign-in that comes after this is new.
    let wants_new = max_age == Some(0);
    Requirement {
        level: level.unwrap_or(Level::Aal1),
        max_age: max_age.filter(|_| !wants_new).map(i64::from),
        after: wants_new.then_some(now),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_our_own_are_followed() {
        assert_eq!(own_page(Some("/admin/people?q=a")), "/admin/people?q=a");
        for elsewhere in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:x",
            "/a\nb",
            "",
        ] {
            assert_eq!(own_page(Some(elsewhere)), "/account", "{elsewhere}");
        }
    }
}
