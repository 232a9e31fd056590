// SPDX-License-Identifier: Apache-2.0
//! `GET /account`.

use askama::Template;
use authn::account;
use authn::factor::attestation::models;
use authn::session::Session;
use authn::store::cards::{self, BoundCard};
use authn::store::passkeys::{self, Passkey};
use authn::store::{recovery_codes, sessions, upstream_links};
use authn::upstream::link::Link;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use http::{HeaderMap, StatusCode};

use super::nav::Nav;
use crate::app::{App, House};
use crate::http::authn::card_page::day;
use crate::http::authn::enrol::challenge::display_name;
use crate::http::authn::{browser, words};
use crate::http::fault::Fault;
use crate::http::page::{Frame, render, see_other};

#[derive(Template)]
#[template(path = "account.html")]
struct Account {
    frame: Frame,
    nav: Nav,
    name: String,
    person: String,
    strength: &'static str,
    signed_in: String,
    csrf: String,
    passkeys: Vec<PasskeyRow>,
    cards: Vec<CardRow>,
    links: Vec<LinkRow>,
    sources: Vec<(String, String)>,
    has_cards: bool,
    removable: bool,
    has_password: bool,
    codes: Option<String>,
    sessions: Vec<SessionRow>,
    problem: Option<String>,
    done: Option<String>,
}

struct PasskeyRow {
    id: String,
    name: String,
    kind: String,
    created: String,
    used: Option<String>,
    suspect: bool,
}

struct CardRow {
    id: String,
    subject: String,
    issued_by: String,
    expires: String,
    used: Option<String>,
}

struct LinkRow {
    id: String,
    source: String,
    label: String,
    created: String,
    used: Option<String>,
}

struct SessionRow {
    id: String,
    is_this: bool,
    agent: String,
    device: Option<String>,
    strength: &'static str,
    by: String,
    signed_in: String,
    last_active: String,
    ends: String,
}

/// `GET /account`
pub async fn get(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fault> {
    match browser::session(&app, &headers).await? {
        Some(session) => page(&app, &session, Ok(None)).await,
        None => Ok(see_other("/signin?then=/account")),
    }
}

/// The page, with what was done or what was wrong.
pub(crate) async fn page(
    house: &House,
    session: &Session,
    outcome: Result<Option<String>, String>,
) -> Result<Response, Fault> {
    let now = house.now();
    let mut db = house.database.pool.acquire().await?;
    let keys = passkeys::of_person(&session.person, &mut db).await?;
    let bound = cards::of_person(&session.person, &mut db).await?;
    let links = upstream_links::of_person(&session.person, &mut db).await?;
    let ways = account::ways(&session.person, &mut db).await?;
    let (left, got) = recovery_codes::left(&session.person, &mut db).await?;
    let mut all = sessions::open_of_person(&session.person, &mut db).await?;
    all.retain(|one| one.is_live(now) || one.id == session.id);
    all.sort_by_key(|one| one.id != session.id);
    let status = if outcome.is_err() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = Account {
        frame: Frame::of(house),
        nav: Nav::of("/account", session, now),
        name: display_name(house, &session.person),
        person: session.person.to_string(),
        strength: words::strength(session.level),
        signed_in: words::moment(session.auth_time),
        csrf: session.csrf.clone(),
        removable: keys.len() + bound.len() > 1,
        cards: bound.into_iter().map(CardRow::from).collect(),
        links: links.into_iter().map(|link| LinkRow::of(house, link)).collect(),
        sources: linkable(house),
        has_cards: house.cards.is_some(),
        passkeys: keys.into_iter().map(|key| PasskeyRow::of(house, key)).collect(),
        has_password: ways.password,
        codes: (got > 0).then(|| format!("{left} of {got} left")),
        sessions: all
            .iter()
            .map(|one| SessionRow::of(house, one, session))
            .collect(),
        done: outcome.as_ref().ok().cloned().flatten(),
        problem: outcome.err(),
    };
    Ok(render(status, &page))
}

impl PasskeyRow {
    fn of(house: &House, passkey: Passkey) -> Self {
        let trust = house.factors.passkeys.trusted();
        let kind = if passkey.credential.backup_eligible {
            "on your devices"
        } else if passkey.attested {
            "on a security key, make attested"
        } else {
            "on one device or security key"
        };
        let make = models::name(passkey.aaguid, trust.metadata.as_ref());
        Self {
            id: passkey.id,
            name: passkey.name,
            kind: format!("{make} · {kind}"),
            created: words::moment(passkey.created_at),
            used: passkey.last_used_at.map(words::moment),
            suspect: passkey.suspect,
        }
    }
}

impl From<BoundCard> for CardRow {
    fn from(card: BoundCard) -> Self {
        Self {
            id: card.id,
            subject: card.subject,
            issued_by: card.issued_by,
            expires: day(card.expires_at),
            used: card.last_used_at.map(words::moment),
        }
    }
}

impl LinkRow {
    fn of(house: &House, link: Link) -> Self {
        let source = &link.identity.source;
        let name = house.upstream.source(source).map(|source| source.name.clone());
        Self {
            source: name.unwrap_or_else(|| source.to_string()),
            id: link.id,
            label: link.label,
            created: words::moment(link.created_at),
            used: link.last_used_at.map(words::moment),
        }
    }
}

/// The sources to which an account can be linked by going there.
fn linkable(house: &House) -> Vec<(String, String)> {
    let sources = house.upstream.all();
    let there = sources
        .iter()
        .filter(|source| source.signs_in() && source.ldap().is_none());
    there
        .map(|source| (source.id.to_string(), source.name.clone()))
        .collect()
}

impl SessionRow {
    fn of(house: &House, session: &Session, this: &Session) -> Self {
        let agent = session.place.agent.clone();
        Self {
            id: session.id.to_string(),
            is_this: session.id == this.id,
            agent: agent.unwrap_or_else(|| "A browser that did not say its name".to_owned()),
            device: session.place.device.as_ref().map(ToString::to_string),
            strength: words::strength(session.level),
            by: words::signed_in_by(house, session),
            signed_in: words::moment(session.auth_time),
            last_active: words::moment(session.last_activity),
            ends: words::moment(session.ends_at),
        }
    }
}
