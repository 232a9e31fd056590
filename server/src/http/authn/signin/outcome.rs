// SPDX-License-Identifier: Apache-2.0
//! What becomes of a step: the next page, the same page again, or a session.

use askama::Template;
use authn::Happened;
use authn::flow::finish::{Finished, finish};
use authn::flow::{Flow, Proven, Stage, Step};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::pages;
use crate::app::House;
use crate::database::WriteTransaction;
use crate::http::authn::browser;
use crate::http::cookies;
use crate::http::fault::Fault;
use crate::http::page::{Frame, render, see_other};

const SIGNED_IN: &str = "You're signed in";

#[derive(Template)]
#[template(path = "lead_on.html")]
struct LeadOn {
    frame: Frame,
    title: String,
    next: String,
}

/// Commits a step and answers it.
pub(crate) async fn answer(
    house: &House,
    headers: &HeaderMap,
    step: Step,
    mut log: Happened,
    transaction: WriteTransaction,
) -> Result<Response, Fault> {
    let now = house.now();
    match step {
        Step::Proven(proven) => signed_in(house, headers, *proven, log, transaction).await,
        Step::Next(flow) => {
            house.settle(&Actor::Nobody, &log, now, transaction).await?;
            Ok(see_other(&page_of(&flow)))
        }
        Step::Again(flow, problem) => {
            house.settle(&Actor::Nobody, &log, now, transaction).await?;
            log.events.clear();
            pages::of(house, &flow, Some(problem)).await
        }
    }
}

/// Opens the session of somebody who came back from a source. If that is not enough, one of her own ways has
/// to raise it; if she has none that would, the page says so.
pub(crate) async fn arrived(
    house: &House,
    headers: &HeaderMap,
    proven: Proven,
    log: Happened,
    transaction: WriteTransaction,
) -> Result<Response, Fault> {
    let (finished, cookie) = open(house, headers, proven, log, transaction).await?;
    let flow = finished.flow;
    let next = match &flow.stage {
        Stage::StepUp { .. } => page_of(&flow),
        _ => format!("/signin/continue?flow={}", flow.id),
    };
    Ok(browser::with_cookie(
        lead_on(house, SIGNED_IN.to_owned(), next),
        cookie,
    ))
}

/// A page that leads on by itself.
pub(crate) fn lead_on(house: &House, title: String, next: String) -> Response {
    let frame = Frame::of(house);
    render(StatusCode::OK, &LeadOn { frame, title, next })
}

/// The address of the page of `flow`.
pub(super) fn page_of(flow: &Flow) -> String {
    format!("/signin?flow={}", flow.id)
}

async fn signed_in(
    house: &House,
    headers: &HeaderMap,
    proven: Proven,
    log: Happened,
    transaction: WriteTransaction,
) -> Result<Response, Fault> {
    let (finished, cookie) = open(house, headers, proven, log, transaction).await?;
    let next = format!("/signin/continue?flow={}", finished.flow.id);
    Ok(browser::with_cookie(
        lead_on(house, SIGNED_IN.to_owned(), next),
        cookie,
    ))
}

/// Opens the session, or raises the one at hand; with the line that sets its cookie.
async fn open(
    house: &House,
    headers: &HeaderMap,
    proven: Proven,
    mut log: Happened,
    mut transaction: WriteTransaction,
) -> Result<(Finished, Option<HeaderValue>), Fault> {
    let now = house.now();
    let present = browser::session(house, headers).await?;
    let actor = Actor::Person(proven.person.clone());
    let place = browser::place(headers);
    let lifetimes = house.config.sessions.lifetimes();
    let mut rng = house.rng();
    let finished = finish(
        proven,
        present,
        place,
        &lifetimes,
        now,
        &mut rng,
        &mut log,
        &mut transaction,
    )
    .await?;
    house.settle(&actor, &log, now, transaction).await?;
    let name = cookies::session_name(&house.config);
    let cookie = cookies::set(&house.config, name, finished.secret.expose());
    Ok((finished, cookie))
}
