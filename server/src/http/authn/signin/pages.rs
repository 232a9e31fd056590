// SPDX-License-Identifier: Apache-2.0
//! The pages of a sign-in, by its stage.

use askama::Template;
use authn::flow::{Flow, Stage, Then};
use axum::response::Response;
use countersign_authn as authn;
use http::StatusCode;

use super::card;
use crate::app::House;
use crate::http::authn::words;
use crate::http::page::{Frame, render, see_other};

#[derive(Template)]
#[template(path = "signin.html")]
struct Identify {
    frame: Frame,
    flow: String,
    client: Option<String>,
    reason: Option<String>,
    has_cards: bool,
    name: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "password.html")]
struct Password {
    frame: Frame,
    flow: String,
    name: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "code.html")]
struct Code {
    frame: Frame,
    flow: String,
    name: String,
    problem: Option<String>,
}

/// The page of the stage at which `flow` stands.
pub(super) fn of(house: &House, flow: &Flow, problem: Option<authn::flow::Problem>) -> Response {
    let frame = Frame::of(house);
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let problem = problem.map(|problem| words::problem(problem, &frame.help));
    let id = flow.id.clone();
    match &flow.stage {
        Stage::Identify => {
            let name = flow.purpose.login_hint.clone().unwrap_or_default();
            let page = Identify {
                client: client(flow),
                reason: reason(flow),
                has_cards: house.cards.is_some(),
                frame,
                flow: id,
                name,
                problem,
            };
            render(status, &page)
        }
        Stage::Password { name, .. } => render(
            status,
            &Password {
                frame,
                flow: id,
                name: name.clone(),
                problem,
            },
        ),
        Stage::Code { person, .. } => render(
            status,
            &Code {
                frame,
                flow: id,
                name: person.to_string(),
                problem,
            },
        ),
        Stage::ConfirmCard { person, card } => card::confirm_page(house, flow, person.as_str(), card),
        Stage::Finished { .. } => see_other(&format!("/signin/continue?flow={id}")),
    }
}

fn client(flow: &Flow) -> Option<String> {
    match &flow.purpose.then {
        Then::Authorize(request) => Some(request.client_name.clone()),
        Then::Page(_) => None,
        Then::Saml(request) => Some(request.client_name.clone()),
    }
}

/// Why the sign-in page is shown to somebody who may be signed in already, in words.
fn reason(flow: &Flow) -> Option<String> {
    let need = &flow.purpose.requirement;
    let who = match &flow.purpose.then {
        Then::Authorize(request) => request.client_name.as_str(),
        Then::Page(path) if path.starts_with("/admin") => "What you want to do in the console",
        Then::Page(_) => "This",
        Then::Saml(request) => request.client_name.as_str(),
    };
    if need.level >= authn::assurance::Level::Aal2PhishingResistant {
        return Some(format!(
            "{who} needs {}. What you were doing is kept.",
            words::needs(need.level)
        ));
    }
    let is_anew = need.after.is_some() || need.max_age.is_some();
    is_anew.then(|| format!("{who} asks you to confirm that it's you. What you were doing is kept."))
}
