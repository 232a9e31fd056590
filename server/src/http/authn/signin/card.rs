// SPDX-License-Identifier: Apache-2.0
//! `GET /signin/card…`: the page before a card is presented, and what follows when the browser comes
//! back from the card host. The verdict belongs to the sign-in that asked for it, and to its browser.

use askama::Template;
use authn::Happened;
use authn::factor::card::Card;
use authn::flow::{self, CardStep, Flow, Step};
use authn::oidc::parameters::Parameters;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode};

use super::outcome::{self, page_of};
use crate::app::{App, House};
use crate::http::authn::card_page::{self, day};
use crate::http::authn::{browser, words};
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::{Frame, render};

#[derive(Template)]
#[template(path = "card_confirm.html")]
struct Confirm {
    frame: Frame,
    action: &'static str,
    hidden: (&'static str, String),
    subject: String,
    issued_by: String,
    expires: String,
    by: &'static str,
    person: String,
    cancel: String,
}

/// `GET /signin/card`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let flow = flow_of(&app, &headers, query.as_deref()).await?;
    let back = format!("/signin/card/done?flow={}", flow.id);
    card_page::start(
        &app,
        &bound_to(&flow),
        &back,
        (page_of(&flow), "Sign in another way"),
    )
    .await
}

/// `GET /signin/card/done`
pub async fn done(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let flow = flow_of(&app, &headers, query.as_deref()).await?;
    let parameters = Parameters::read(&query.unwrap_or_default());
    let result = parameters.one("result").ok_or(Fault::Malformed)?;
    let verdict = card_page::take(&app, result, &bound_to(&flow)).await?;
    let again = format!("/signin/card?flow={}", flow.id);
    let other = (page_of(&flow), "Sign in another way");
    let card = match verdict.outcome {
        Ok(card) => card,
        Err(refused) => {
            return Ok(card_page::refused(
                &app,
                &refused,
                verdict.reference,
                again,
                other,
            ));
        }
    };
    let now = app.now();
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let step = flow::give_card(flow, card, now, &mut log, &mut transaction).await?;
    let (title, text, link) = match step {
        CardStep::Step(step) => return outcome::answer(&app, &headers, step, log, transaction).await,
        CardStep::Unlinked(_) => (
            "This card opens no account",
            "Your card is valid, but it isn't linked to an account here. Link it: sign in another way once, \
             and add the card to your account."
                .to_owned(),
            Some(("/account/cards/add".to_owned(), "Link it")),
        ),
        CardStep::Ambiguous(_) => {
            tracing::error!(
                reference = verdict.reference,
                "ALARM: a card opens more than one account"
            );
            let text = "Your card is valid, and it cannot be told whose account it opens. Your security \
                        officer has been told; use another way.";
            ("This card cannot be used", text.to_owned(), Some(other))
        }
    };
    app.settle(&Actor::Nobody, &log, now, transaction).await?;
    Ok(card_page::trouble(
        &app,
        title,
        text,
        Some(verdict.reference),
        Some(again),
        link,
    ))
}

/// `POST /signin/card/confirm`
pub async fn confirm(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let flow = browser::flow(&app, &headers, form.field("flow")?).await?;
    let mut rng = app.rng();
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let step: Step = flow::confirm_card(flow, app.now(), &mut rng, &mut log, &mut transaction).await?;
    outcome::answer(&app, &headers, step, log, transaction).await
}

/// The page that says what the first use of a card does.
pub(super) fn confirm_page(house: &House, flow: &Flow, person: &str, card: &Card) -> Response {
    let hidden = ("flow", flow.id.clone());
    confirmation(
        house,
        "/signin/card/confirm",
        hidden,
        person,
        card,
        format!("/signin/again?flow={}", flow.id),
    )
}

/// The same page, whichever way leads to it.
pub(crate) fn confirmation(
    house: &House,
    action: &'static str,
    hidden: (&'static str, String),
    person: &str,
    card: &Card,
    cancel: String,
) -> Response {
    let page = Confirm {
        frame: Frame::of(house),
        action,
        hidden,
        subject: card.subject.clone(),
        issued_by: card.issued_by.clone(),
        expires: day(card.expires_at),
        by: words::mapping(card.mapping),
        person: person.to_owned(),
        cancel,
    };
    render(StatusCode::OK, &page)
}

async fn flow_of(house: &House, headers: &HeaderMap, query: Option<&str>) -> Result<Flow, Fault> {
    let parameters = Parameters::read(query.unwrap_or_default());
    browser::flow(house, headers, parameters.one("flow").ok_or(Fault::Malformed)?).await
}

fn bound_to(flow: &Flow) -> String {
    format!("card/flow/{}", flow.id)
}
