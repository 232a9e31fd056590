// SPDX-License-Identifier: Apache-2.0
//! A response is looked at step by step, for whoever connects a provider: each check of [`super::response`]
//! and [`super::assertion`] by itself, with what stands there and what should. One that fails does not hide
//! the next. Nobody is signed in by it, and nothing is used up.
//!
//! Responses are good for minutes, and people look at them later: all but the time is judged as of the moment
//! at which the response says that it was made.

use chrono::{DateTime, Utc};
use roxmltree::{Document, Node};

use super::assertion::{self, Arrival};
use super::{Fault, Rules, response};
use crate::saml::metadata::IdentityProvider;
use crate::saml::read::{self, is};
use crate::saml::{Credential, Gated, SAML, SAMLP, Verified, instant};

/// How much of a value is shown.
const SHOWN: usize = 200;

/// One check.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Step {
    /// What it is for: the audience.
    Audience,
    /// Attributes.
    Attributes,
    /// To where the response was sent.
    Destination,
    /// It is a response, of a form that is understood.
    Form,
    /// Who says so.
    Issuer,
    /// By what name she is known for good.
    Name,
    /// Where its bearer should come.
    Recipient,
    /// Which request it answers.
    Request,
    /// How and when she proved herself.
    SignIn,
    /// Signature and encryption.
    Signature,
    /// Whether the provider says that all went well.
    Status,
    /// Whether it is good now.
    Time,
}

/// What a check found.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Finding {
    /// The check.
    pub step: Step,
    /// What stands there; empty where nothing does.
    pub saw: String,
    /// What is wrong with it.
    pub fault: Option<Fault>,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Looked {
    /// In the order in which they are made.
    pub findings: Vec<Finding>,
    /// What would be taken of it, if it came in time.
    pub arrival: Option<Arrival>,
}

/// Looks at everything that can be looked at. Blocks while signatures are verified.
pub fn look(
    message: &Gated,
    rules: &Rules,
    provider: &IdentityProvider,
    keys: &[&Credential],
    now: DateTime<Utc>,
) -> Result<Looked, Fault> {
    let document = message.document()?;
    let root = document.root_element();
    let mut findings = around(root, rules);
    let trusted = response::assertion_of(message, &document, rules, provider, keys);
    findings.push(signature(&document, &trusted));
    let at = match &trusted {
        Ok(trusted) => {
            let trusted = trusted.document()?;
            let assertion = response::only_assertion(trusted.root_element())?;
            let at = made(root, assertion, now);
            findings.extend(within(root, assertion, rules, at, now));
            at
        }
        // What nobody vouches for is told, so that all that is wrong can be mended at once. It counts for nothing.
        Err(_) => match response::assertions(&document).find(|one| is(*one, SAML, "Assertion")) {
            Some(assertion) => {
                let at = made(root, assertion, now);
                findings.extend(within(root, assertion, rules, at, now));
                at
            }
            None => now,
        },
    };
    let taken = response::receive(message, rules, provider, keys, at);
    // Whatever the steps say: what would be refused is refused.
    if let Err(fault) = &taken
        && findings.iter().all(|finding| finding.fault.is_none())
    {
        findings.push(finding(Step::Form, String::new(), Err(fault.clone())));
    }
    Ok(Looked {
        findings,
        arrival: taken.ok(),
    })
}

/// When both were there; never later than now.
fn made(root: Node<'_, '_>, assertion: Node<'_, '_>, now: DateTime<Utc>) -> DateTime<Utc> {
    let both = [root, assertion].map(|node| response::issued_at(node).ok());
    both.into_iter().flatten().max().map_or(now, |at| at.min(now))
}

/// The response around the assertion.
fn around(root: Node<'_, '_>, rules: &Rules) -> Vec<Finding> {
    let told = |name: &str| root.attribute(name).unwrap_or_default().to_owned();
    vec![
        finding(
            Step::Form,
            root.tag_name().name().to_owned(),
            response::kind(root),
        ),
        finding(Step::Status, status(root), response::status(root)),
        finding(Step::Issuer, issuer(root), response::issued_by(root, rules)),
        finding(
            Step::Destination,
            told("Destination"),
            response::addressed(root, rules),
        ),
    ]
}

/// What an assertion says.
fn within(
    root: Node<'_, '_>,
    assertion: Node<'_, '_>,
    rules: &Rules,
    at: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    // The issuer around it was looked at; this one is the one that counts.
    if let Err(fault) = assertion::kind(assertion).and_then(|()| response::issued_by(assertion, rules)) {
        findings.push(finding(Step::Issuer, issuer(assertion), Err(fault)));
    }
    let conditions = assertion::the_conditions(assertion);
    let period = conditions.clone().and_then(assertion::period);
    let (saw, in_time) = match &period {
        Ok((from, until)) => {
            let is_now = *from - rules.skew <= now && now < *until + rules.skew;
            let fault = if is_now {
                Ok(())
            } else {
                Err(Fault::Time("Conditions"))
            };
            (format!("{} to {}", instant(*from), instant(*until)), fault)
        }
        Err(fault) => (String::new(), Err(fault.clone())),
    };
    findings.push(finding(Step::Time, saw, in_time));
    findings.push(finding(
        Step::Audience,
        audiences(assertion),
        conditions.and_then(|conditions| assertion::restrictions(conditions, rules)),
    ));
    let subject = read::only(assertion, SAML, "Subject").map_err(Fault::from);
    let confirmed = subject
        .clone()
        .and_then(|subject| assertion::confirmed(subject, rules, at));
    let answers = match &confirmed {
        Ok(confirmed) => {
            let is_one = confirmed.in_response_to.as_deref() == root.attribute("InResponseTo");
            let is_asked = confirmed.in_response_to.is_some() || rules.unsolicited;
            let fault = if is_one && is_asked {
                Ok(())
            } else {
                Err(Fault::InResponseTo)
            };
            Some((confirmed.in_response_to.clone().unwrap_or_default(), fault))
        }
        Err(_) => None,
    };
    findings.push(finding(
        Step::Recipient,
        recipients(assertion),
        confirmed.map(drop),
    ));
    findings.extend(answers.map(|(saw, fault)| finding(Step::Request, saw, fault)));
    let event = assertion::event(assertion, rules, at);
    let saw = event.as_ref().map(|event| {
        let context = event.context.as_deref().unwrap_or("no context");
        format!("{context}, at {}", instant(event.at))
    });
    findings.push(finding(Step::SignIn, saw.unwrap_or_default(), event.map(drop)));
    let name = subject.and_then(|subject| assertion::name(subject, rules));
    let attributes = assertion::attributes(assertion);
    let lasting = match (&name, &attributes) {
        (Ok(name), Ok(attributes)) => assertion::lasting(name, attributes, rules).map(drop),
        (Err(fault), _) => Err(fault.clone()),
        // Named by the next finding.
        (Ok(_), Err(_)) => Ok(()),
    };
    findings.push(finding(Step::Name, named(assertion), lasting));
    let saw = attributes
        .as_ref()
        .map(|attributes| attributes.keys().cloned().collect::<Vec<_>>().join(", "));
    findings.push(finding(
        Step::Attributes,
        saw.unwrap_or_default(),
        attributes.map(drop),
    ));
    findings
}

fn signature(document: &Document<'_>, trusted: &Result<Verified, Fault>) -> Finding {
    let is_encrypted = document
        .descendants()
        .any(|node| is(node, SAML, "EncryptedAssertion"));
    let saw = if is_encrypted { "encrypted" } else { "in clear" };
    let fault = trusted.as_ref().map(drop).map_err(Clone::clone);
    finding(Step::Signature, saw.to_owned(), fault)
}

fn issuer(of: Node<'_, '_>) -> String {
    texts(of, "Issuer", false)
}

fn audiences(assertion: Node<'_, '_>) -> String {
    texts(assertion, "Audience", true)
}

fn named(assertion: Node<'_, '_>) -> String {
    let format = assertion
        .descendants()
        .find(|node| is(*node, SAML, "NameID"))
        .and_then(|name| name.attribute("Format"))
        .and_then(|format| format.rsplit(':').next());
    format.unwrap_or("no format").to_owned()
}

fn recipients(assertion: Node<'_, '_>) -> String {
    let found = assertion
        .descendants()
        .filter(|node| is(*node, SAML, "SubjectConfirmationData"))
        .filter_map(|data| data.attribute("Recipient"));
    found.take(4).collect::<Vec<_>>().join(", ")
}

fn status(root: Node<'_, '_>) -> String {
    let codes = root
        .descendants()
        .filter(|node| is(*node, SAMLP, "StatusCode"))
        .filter_map(|code| code.attribute("Value")?.rsplit(':').next());
    codes.take(2).collect::<Vec<_>>().join(", ")
}

/// The texts of elements of that name, below or deep below.
fn texts(of: Node<'_, '_>, name: &'static str, deep: bool) -> String {
    let found = of
        .descendants()
        .filter(|node| is(*node, SAML, name) && (deep || node.parent() == Some(of)))
        .filter_map(|node| read::text(node).ok());
    found.take(4).collect::<Vec<_>>().join(", ")
}

fn finding(step: Step, saw: String, fault: Result<(), Fault>) -> Finding {
    // It is somebody else's text.
    let saw = saw.chars().filter(|one| !one.is_control()).take(SHOWN).collect();
    Finding {
        step,
        saw,
        fault: fault.err(),
    }
}
