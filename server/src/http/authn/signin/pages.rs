// SPDX-License-Identifier: Apache-2.0
//! The pages of a sign-in, by its stage.

use askama::Template;
use authn::assurance::{Level, Unmet};
use authn::flow::{Flow, Stage, Then};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::{PersonId, SourceId};
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
    sources: Vec<(String, String)>,
    has_devices: bool,
    name: String,
    problem: Option<String>,
}

#[derive(Template)]
#[template(path = "step_up.html")]
struct StepUp {
    frame: Frame,
    flow: String,
    why: String,
    again: Option<(String, String)>,
    has_cards: bool,
    password_of: Option<String>,
    needs_code: bool,
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
    let is_password = problem == Some(authn::flow::Problem::Password);
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
                sources: buttons(house),
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
        Stage::StepUp {
            person,
            source,
            unmet,
            ..
        } => {
            let again = again_there(house, flow, source);
            let page = step_up(house, flow, person, *unmet, again, problem);
            render(status, &page)
        }
        Stage::Finished { .. } => see_other(&format!("/signin/continue?flow={id}")),
    }
}

/// Whether the password of somebody may be kept in a directory.
fn has_directory(house: &House) -> bool {
    let sources = house.upstream.all();
    sources
        .iter()
        .any(|source| source.signs_in() && source.ldap().is_some_and(|ldap| !ldap.login.is_empty()))
}

/// The sources that have a button: name in addresses, and name for people.
fn buttons(house: &House) -> Vec<(String, String)> {
    let sources = house.upstream.all();
    let with_button = sources
        .iter()
        .filter(|source| source.offer.button && source.signs_in() && source.ldap().is_none());
    with_button
        .map(|source| (source.id.to_string(), source.name.clone()))
        .collect()
}

/// The way to the source once more, if its word could be enough: address and name.
fn again_there(house: &House, flow: &Flow, source: &SourceId) -> Option<(String, String)> {
    let source = house.upstream.source(source).filter(|source| source.signs_in())?;
    let highest = source
        .trust
        .assurance
        .as_ref()
        .map_or(Level::Aal1, |assurance| assurance.highest.into());
    (highest >= flow.purpose.requirement.level).then(|| {
        let address = format!("/signin/source?flow={}&source={}&anew=yes", flow.id, source.id);
        (address, source.name.clone())
    })
}

/// The page for somebody whose source's word is not enough.
fn step_up(
    house: &House,
    flow: &Flow,
    person: &PersonId,
    unmet: Unmet,
    again: Option<(String, String)>,
    problem: Option<String>,
) -> StepUp {
    let needed = flow.purpose.requirement.level;
    let who = client(flow).unwrap_or_else(|| "What you came from".to_owned());
    let why = match unmet {
        Unmet::Age => format!(
            "{who} asks you to confirm that it's you, and nobody can say when you last did. What you were doing is kept."
        ),
        Unmet::Level => format!(
            "You are signed in, but {who} needs {}. What you were doing is kept.",
            words::needs(needed)
        ),
    };
    StepUp {
        frame: Frame::of(house),
        flow: flow.id.clone(),
        why,
        again,
        has_cards: house.cards.is_some(),
        password_of: (needed <= Level::Aal2).then(|| person.to_string()),
        needs_code: needed == Level::Aal2,
        problem,
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
