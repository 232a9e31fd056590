// SPDX-License-Identifier: Apache-2.0
//! Logout messages (SAML core, section 3.7; profiles, section 4.4), both ways. All of them are
//! signed. Ours go by the browser, one service provider after the other: only there are their
//! cookies.

use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;
use roxmltree::Node;
use serde::{Deserialize, Serialize};

use super::Entity;
use super::inbound::Authentic;
use super::name_id::Name;
use super::response::issuer;
use super::status::{self, SUCCESS, Status};
use crate::saml::read::{self, is};
use crate::saml::write::{Element, Space};
use crate::saml::{DS, Refused, SAML, SAMLP, SKEW, fresh_id, instant};

/// How long a request of ours may be answered.
pub const LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// How old a message may be.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(5);
/// The most sessions that one request may name.
const MOST_SESSIONS: usize = 50;

/// A service provider's request to end sessions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Request {
    /// Its own name.
    pub id: String,
    /// Whose sessions, by her name there.
    pub name: String,
    /// Which of them, by their names there; empty: all.
    pub sessions: Vec<String>,
    /// Its state, returned as it came.
    pub relay_state: Option<String>,
}

/// A service provider's answer to a request of ours.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answer {
    /// The request that it answers.
    pub in_response_to: String,
    /// Whether it ended everything that it was asked to.
    pub is_success: bool,
}

/// A session at a service provider, as it is told of its end.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Participant {
    /// The client.
    pub client: String,
    /// What people read.
    pub client_name: String,
    /// Its entity id.
    pub entity_id: String,
    /// The session's name there.
    pub sid: String,
    /// Her name there.
    pub name: Name,
}

/// Reads a request of a service provider that signed it.
pub fn request(message: &Authentic, slo: &str, now: DateTime<Utc>) -> Result<Request, Refused> {
    let document = message.document()?;
    let root = document.root_element();
    common(root, message, "LogoutRequest", slo, now)?;
    if read::moment(root, "NotOnOrAfter")?.is_some_and(|until| now >= until + SKEW) {
        return Err(Refused::Expired);
    }
    let name = read::text(read::only(root, SAML, "NameID")?)?;
    let sessions: Vec<String> = read::children(root, SAMLP, "SessionIndex")
        .take(MOST_SESSIONS + 1)
        .map(read::text)
        .collect::<Result<_, _>>()?;
    if sessions.len() > MOST_SESSIONS {
        return Err(Refused::Count("sessions"));
    }
    Ok(Request {
        id: super::request::id(message)?,
        name,
        sessions,
        relay_state: message.relay_state().map(str::to_owned),
    })
}

/// Reads an answer of a service provider that signed it.
pub fn answer(message: &Authentic, slo: &str, now: DateTime<Utc>) -> Result<Answer, Refused> {
    let document = message.document()?;
    let root = document.root_element();
    common(root, message, "LogoutResponse", slo, now)?;
    let status = read::only(root, SAMLP, "Status")?;
    let code = read::only(status, SAMLP, "StatusCode")?;
    let is_whole = read::maybe(code, SAMLP, "StatusCode")?.is_none();
    Ok(Answer {
        in_response_to: read::attribute(root, "InResponseTo")?.to_owned(),
        is_success: code.attribute("Value") == Some(SUCCESS) && is_whole,
    })
}

/// A request of ours, unsigned.
pub fn ask(
    to: &Participant,
    destination: &str,
    entity: &Entity,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
) -> (String, Element) {
    let id = fresh_id(rng);
    let message = Element::new(Space::Samlp, "LogoutRequest")
        .with("ID", id.clone())
        .with("Version", "2.0")
        .with("IssueInstant", instant(now))
        .with("Destination", destination)
        .with("NotOnOrAfter", instant(now + LIFETIME))
        .child(issuer(entity))
        .child(to.name.element(&to.entity_id, &entity.id))
        .child(Element::new(Space::Samlp, "SessionIndex").text(to.sid.clone()));
    (id, message)
}

/// An answer of ours, unsigned.
pub fn tell(
    in_response_to: &str,
    status: Option<Status>,
    destination: &str,
    entity: &Entity,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
) -> Element {
    Element::new(Space::Samlp, "LogoutResponse")
        .with("ID", fresh_id(rng))
        .with("Version", "2.0")
        .with("IssueInstant", instant(now))
        .with("Destination", destination)
        .with("InResponseTo", in_response_to)
        .child(issuer(entity))
        .child(status::element(status, None))
}

/// What every logout message has to be.
fn common(
    root: Node<'_, '_>,
    message: &Authentic,
    name: &'static str,
    slo: &str,
    now: DateTime<Utc>,
) -> Result<(), Refused> {
    if !message.is_signed() {
        return Err(Refused::Unsigned);
    }
    if !is(root, SAMLP, name) || root.attribute("Version") != Some("2.0") {
        return Err(Refused::Value("the message"));
    }
    if root.attribute("Destination") != Some(slo) {
        return Err(Refused::Value("Destination"));
    }
    let issued = read::moment(root, "IssueInstant")?.ok_or(Refused::Once("IssueInstant"))?;
    if issued > now + SKEW || now - issued > LONGEST_WAIT {
        return Err(Refused::Expired);
    }
    // Encrypted names are not looked into, and nothing else is known here.
    let is_known = |child: Node<'_, '_>| {
        [
            (SAML, "Issuer"),
            (SAML, "NameID"),
            (DS, "Signature"),
            (SAMLP, "Extensions"),
            (SAMLP, "SessionIndex"),
            (SAMLP, "Status"),
        ]
        .iter()
        .any(|(space, name)| is(child, space, name))
    };
    if root.children().filter(Node::is_element).all(is_known) {
        Ok(())
    } else {
        Err(Refused::Forbidden("a part that is not known"))
    }
}
