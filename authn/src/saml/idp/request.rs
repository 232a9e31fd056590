// SPDX-License-Identifier: Apache-2.0
//! A request to sign somebody in (SAML core, section 3.4.1), as an ordered list of small checks, and
//! frozen when they pass: nothing that the browser sends later can change it.
//!
//! Until the request is known to be meant for us, of this moment, and to lead back to an address of
//! its service provider, a fault ends on our own page; after that the service provider hears of it.

use chrono::{DateTime, TimeDelta, Utc};
use roxmltree::Node;
use serde::{Deserialize, Serialize};

use super::attributes;
use super::context::{Asked, Comparison, MOST_CLASSES};
use super::inbound::Authentic;
use super::name_id::{Format, NameId};
use super::provider::ServiceProvider;
use super::status::Status;
use crate::oidc::client::ClientRecord;
use crate::saml::read::{self, is};
use crate::saml::{DS, HTTP_POST, Refused, SAML, SAMLP, SKEW};

/// How old a request may be. People follow links at once; a bookmark of one is worth nothing.
pub const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(5);
/// The longest id of a message that is repeated in an answer.
const LONGEST_ID: usize = 256;

/// A checked request, frozen.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The client.
    pub client: String,
    /// Its name, for pages.
    pub client_name: String,
    /// The request's own name; none when we begin.
    pub id: Option<String>,
    /// Where the answer goes: one of its service provider's own addresses.
    pub consumer: String,
    /// The service provider's state, returned as it came and never looked at.
    pub relay_state: Option<String>,
    /// Whether the person has to prove herself anew.
    pub force: bool,
    /// Whether nothing may be shown.
    pub is_passive: bool,
    /// What she is to be called.
    pub name_id: NameId,
    /// How strongly she has to be authenticated, where the request says so.
    pub context: Option<Asked>,
    /// The person that must be signed in, by her name there.
    pub expected: Option<String>,
    /// What the service provider learns, as the person's consent names it.
    pub scope: String,
    /// When the request came.
    pub received_at: DateTime<Utc>,
}

/// Why a request is not taken.
#[derive(Debug)]
pub enum Refusal {
    /// Show a page, and send nothing anywhere.
    Page(&'static str),
    /// The service provider hears of it.
    Status(Box<Request>, Status),
}

impl From<Refused> for Refusal {
    fn from(_: Refused) -> Self {
        Self::Page("the request is not an AuthnRequest of SAML 2.0")
    }
}

/// The request's own name, by which it counts once.
pub fn id(message: &Authentic) -> Result<String, Refused> {
    let document = message.document()?;
    let id = read::attribute(document.root_element(), "ID")?;
    let first = id.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_');
    let rest = id.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c));
    if first && rest && id.len() <= LONGEST_ID {
        Ok(id.to_owned())
    } else {
        Err(Refused::Value("ID"))
    }
}

/// Checks a request of `record`, which is the client that it came from, and freezes it. `sso` is the
/// address at which it was received.
pub fn check(
    message: &Authentic,
    record: &ClientRecord,
    sso: &str,
    now: DateTime<Utc>,
) -> Result<Request, Refusal> {
    let Some(provider) = &record.saml else {
        return Err(Refusal::Page("the client is no service provider"));
    };
    let document = message.document().map_err(Refusal::from)?;
    let root = document.root_element();
    if !is(root, SAMLP, "AuthnRequest") || root.attribute("Version") != Some("2.0") {
        return Err(Refusal::Page("the request is not an AuthnRequest of SAML 2.0"));
    }
    let id = id(message)?;
    destination(root, message, sso)?;
    fresh(root, now)?;
    if !provider.is_current(now) {
        return Err(Refusal::Page(
            "the metadata of the service provider has run out: import it anew",
        ));
    }
    let consumer = consumer(root, provider)?;
    let mut request = Request {
        client: record.id.clone(),
        client_name: record.name.clone(),
        id: Some(id),
        consumer,
        relay_state: message.relay_state().map(str::to_owned),
        force: read::flag(root, "ForceAuthn")?,
        is_passive: read::flag(root, "IsPassive")?,
        name_id: provider.name_id,
        context: None,
        expected: None,
        scope: attributes::scope(record),
        received_at: now,
    };
    for check in [binding, parts, subject, name_id_policy, requested_context] {
        match check(root, provider, &mut request) {
            Ok(()) => {}
            Err(Fault::Page(why)) => return Err(Refusal::Page(why)),
            Err(Fault::Status(status)) => return Err(Refusal::Status(Box::new(request), status)),
        }
    }
    Ok(request)
}

/// A request that nobody sent: people are led to `record` from here.
pub fn unsolicited(
    record: &ClientRecord,
    relay_state: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Request, &'static str> {
    let provider = record
        .saml
        .as_ref()
        .filter(|provider| provider.idp_initiated)
        .ok_or("people are not sent there without being asked for")?;
    if !provider.is_current(now) {
        return Err("the metadata of the service provider has run out: import it anew");
    }
    let consumer = provider.default_consumer().ok_or("it has no address")?;
    let relay_state = crate::saml::relay_state(relay_state).map_err(|_| "RelayState is too long")?;
    Ok(Request {
        client: record.id.clone(),
        client_name: record.name.clone(),
        id: None,
        consumer: consumer.location.clone(),
        relay_state,
        force: false,
        is_passive: false,
        name_id: provider.name_id,
        context: None,
        expected: None,
        scope: attributes::scope(record),
        received_at: now,
    })
}

/// A signed message says for whom it is (SAML bindings, sections 3.4.5.2 and 3.5.5.2).
fn destination(root: Node<'_, '_>, message: &Authentic, here: &str) -> Result<(), Refusal> {
    match root.attribute("Destination") {
        Some(destination) if destination == here => Ok(()),
        None if !message.is_signed() => Ok(()),
        Some(_) => Err(Refusal::Page(
            "the request is for another address (`Destination`)",
        )),
        None => Err(Refusal::Page("the request is signed, yet names no `Destination`")),
    }
}

fn fresh(root: Node<'_, '_>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let issued = read::moment(root, "IssueInstant")?.ok_or(Refusal::Page("`IssueInstant` is missing"))?;
    if issued > now + SKEW {
        return Err(Refusal::Page(
            "the request is of a later moment than this: compare the clocks",
        ));
    }
    if now - issued > LONGEST_WAIT {
        return Err(Refusal::Page(
            "the request is too old: begin again at the application",
        ));
    }
    Ok(())
}

/// Where the answer goes (S14): only ever to an address that the metadata names.
fn consumer(root: Node<'_, '_>, provider: &ServiceProvider) -> Result<String, Refusal> {
    let index = root.attribute("AssertionConsumerServiceIndex");
    let address = root.attribute("AssertionConsumerServiceURL");
    let found = match (index, address) {
        (Some(_), Some(_)) => {
            return Err(Refusal::Page("the request names its address in two ways"));
        }
        (Some(index), None) => {
            let index: Option<u16> = index.parse().ok();
            provider
                .consumers
                .iter()
                .find(|consumer| Some(consumer.index) == index)
        }
        (None, Some(address)) => provider
            .consumers
            .iter()
            .find(|consumer| consumer.location == address),
        (None, None) => provider.default_consumer(),
    };
    found
        .map(|consumer| consumer.location.clone())
        .ok_or(Refusal::Page(
            "the request wants its answer at an address that is not in the metadata of its service provider",
        ))
}

type Checked = Result<(), Fault>;

/// What is wrong with a request whose answer has an address already.
enum Fault {
    Page(&'static str),
    Status(Status),
}

impl From<Refused> for Fault {
    fn from(_: Refused) -> Self {
        Self::Page("the request is not an AuthnRequest of SAML 2.0")
    }
}

impl From<Status> for Fault {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

fn binding(root: Node<'_, '_>, _: &ServiceProvider, _: &mut Request) -> Checked {
    match root.attribute("ProtocolBinding") {
        None | Some(HTTP_POST) => Ok(()),
        Some(_) => Err(Status::RequestUnsupported.into()),
    }
}

/// What may stand in a request. Conditions would have to be honoured, and are not.
fn parts(root: Node<'_, '_>, _: &ServiceProvider, _: &mut Request) -> Checked {
    const KNOWN: [(&str, &str); 7] = [
        (SAML, "Issuer"),
        (DS, "Signature"),
        (SAMLP, "Extensions"),
        (SAML, "Subject"),
        (SAMLP, "NameIDPolicy"),
        (SAMLP, "RequestedAuthnContext"),
        (SAMLP, "Scoping"),
    ];
    let is_known = |child: Node<'_, '_>| KNOWN.iter().any(|(space, name)| is(child, space, name));
    if root.children().filter(Node::is_element).all(is_known) {
        Ok(())
    } else {
        Err(Status::RequestUnsupported.into())
    }
}

/// Whom the service provider expects (section 3.4.1.4: another one must not be told of).
fn subject(root: Node<'_, '_>, _: &ServiceProvider, request: &mut Request) -> Checked {
    let Some(subject) = read::maybe(root, SAML, "Subject")? else {
        return Ok(());
    };
    let parts: Vec<Node<'_, '_>> = subject.children().filter(Node::is_element).collect();
    match parts.as_slice() {
        [name] if is(*name, SAML, "NameID") => {
            request.expected = Some(read::text(*name)?);
            Ok(())
        }
        // Encrypted names and confirmations are not looked into.
        _ => Err(Status::RequestUnsupported.into()),
    }
}

/// Section 3.4.1.1. `AllowCreate` says nothing here: our names are not made, they are computed.
fn name_id_policy(root: Node<'_, '_>, provider: &ServiceProvider, request: &mut Request) -> Checked {
    let Some(policy) = read::maybe(root, SAMLP, "NameIDPolicy")? else {
        return Ok(());
    };
    let qualifier = policy.attribute("SPNameQualifier");
    if qualifier.is_some_and(|qualifier| qualifier != provider.entity_id) {
        return Err(Status::InvalidNameIdPolicy.into());
    }
    let Some(uri) = policy.attribute("Format") else {
        return Ok(());
    };
    let wanted = match Format::named(uri) {
        Some(Format::Unspecified) => Some(provider.name_id),
        Some(Format::Persistent) => Some(NameId::Persistent),
        Some(Format::Transient) => Some(NameId::Transient),
        // A name that others know is given only to whom it was promised.
        Some(Format::Email)
            if provider.name_id == NameId::Email || provider.name_id_formats.contains(&Format::Email) =>
        {
            Some(NameId::Email)
        }
        Some(Format::Email) | None => None,
    };
    match wanted {
        Some(wanted) => {
            request.name_id = wanted;
            Ok(())
        }
        None => Err(Status::InvalidNameIdPolicy.into()),
    }
}

/// Section 3.3.2.2.1.
fn requested_context(root: Node<'_, '_>, _: &ServiceProvider, request: &mut Request) -> Checked {
    let Some(context) = read::maybe(root, SAMLP, "RequestedAuthnContext")? else {
        return Ok(());
    };
    let comparison = Comparison::named(context.attribute("Comparison").unwrap_or("exact"));
    let classes: Vec<String> = read::children(context, SAML, "AuthnContextClassRef")
        .take(MOST_CLASSES + 1)
        .map(read::text)
        .collect::<Result<_, _>>()?;
    match comparison {
        Some(comparison) if (1..=MOST_CLASSES).contains(&classes.len()) => {
            request.context = Some(Asked { comparison, classes });
            Ok(())
        }
        // Declarations are not known here, and neither are other comparisons.
        _ => Err(Status::NoAuthnContext.into()),
    }
}
