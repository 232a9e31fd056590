// SPDX-License-Identifier: Apache-2.0
//! `GET /account/activity`: what the record says of her sign-ins and of the ways to do it, ninety days back.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_audit::store::leaves::{self, Filter};
use http::{HeaderMap, StatusCode};

use super::nav::Nav;
use crate::app::App;
use crate::http::authn::{browser, words};
use crate::http::fault::Fault;
use crate::http::page::{Frame, render, see_other};
use crate::record::RecordError;

const BACK: TimeDelta = TimeDelta::days(90);
/// The newest of each kind that are shown.
const OF_EACH: u32 = 50;

const KINDS: [(&str, &str); 21] = [
    ("card.added", "A smartcard was added"),
    ("card.expired", "A smartcard that was signed in with has ended"),
    ("card.removed", "A smartcard was removed"),
    (
        "card.revoked",
        "⚠ A smartcard that was signed in with was cancelled",
    ),
    ("enrolment.used", "An enrolment link was used"),
    ("oidc.code_issued", "Signed in to an application"),
    (
        "oidc.code_reused",
        "⚠ A sign-in code was used twice; what came of it was revoked",
    ),
    (
        "oidc.refresh_reused",
        "⚠ An application's token was used twice; what came of it was revoked",
    ),
    ("passkey.added", "A passkey was added"),
    ("passkey.counter_went_back", "⚠ There may be a copy of a passkey"),
    ("passkey.removed", "A passkey was removed"),
    ("password.changed", "The password was changed"),
    ("password.removed", "The password was removed"),
    ("password.set", "The password was set"),
    ("session.ended", "A session ended"),
    ("session.left_client", "The access of an application was ended"),
    ("session.opened", "Signed in"),
    ("session.renewed", "Confirmed that it's you"),
    ("signin.refused", "A sign-in was refused"),
    ("totp.added", "An authenticator app was added"),
    ("totp.removed", "An authenticator app was removed"),
];

#[derive(Template)]
#[template(path = "account_activity.html")]
struct Activity {
    frame: Frame,
    nav: Nav,
    rows: Vec<(String, &'static str)>,
}

/// `GET /account/activity`
pub async fn get(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fault> {
    let Some(session) = browser::session(&app, &headers).await? else {
        return Ok(see_other("/signin?then=/account/activity"));
    };
    let now = app.now();
    let mut found: Vec<(DateTime<Utc>, &'static str)> = Vec::new();
    let mut db = app.database.pool.acquire().await?;
    for (kind, words) in KINDS {
        let filter = Filter {
            kind: Some(kind.to_owned()),
            subject: Some(session.person.to_string()),
            limit: OF_EACH,
            ..Filter::default()
        };
        let listed = leaves::list(&filter, &mut db).await.map_err(RecordError::from)?;
        found.extend(listed.into_iter().map(|leaf| (leaf.at, words)));
    }
    found.retain(|(at, _)| now - *at <= BACK);
    found.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let page = Activity {
        frame: Frame::of(&app),
        nav: Nav::of("/account/activity", &session, now),
        rows: found
            .into_iter()
            .map(|(at, words)| (words::moment(at), words))
            .collect(),
    };
    Ok(render(StatusCode::OK, &page))
}
