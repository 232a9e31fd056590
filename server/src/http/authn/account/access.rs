// SPDX-License-Identifier: Apache-2.0
//! `GET /account/access`: the clearances that are on file about her. Which compartments they open is not
//! told on this page: it is seen from any browser.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use chrono::{DateTime, Utc};
use countersign_directory::{Clearance, ClearanceKind, ClearanceState};
use countersign_labels::Rank;
use http::{HeaderMap, StatusCode};

use super::nav::Nav;
use crate::app::{App, House};
use crate::http::authn::{browser, words};
use crate::http::fault::Fault;
use crate::http::page::{Frame, render, see_other};

#[derive(Template)]
#[template(path = "account_access.html")]
struct Access {
    frame: Frame,
    nav: Nav,
    clearances: Vec<Row>,
    briefings: Vec<String>,
    hidden: usize,
}

struct Row {
    marking: String,
    source: &'static str,
    state: &'static str,
    until: String,
    compartments: usize,
}

/// `GET /account/access`
pub async fn get(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fault> {
    let Some(session) = browser::session(&app, &headers).await? else {
        return Ok(see_other("/signin?then=/account/access"));
    };
    let now = app.now();
    let snapshot = app.snapshot();
    let person = snapshot.person(session.person.as_str());
    let held = person
        .map(|person| person.clearances.as_slice())
        .unwrap_or_default();
    let rows: Vec<Row> = held.iter().filter_map(|one| row(&app, one, now)).collect();
    let page = Access {
        frame: Frame::of(&app),
        nav: Nav::of("/account/access", &session, now),
        hidden: held.len() - rows.len(),
        clearances: rows,
        briefings: person
            .map(|person| person.briefings.iter().cloned().collect())
            .unwrap_or_default(),
    };
    Ok(render(StatusCode::OK, &page))
}

/// The rank that this deployment is accredited for.
fn highest(house: &House) -> Rank {
    let snapshot = house.snapshot();
    let accredited = snapshot.settings().accreditation.as_ref();
    let Some(accredited) = accredited else {
        return Rank::MAX;
    };
    let level = house.schemes.scheme(&accredited.scheme);
    let level = level.and_then(|scheme| scheme.level(&accredited.level));
    level.map_or(0, |level| level.rank)
}

/// A clearance as this page may show it: not above what this deployment may hold, where that is on file.
fn row(house: &House, held: &Clearance, now: DateTime<Utc>) -> Option<Row> {
    let level = house.schemes.scheme(&held.scheme)?.level(&held.level)?;
    (level.rank <= highest(house)).then(|| Row {
        marking: level.marking.clone(),
        source: match held.kind {
            ClearanceKind::Attested => "vouched for by another agency",
            ClearanceKind::Emergency => "in an emergency, for one channel",
            _ => "granted to you",
        },
        state: state(held, now),
        until: words::moment(held.valid_until),
        compartments: held.compartments.len(),
    })
}

fn state(held: &Clearance, now: DateTime<Utc>) -> &'static str {
    match held.state {
        ClearanceState::Active if now < held.valid_from => "not yet in force",
        ClearanceState::Active if now > held.valid_until => "expired",
        ClearanceState::Active => "in force",
        ClearanceState::Suspended => "suspended",
        ClearanceState::Revoked => "revoked",
    }
}
