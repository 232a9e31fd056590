// SPDX-License-Identifier: Apache-2.0
//! The page for somebody who is signed in, and not strongly or freshly enough (RFC 9470): who asks for what,
//! those of her ways that would do, and where to get one if none does.

use askama::Template;
use authn::account::{self, Ways};
use authn::assurance::{Level, Requirement, Unmet};
use authn::factor::card::FirstUse;
use authn::flow::{Flow, Problem};
use authn::session::{Session, SessionId};
use authn::store::{sessions, upstream_links};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::{PersonId, SourceId};

use super::pages::{asking, client, status_of};
use crate::app::House;
use crate::http::authn::words;
use crate::http::fault::Fault;
use crate::http::page::{Frame, render};

#[derive(Template)]
#[template(path = "step_up.html")]
struct StepUp {
    frame: Frame,
    flow: String,
    title: &'static str,
    person: String,
    why: String,
    client: Option<String>,
    has_devices: bool,
    offer: Offer,
    problem: Option<String>,
}

/// What would do, strongest first.
struct Offer {
    has_card: bool,
    has_passkey: bool,
    /// Sources whose word could be enough: address and name.
    sources: Vec<(String, String)>,
    has_password: bool,
    needs_code: bool,
    /// What to get, if she has nothing.
    lacks: Option<Lacks>,
}

/// What somebody without a way that would do can do about it.
struct Lacks {
    text: String,
    link: Option<(&'static str, &'static str)>,
}

/// The session that falls short.
pub(super) struct Short<'a> {
    pub(super) session: &'a SessionId,
    pub(super) person: &'a PersonId,
    /// Where she has just come from.
    pub(super) from: Option<&'a SourceId>,
    pub(super) unmet: Unmet,
}

/// The page.
pub(super) async fn page(
    house: &House,
    flow: &Flow,
    short: Short<'_>,
    problem: Option<Problem>,
) -> Result<Response, Fault> {
    let mut db = house.database.pool.acquire().await?;
    let session = sessions::by_id(short.session, &mut db).await?;
    drop(db);
    let offer = offer(house, flow, &short).await?;
    let frame = Frame::of(house);
    let page = StepUp {
        flow: flow.id.clone(),
        title: match short.unmet {
            Unmet::Age => "Confirm that it's you",
            Unmet::Level => "One more step",
        },
        person: short.person.to_string(),
        why: why(flow, &short, session.as_ref()),
        client: client(flow),
        has_devices: house.devices.is_some(),
        offer,
        problem: problem
            .clone()
            .map(|problem| words::problem(problem, &frame.help)),
        frame,
    };
    Ok(render(status_of(problem.as_ref()), &page))
}

/// Who asks, for what, and what she has.
fn why(flow: &Flow, short: &Short<'_>, session: Option<&Session>) -> String {
    let who = asking(&flow.purpose);
    let need = &flow.purpose.requirement;
    match short.unmet {
        Unmet::Level => {
            let has = session.map_or(String::new(), |session| {
                format!(" with {}", words::signed_in_with(session.level))
            });
            format!(
                "You are signed in{has}, but {who} needs {}. {} What you were doing is kept.",
                words::needs(need.level),
                words::assurance(need.level)
            )
        }
        Unmet::Age => format!(
            "{who} asks you to confirm that it's you{}. What you were doing is kept.",
            age(need, short, session)
        ),
    }
}

/// What is wrong with the age of a sign-in.
fn age(need: &Requirement, short: &Short<'_>, session: Option<&Session>) -> String {
    match (need.max_age.filter(|seconds| *seconds > 0), session) {
        _ if short.from.is_some() => {
            ", and nobody can say when you last did, or it was too long ago".to_owned()
        }
        (Some(seconds), Some(session)) => format!(
            ": you last did on {}, and it may be no more than {} ago",
            words::moment(session.auth_time),
            words::span(seconds)
        ),
        _ => " with a new sign-in".to_owned(),
    }
}

async fn offer(house: &House, flow: &Flow, short: &Short<'_>) -> Result<Offer, Fault> {
    let needed = flow.purpose.requirement.level;
    let now = house.now();
    let passkeys = &house.factors.passkeys;
    let mut db = house.database.pool.acquire().await?;
    let ways = account::ways_reaching(needed, short.person, passkeys, now, &mut db).await?;
    let linked = upstream_links::of_person(short.person, &mut db).await?;
    drop(db);
    let linked = linked.into_iter().map(|link| link.identity.source);
    let sources = again(
        house,
        flow,
        short.from.cloned().into_iter().chain(linked).collect(),
    );
    let reached_by_directory = if ways.totp { Level::Aal2 } else { Level::Aal1 };
    let has_password =
        ways.password || (reached_by_directory >= needed && house.is_in_a_directory(short.person).await?);
    let has_card = house.cards.is_some() && (ways.card || takes_new_cards(house, needed));
    let is_none = !has_card && !ways.passkey && !has_password && sources.is_empty();
    Ok(Offer {
        has_card,
        has_passkey: ways.passkey,
        sources,
        has_password,
        needs_code: ways.totp,
        lacks: is_none.then(|| lacks(house, needed, ways)),
    })
}

/// The ways to those of these sources whose word could be enough. She is asked anew there.
fn again(house: &House, flow: &Flow, mut ids: Vec<SourceId>) -> Vec<(String, String)> {
    ids.sort();
    ids.dedup();
    let sources = ids.iter().filter_map(|id| house.upstream.source(id));
    let could = sources.filter(|source| {
        source.signs_in()
            && source.ldap().is_none()
            && super::pages::highest(source) >= flow.purpose.requirement.level
    });
    could
        .map(|source| {
            let address = format!("/signin/source?flow={}&source={}&anew=yes", flow.id, source.id);
            (address, source.name.clone())
        })
        .collect()
}

/// Whether a card that nobody has used yet may open an account, strongly enough.
fn takes_new_cards(house: &House, needed: Level) -> bool {
    house.cards.as_ref().is_some_and(|desk| {
        let mut issuers = desk.cards.issuers.iter();
        issuers.any(|issuer| {
            issuer.first_use == FirstUse::UpnIsPerson
                && issuer.policies.values().any(|level| *level >= needed)
        })
    })
}

/// Which authenticator would do, and where it is put on file.
fn lacks(house: &House, needed: Level, ways: Ways) -> Lacks {
    let help = &Frame::of(house).help;
    let desk = if help.is_empty() {
        "the help desk"
    } else {
        help.as_str()
    };
    let none = format!(
        "None of your ways to sign in is enough for this. It takes {}.",
        words::needs(needed)
    );
    let kept_weak = if ways.totp && needed > Level::Aal2 {
        " Your security codes will not do."
    } else {
        ""
    };
    if needed < Level::Aal3 {
        return Lacks {
            text: format!(
                "{none}{kept_weak} You can add a passkey in your account, and then come back to this page."
            ),
            link: Some(("/account", "Add a passkey in your account")),
        };
    }
    if house.cards.is_some() {
        let text = format!(
            "{none}{kept_weak} You can add your smartcard in your account. For a security key, ask {desk} for an \
             enrolment link and add it with that. Then come back to this page."
        );
        let link = Some(("/account/cards/add", "Add a smartcard in your account"));
        return Lacks { text, link };
    }
    Lacks {
        text: format!(
            "{none}{kept_weak} Ask {desk} for an enrolment link, add an attested security key with that, and then \
             come back to this page."
        ),
        link: None,
    }
}
