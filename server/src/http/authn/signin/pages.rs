// SPDX-License-Identifier: Apache-2.0
//! The pages of a sign-in, by its stage.

use askama::Template;
use authn::assurance::Level;
use authn::flow::{Flow, Problem, Purpose, Stage, Then};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::source::Source;
use http::StatusCode;

use super::card;
use super::step_up::{self, Short};
use crate::app::House;
use crate::http::authn::words;
use crate::http::fault::Fault;
use crate::http::page::{Frame, render, see_other};

#[derive(Template)]
#[template(path = "signin.html")]
struct Identify {
    frame: Frame,
    flow: String,
    client: Option<String>,
    reason: Option<String>,
    has_cards: bool,
    has_names: bool,
    sources: Vec<(String, String)>,
    has_devices: bool,
    name: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "password.html")]
struct Password {
    frame: Frame,
    flow: String,
    name: String,
    has_cards: bool,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "code.html")]
struct Code {
    frame: Frame,
    flow: String,
    name: String,
    has_cards: bool,
    problem: Option<String>,
}

/// The page of the stage at which `flow` stands.
pub(super) async fn of(house: &House, flow: &Flow, problem: Option<Problem>) -> Result<Response, Fault> {
    if let Stage::StepUp {
        session,
        person,
        source,
        unmet,
    } = &flow.stage
    {
        let short = Short {
            session,
            person,
            from: source.as_ref(),
            unmet: *unmet,
        };
        return step_up::page(house, flow, short, problem).await;
    }
    Ok(own(house, flow, problem))
}

fn own(house: &House, flow: &Flow, problem: Option<Problem>) -> Response {
    let frame = Frame::of(house);
    let status = status_of(problem.as_ref());
    let is_password = problem == Some(Problem::Password);
    let mut problem = problem.map(|problem| words::problem(problem, &frame.help));
    if is_password && has_directory(house) {
        // Whether one is down is not said: that would tell whose password is kept there.
        problem.get_or_insert_default().push_str(words::DIRECTORY);
    }
    let id = flow.id.clone();
    match &flow.stage {
        Stage::Identify => {
            let name = flow.purpose.login_hint.clone().unwrap_or_default();
            let page = Identify {
                client: client(flow),
                reason: reason(flow),
                has_cards: house.cards.is_some(),
                has_names: flow.purpose.is_within_reach_of_passwords() || leads_names_on(house, flow),
                sources: buttons(house, flow),
                has_devices: house.devices.is_some(),
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
                has_cards: house.cards.is_some(),
                problem,
            },
        ),
        Stage::Code { person, .. } => render(
            status,
            &Code {
                frame,
                flow: id,
                name: person.to_string(),
                has_cards: house.cards.is_some(),
                problem,
            },
        ),
        Stage::ConfirmCard { person, card } => card::confirm_page(house, flow, person.as_str(), card),
        Stage::Finished { .. } | Stage::StepUp { .. } => see_other(&format!("/signin/continue?flow={id}")),
    }
}

/// Whether the password of somebody may be kept in a directory.
fn has_directory(house: &House) -> bool {
    let sources = house.upstream.all();
    sources
        .iter()
        .any(|source| source.signs_in() && source.ldap().is_some_and(|ldap| !ldap.login.is_empty()))
}

/// Whether a name that is typed may lead to a source that is strong enough.
fn leads_names_on(house: &House, flow: &Flow) -> bool {
    let needed = flow.purpose.requirement.level;
    house
        .upstream
        .all()
        .iter()
        .any(|source| source.signs_in() && !source.offer.domains.is_empty() && highest(source) >= needed)
}

/// The sources that have a button and are strong enough: name in addresses, and name for people.
fn buttons(house: &House, flow: &Flow) -> Vec<(String, String)> {
    let needed = flow.purpose.requirement.level;
    let sources = house.upstream.all();
    let with_button = sources.iter().filter(|source| {
        source.offer.button && source.signs_in() && source.ldap().is_none() && highest(source) >= needed
    });
    with_button
        .map(|source| (source.id.to_string(), source.name.clone()))
        .collect()
}

/// The strongest that the word of a source may count for.
pub(super) fn highest(source: &Source) -> Level {
    let assurance = source.trust.assurance.as_ref();
    assurance.map_or(Level::Aal1, |assurance| assurance.highest.into())
}

/// A page of a problem is an answer to what was sent.
pub(super) fn status_of(problem: Option<&Problem>) -> StatusCode {
    if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    }
}

pub(super) fn client(flow: &Flow) -> Option<String> {
    match &flow.purpose.then {
        Then::Authorize(request) => Some(request.client_name.clone()),
        Then::Page(_) => None,
        Then::Saml(request) => Some(request.client_name.clone()),
    }
}

/// Who or what asks for a sign-in.
pub(super) fn asking(purpose: &Purpose) -> String {
    match &purpose.then {
        Then::Authorize(request) => request.client_name.clone(),
        Then::Page(path) => purpose
            .act
            .as_deref()
            .and_then(words::act)
            .unwrap_or_else(|| words::page(path))
            .to_owned(),
        Then::Saml(request) => request.client_name.clone(),
    }
}

/// Why more is asked for than anybody's way to sign in, in words.
fn reason(flow: &Flow) -> Option<String> {
    let need = &flow.purpose.requirement;
    let who = asking(&flow.purpose);
    if !flow.purpose.is_within_reach_of_passwords() {
        return Some(format!(
            "{who} needs {}. {} What you were doing is kept.",
            words::needs(need.level),
            words::assurance(need.level)
        ));
    }
    let is_anew = need.after.is_some() || need.max_age.is_some();
    is_anew.then(|| format!("{who} asks you to confirm that it's you. What you were doing is kept."))
}
