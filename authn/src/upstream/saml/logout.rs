// SPDX-License-Identifier: Apache-2.0
//! Single logout (SAML core, section 3.7; SAML profiles, section 4.4). Both messages are signed, in
//! both directions; there is no option to take an unsigned one.

use chrono::{DateTime, TimeDelta, Utc};
use roxmltree::Node;

use super::name::NameId;
use super::request::{Carried, RequestError};
use super::response::{issued_by, status};
use super::{Fault, Rules, SUCCESS};
use crate::saml::metadata::{Endpoint, IdentityProvider};
use crate::saml::post::Form;
use crate::saml::read::{self, is};
use crate::saml::redirect::{Carrier, address};
use crate::saml::sign::signed;
use crate::saml::write::{Element, Space};
use crate::saml::{Credential, HTTP_POST, HTTP_REDIRECT, SAML, SAMLP, Verified, instant};

/// How long a logout request is good that does not say so itself, and ours always.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(5);
/// Sessions that one request may name.
const MOST_SESSIONS: usize = 64;

/// All done but elsewhere (SAML core, section 3.2.2.2).
pub const PARTIAL: &str = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
/// The one who asks made a mistake.
pub const REQUESTER: &str = "urn:oasis:names:tc:SAML:2.0:status:Requester";

/// A provider asks to end sessions.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Asked {
    /// The message, which is good once.
    pub id: String,
    /// Whose sessions.
    pub name: NameId,
    /// Which of its own; none means all.
    pub sessions: Vec<String>,
    /// Until when the message has to be remembered.
    pub remember_until: DateTime<Utc>,
}

/// What a provider says to our request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Answered {
    /// The request that it answers.
    pub in_response_to: String,
    /// Whether everybody else there was told, too.
    pub is_complete: bool,
}

/// Checks a request of a provider.
pub fn asked(message: &Verified, rules: &Rules, now: DateTime<Utc>) -> Result<Asked, Fault> {
    let document = message.document()?;
    let root = document.root_element();
    let issued_at = head(root, "LogoutRequest", rules, now)?;
    // A request without an end is good for as long as one of ours.
    let until = read::moment(root, "NotOnOrAfter")?.unwrap_or(issued_at + GOOD_FOR);
    if now >= until + rules.skew {
        return Err(Fault::Time("NotOnOrAfter"));
    }
    let sessions = read::children(root, SAMLP, "SessionIndex")
        .take(MOST_SESSIONS + 1)
        .map(read::text)
        .collect::<Result<Vec<_>, _>>()?;
    if sessions.len() > MOST_SESSIONS || sessions.iter().any(String::is_empty) {
        return Err(Fault::Attributes);
    }
    Ok(Asked {
        id: read::attribute(root, "ID")?.to_owned(),
        name: NameId::read(read::only(root, SAML, "NameID")?)?,
        sessions,
        remember_until: until + rules.skew,
    })
}

/// Checks a provider's answer to ours.
pub fn answered(message: &Verified, rules: &Rules, now: DateTime<Utc>) -> Result<Answered, Fault> {
    let document = message.document()?;
    let root = document.root_element();
    let issued_at = head(root, "LogoutResponse", rules, now)?;
    if now >= issued_at + GOOD_FOR + rules.skew {
        return Err(Fault::Time("IssueInstant"));
    }
    let is_partial = read::maybe(root, SAMLP, "Status")?
        .into_iter()
        .flat_map(|status| status.descendants())
        .any(|code| code.attribute("Value") == Some(PARTIAL));
    Ok(Answered {
        in_response_to: read::attribute(root, "InResponseTo")?.to_owned(),
        is_complete: status(root).is_ok() && !is_partial,
    })
}

/// What both messages have: kind, version, issuer, destination, time.
fn head(
    root: Node<'_, '_>,
    kind: &'static str,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, Fault> {
    if !is(root, SAMLP, kind) || root.attribute("Version") != Some("2.0") {
        return Err(Fault::Kind(kind));
    }
    issued_by(root, rules)?;
    if root.attribute("Destination") != Some(rules.logout.as_str()) {
        return Err(Fault::Destination);
    }
    let issued_at = read::moment(root, "IssueInstant")?.ok_or(Fault::Missing("IssueInstant"))?;
    if issued_at > now + rules.skew {
        return Err(Fault::Time("IssueInstant"));
    }
    Ok(issued_at)
}

/// Our request to end a session there.
#[expect(
    clippy::too_many_arguments,
    reason = "a message, whom it is for, by whom, and when"
)]
pub fn ask(
    id: &str,
    name: &NameId,
    session: Option<&str>,
    relay_state: Option<&str>,
    rules: &Rules,
    provider: &IdentityProvider,
    by: &Credential,
    now: DateTime<Utc>,
) -> Result<Carried, RequestError> {
    let endpoint = endpoint(provider)?;
    let request = message("LogoutRequest", id, &endpoint.location, rules, now)
        .with("NotOnOrAfter", instant(now + GOOD_FOR))
        .with("Reason", "urn:oasis:names:tc:SAML:2.0:logout:user")
        .child(name.element())
        .children(session.map(|session| Element::new(Space::Samlp, "SessionIndex").text(session)));
    carry(
        request,
        Carrier::Request,
        endpoint,
        &endpoint.location,
        relay_state,
        by,
    )
}

/// Our answer to a request of the provider.
#[expect(
    clippy::too_many_arguments,
    reason = "a message, whom it is for, by whom, and when"
)]
pub fn answer(
    id: &str,
    to: &str,
    code: &str,
    relay_state: Option<&str>,
    rules: &Rules,
    provider: &IdentityProvider,
    by: &Credential,
    now: DateTime<Utc>,
) -> Result<Carried, RequestError> {
    let endpoint = endpoint(provider)?;
    let status = |value: &str| Element::new(Space::Samlp, "StatusCode").with("Value", value);
    let code = match code {
        // Nobody knows a partial logout but as a kind of success (SAML core, section 3.7.3.2).
        PARTIAL => status(SUCCESS).child(status(PARTIAL)),
        code => status(code),
    };
    let response = message("LogoutResponse", id, endpoint.for_responses(), rules, now)
        .with("InResponseTo", to)
        .child(Element::new(Space::Samlp, "Status").child(code));
    carry(
        response,
        Carrier::Response,
        endpoint,
        endpoint.for_responses(),
        relay_state,
        by,
    )
}

fn message(kind: &'static str, id: &str, destination: &str, rules: &Rules, now: DateTime<Utc>) -> Element {
    Element::new(Space::Samlp, kind)
        .with("ID", id)
        .with("Version", "2.0")
        .with("IssueInstant", instant(now))
        .with("Destination", destination)
        .child(Element::new(Space::Saml, "Issuer").text(rules.own_entity_id.as_str()))
}

fn endpoint(provider: &IdentityProvider) -> Result<&Endpoint, RequestError> {
    [HTTP_REDIRECT, HTTP_POST]
        .into_iter()
        .find_map(|binding| provider.role.logout_by(binding))
        .ok_or(RequestError::NoAddress)
}

fn carry(
    message: Element,
    carrier: Carrier,
    endpoint: &Endpoint,
    destination: &str,
    relay_state: Option<&str>,
    by: &Credential,
) -> Result<Carried, RequestError> {
    if endpoint.binding == HTTP_REDIRECT {
        let text = message.canonical();
        let address = address(destination, carrier, &text, relay_state, Some(by))?;
        return Ok(Carried::Address(address));
    }
    let text = signed(message, by)?.canonical();
    Ok(Carried::Form(Form::new(destination, carrier, &text, relay_state)))
}
