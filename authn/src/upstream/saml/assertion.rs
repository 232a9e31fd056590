// SPDX-License-Identifier: Apache-2.0
//! An assertion whose bytes were verified: one small check per rule of the profile (SAML profiles,
//! section 4.1.4.2 and 4.1.4.3; SAML core, section 2.5).

use chrono::{DateTime, Utc};
use countersign_directory::source::Attributes;
use roxmltree::Node;
use serde::{Deserialize, Serialize};

use super::name::NameId;
use super::response::{issued_at, issued_by};
use super::{Fault, PERSISTENT, Rules};
use crate::saml::SAML;
use crate::saml::read::{self, is};
use crate::upstream::Claimed;

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
/// Confirmations, restrictions and statements of one kind.
const MOST_PARTS: usize = 8;
const MOST_ATTRIBUTES: usize = 200;
const MOST_VALUES: usize = 2_000;
const LONGEST_VALUE: usize = 4_096;

/// What an assertion says, once it was checked. Whether the browser is the right one is not known yet.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// Who is here.
    pub claimed: Claimed,
    /// The name by which the provider speaks of her.
    pub name: NameId,
    /// The request that it answers.
    pub in_response_to: Option<String>,
    /// The assertion's id, which is good once.
    pub assertion: String,
    /// Until when that id has to be remembered.
    pub remember_until: DateTime<Utc>,
}

/// Checks it.
pub(super) fn check(assertion: Node<'_, '_>, rules: &Rules, now: DateTime<Utc>) -> Result<Arrival, Fault> {
    kind(assertion)?;
    let id = read::attribute(assertion, "ID")?;
    issued_by(assertion, rules)?;
    if issued_at(assertion)? > now + rules.skew {
        return Err(Fault::Time("IssueInstant"));
    }
    let subject = read::only(assertion, SAML, "Subject")?;
    let name = name(subject, rules)?;
    let confirmed = confirmed(subject, rules, now)?;
    let conditions_end = conditions(assertion, rules, now)?;
    let attributes = attributes(assertion)?;
    let event = event(assertion, rules, now)?;
    let subject = lasting(&name, &attributes, rules)?;
    Ok(Arrival {
        claimed: Claimed {
            source: rules.source.clone(),
            issuer: rules.entity_id.clone(),
            subject,
            attributes,
            context: event.context,
            methods: Vec::new(),
            authenticated_at: Some(event.at),
            session_until: event.until,
            session: event.index,
            id_token: None,
        },
        name,
        in_response_to: confirmed.in_response_to,
        assertion: id.to_owned(),
        remember_until: confirmed.until.min(conditions_end) + rules.skew,
    })
}

/// It is an assertion of SAML 2.0.
pub(super) fn kind(assertion: Node<'_, '_>) -> Result<(), Fault> {
    if is(assertion, SAML, "Assertion") && assertion.attribute("Version") == Some("2.0") {
        Ok(())
    } else {
        Err(Fault::Kind("Assertion"))
    }
}

/// What names her for good: her name, or the attribute that was agreed, with one value.
pub(super) fn lasting(name: &NameId, attributes: &Attributes, rules: &Rules) -> Result<String, Fault> {
    let Some(attribute) = &rules.subject_attribute else {
        return Ok(name.value.clone());
    };
    match attributes.get(attribute).map(Vec::as_slice) {
        Some([only]) if !only.is_empty() => Ok(only.clone()),
        _ => Err(Fault::Name),
    }
}

/// Of the form that was agreed, and the provider's own name of her for us.
pub(super) fn name(subject: Node<'_, '_>, rules: &Rules) -> Result<NameId, Fault> {
    let name = NameId::read(read::only(subject, SAML, "NameID")?)?;
    // What is to name her for good has to be a name for good.
    let has_form = rules.subject_attribute.is_some() || name.format.as_deref() == Some(PERSISTENT);
    let fits = |qualifier: &Option<String>, own: &str| qualifier.as_deref().is_none_or(|one| one == own);
    if has_form
        && fits(&name.name_qualifier, &rules.entity_id)
        && fits(&name.sp_name_qualifier, &rules.own_entity_id)
    {
        Ok(name)
    } else {
        Err(Fault::Name)
    }
}

/// A confirmation that holds.
#[derive(Debug)]
pub(super) struct Confirmed {
    pub(super) in_response_to: Option<String>,
    pub(super) until: DateTime<Utc>,
}

/// One confirmation has to hold, of its bearer (S9).
pub(super) fn confirmed(
    subject: Node<'_, '_>,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Result<Confirmed, Fault> {
    let mut why = Fault::Missing("SubjectConfirmation");
    for confirmation in read::children(subject, SAML, "SubjectConfirmation").take(MOST_PARTS) {
        if confirmation.attribute("Method") != Some(BEARER) {
            continue;
        }
        match bearer(confirmation, rules, now) {
            Ok(confirmed) => return Ok(confirmed),
            Err(fault) => why = fault,
        }
    }
    Err(why)
}

fn bearer(confirmation: Node<'_, '_>, rules: &Rules, now: DateTime<Utc>) -> Result<Confirmed, Fault> {
    let data = read::only(confirmation, SAML, "SubjectConfirmationData")?;
    if data.attribute("Recipient") != Some(rules.consumer.as_str()) {
        return Err(Fault::Recipient);
    }
    // A bearer's confirmation has no beginning (SAML profiles, section 4.1.4.2).
    if data.attribute("NotBefore").is_some() {
        return Err(Fault::Time("SubjectConfirmationData"));
    }
    let until = read::moment(data, "NotOnOrAfter")?.ok_or(Fault::Missing("NotOnOrAfter"))?;
    if now >= until + rules.skew {
        return Err(Fault::Time("SubjectConfirmationData"));
    }
    Ok(Confirmed {
        in_response_to: data.attribute("InResponseTo").map(str::to_owned),
        until,
    })
}

/// Within its time and for us (S8). Returns its end.
fn conditions(assertion: Node<'_, '_>, rules: &Rules, now: DateTime<Utc>) -> Result<DateTime<Utc>, Fault> {
    let conditions = the_conditions(assertion)?;
    let (from, until) = period(conditions)?;
    if now < from - rules.skew || now >= until + rules.skew {
        return Err(Fault::Time("Conditions"));
    }
    restrictions(conditions, rules)?;
    Ok(until)
}

/// There are some.
pub(super) fn the_conditions<'a, 'd: 'a>(assertion: Node<'a, 'd>) -> Result<Node<'a, 'd>, Fault> {
    read::maybe(assertion, SAML, "Conditions")?.ok_or(Fault::Missing("Conditions"))
}

/// From when until when.
pub(super) fn period(conditions: Node<'_, '_>) -> Result<(DateTime<Utc>, DateTime<Utc>), Fault> {
    let from = read::moment(conditions, "NotBefore")?.ok_or(Fault::Missing("NotBefore"))?;
    let until = read::moment(conditions, "NotOnOrAfter")?.ok_or(Fault::Missing("NotOnOrAfter"))?;
    Ok((from, until))
}

/// For us, and under no condition that we do not know.
pub(super) fn restrictions(conditions: Node<'_, '_>, rules: &Rules) -> Result<(), Fault> {
    let mut is_restricted = false;
    for condition in conditions.children().filter(Node::is_element) {
        if is(condition, SAML, "AudienceRestriction") {
            is_restricted = true;
            audience(condition, rules)?;
        } else if !is(condition, SAML, "OneTimeUse") && !is(condition, SAML, "ProxyRestriction") {
            // Everything is used once, and nothing is passed on.
            return Err(Fault::Condition);
        }
    }
    if is_restricted {
        Ok(())
    } else {
        Err(Fault::Missing("AudienceRestriction"))
    }
}

fn audience(restriction: Node<'_, '_>, rules: &Rules) -> Result<(), Fault> {
    for audience in read::children(restriction, SAML, "Audience") {
        if read::text(audience)? == rules.own_entity_id {
            return Ok(());
        }
    }
    Err(Fault::Audience)
}

/// How and when she proved herself there.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) at: DateTime<Utc>,
    pub(super) context: Option<String>,
    index: Option<String>,
    until: Option<DateTime<Utc>>,
}

pub(super) fn event(assertion: Node<'_, '_>, rules: &Rules, now: DateTime<Utc>) -> Result<Event, Fault> {
    let statement = read::only(assertion, SAML, "AuthnStatement")?;
    let at = read::moment(statement, "AuthnInstant")?.ok_or(Fault::Missing("AuthnInstant"))?;
    if at > now + rules.skew {
        return Err(Fault::Time("AuthnInstant"));
    }
    let until = read::moment(statement, "SessionNotOnOrAfter")?;
    if until.is_some_and(|until| now >= until) {
        return Err(Fault::Time("SessionNotOnOrAfter"));
    }
    let context = read::only(statement, SAML, "AuthnContext")?;
    let context = read::maybe(context, SAML, "AuthnContextClassRef")?
        .map(read::text)
        .transpose()?;
    let index = statement.attribute("SessionIndex").map(str::to_owned);
    let is_long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.len() > 1_024);
    if is_long(&context) || is_long(&index) {
        return Err(Fault::Attributes);
    }
    Ok(Event {
        at,
        context: context.filter(|context| !context.is_empty()),
        index: index.filter(|index| !index.is_empty()),
        until,
    })
}

/// Values that are text, or a name. Others mean nothing here, and an attribute of none of ours is as
/// if it were not there.
pub(super) fn attributes(assertion: Node<'_, '_>) -> Result<Attributes, Fault> {
    let mut all = Attributes::new();
    let mut count = 0;
    for statement in read::children(assertion, SAML, "AttributeStatement") {
        for attribute in statement.children().filter(Node::is_element) {
            if !is(attribute, SAML, "Attribute") {
                return Err(Fault::Kind("Attribute"));
            }
            let name = read::attribute(attribute, "Name")?;
            if name.is_empty() || name.len() > 1_024 {
                return Err(Fault::Attributes);
            }
            let values = all.entry(name.to_owned()).or_default();
            for value in read::children(attribute, SAML, "AttributeValue") {
                count += 1;
                match value_of(value)? {
                    Some(text) if text.len() > LONGEST_VALUE => return Err(Fault::Attributes),
                    Some(text) => values.push(text),
                    None => {}
                }
            }
        }
        if all.len() > MOST_ATTRIBUTES || count > MOST_VALUES {
            return Err(Fault::Attributes);
        }
    }
    Ok(all)
}

fn value_of(value: Node<'_, '_>) -> Result<Option<String>, Fault> {
    let nil = ("http://www.w3.org/2001/XMLSchema-instance", "nil");
    if matches!(value.attribute(nil), Some("true" | "1")) {
        return Ok(None);
    }
    if let Some(name) = read::maybe(value, SAML, "NameID")? {
        return Ok(Some(read::text(name)?));
    }
    let has_elements = value.children().any(|child| child.is_element());
    if has_elements {
        Ok(None)
    } else {
        Ok(Some(read::text(value)?))
    }
}

/// An arrival as it waits for its browser.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    issuer: String,
    subject: String,
    attributes: Attributes,
    context: Option<String>,
    authenticated_at: Option<DateTime<Utc>>,
    session_until: Option<DateTime<Utc>>,
    session: Option<String>,
    name: NameId,
    pub(super) in_response_to: Option<String>,
    pub(super) relay_state: Option<String>,
}

impl Kept {
    pub(super) fn of(arrival: &Arrival, relay_state: Option<&str>) -> Self {
        let Claimed {
            source: _,
            issuer,
            subject,
            attributes,
            context,
            methods: _,
            authenticated_at,
            session_until,
            session,
            id_token: _,
        } = arrival.claimed.clone();
        Self {
            issuer,
            subject,
            attributes,
            context,
            authenticated_at,
            session_until,
            session,
            name: arrival.name.clone(),
            in_response_to: arrival.in_response_to.clone(),
            relay_state: relay_state.map(str::to_owned),
        }
    }

    pub(super) fn split(self, source: countersign_directory::SourceId) -> (Claimed, NameId) {
        let claimed = Claimed {
            source,
            issuer: self.issuer,
            subject: self.subject,
            attributes: self.attributes,
            context: self.context,
            methods: Vec::new(),
            authenticated_at: self.authenticated_at,
            session_until: self.session_until,
            session: self.session,
            id_token: None,
        };
        (claimed, self.name)
    }
}
