// SPDX-License-Identifier: Apache-2.0
//! What becomes of a step: the next page, the same page again, or a session.

use askama::Template;
use authn::Happened;
use authn::flow::finish::finish;
use authn::flow::{Flow, Proven, Step};
use authn::session::Lifetimes;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode};
use sqlx::{Any, Transaction};

use super::pages;
use crate::app::House;
use crate::http::authn::browser;
use crate::http::cookies;
use crate::http::fault::Fault;
use crate::http::page::{Frame, render, see_other};
use crate::record;

#[derive(Template)]
#[template(path = "signed_in.html")]
struct SignedIn {
    frame: Frame,
    next: String,
}

/// Commits a step and answers it.
pub(super) async fn answer(
    house: &House,
    headers: &HeaderMap,
    step: Step,
    mut log: Happened,
    mut transaction: Transaction<'static, Any>,
) -> Result<Response, Fault> {
    let now = house.now();
    match step {
        Step::Proven(proven) => signed_in(house, headers, *proven, log, transaction).await,
        Step::Next(flow) => {
            record::happened(&Actor::Nobody, &log, now, &mut transaction).await?;
            house.commit(transaction).await?;
            Ok(see_other(&page_of(&flow)))
        }
        Step::Again(flow, problem) => {
            record::happened(&Actor::Nobody, &log, now, &mut transaction).await?;
            house.commit(transaction).await?;
            log.events.clear();
            Ok(pages::of(house, &flow, Some(problem)))
        }
    }
}

/// The address of the page of `flow`.
pub(super) fn page_of(flow: &Flow) -> String {
    format!("/signin?flow={}", flow.id)
}

async fn signed_in(
    house: &House,
    headers: &HeaderMap,
    proven: Proven,
    mut log: Happened,
    mut transaction: Transaction<'static, Any>,
) -> Result<Response, Fault> {
    let now = house.now();
    let present = browser::session(house, headers).await?;
    let actor = Actor::Person(proven.person.clone());
    let place = browser::place(headers);
    let lifetimes = Lifetimes::default();
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
    record::happened(&actor, &log, now, &mut transaction).await?;
    house.commit(transaction).await?;
    let next = format!("/signin/continue?flow={}", finished.flow.id);
    let response = render(
        StatusCode::OK,
        &SignedIn {
            frame: Frame::of(house),
            next,
        },
    );
    let name = cookies::session_name(&house.config);
    Ok(browser::with_cookie(
        response,
        cookies::set(&house.config, name, finished.secret.expose()),
    ))
}
