// SPDX-License-Identifier: Apache-2.0
//! A response, as it comes in a form (SAML profiles, section 4.1.4.3). What stands around a signed
//! assertion and is not signed itself is looked at too, and only ever to refuse.

use chrono::{DateTime, Utc};
use roxmltree::{Document, Node};

use super::assertion::{self, Arrival};
use super::{ENTITY, Encryption, Fault, Rules, SUCCESS};
use crate::saml::metadata::IdentityProvider;
use crate::saml::read::{self, is};
use crate::saml::signature::{is_signed, verify};
use crate::saml::{Credential, DS, Gated, Refused, SAML, SAMLP, Verified, decryption};

/// Checks everything in a response but which browser it belongs to. Blocks while signatures are
/// verified.
pub fn receive(
    message: &Gated,
    rules: &Rules,
    provider: &IdentityProvider,
    keys: &[&Credential],
    now: DateTime<Utc>,
) -> Result<Arrival, Fault> {
    // Without a key to check it with, nothing is read at all.
    if provider.role.signing.is_empty() {
        return Err(Fault::NoSigningKey);
    }
    let document = message.document()?;
    let root = document.root_element();
    let in_response_to = around(root, rules, now)?;
    let trusted = assertion_of(message, &document, rules, provider, keys)?;
    let document = trusted.document()?;
    let arrival = assertion::check(only_assertion(document.root_element())?, rules, now)?;
    if arrival.in_response_to != in_response_to {
        return Err(Fault::InResponseTo);
    }
    match arrival.in_response_to {
        None if !rules.unsolicited => Err(Fault::InResponseTo),
        _ => Ok(arrival),
    }
}

/// The response itself: for us, from that provider, and a success. Returns what it answers.
fn around(root: Node<'_, '_>, rules: &Rules, now: DateTime<Utc>) -> Result<Option<String>, Fault> {
    kind(root)?;
    issued_by(root, rules)?;
    addressed(root, rules)?;
    if issued_at(root)? > now + rules.skew {
        return Err(Fault::Time("IssueInstant"));
    }
    status(root)?;
    Ok(root.attribute("InResponseTo").map(str::to_owned))
}

/// It is a response of SAML 2.0.
pub(super) fn kind(root: Node<'_, '_>) -> Result<(), Fault> {
    if is(root, SAMLP, "Response") && root.attribute("Version") == Some("2.0") {
        Ok(())
    } else {
        Err(Fault::Kind("Response"))
    }
}

/// It was sent here.
pub(super) fn addressed(root: Node<'_, '_>, rules: &Rules) -> Result<(), Fault> {
    if root.attribute("Destination") == Some(rules.consumer.as_str()) {
        Ok(())
    } else {
        Err(Fault::Destination)
    }
}

/// When it was made.
pub(super) fn issued_at(of: Node<'_, '_>) -> Result<DateTime<Utc>, Fault> {
    read::moment(of, "IssueInstant")?.ok_or(Fault::Missing("IssueInstant"))
}

/// The issuer is there, is the provider, and is called so by its entity id.
pub(super) fn issued_by(of: Node<'_, '_>, rules: &Rules) -> Result<(), Fault> {
    let issuer = read::only(of, SAML, "Issuer")?;
    let is_entity = issuer.attribute("Format").is_none_or(|format| format == ENTITY);
    if is_entity && read::text(issuer)? == rules.entity_id {
        Ok(())
    } else {
        Err(Fault::Issuer)
    }
}

/// Success, or the more telling of the two codes.
pub(super) fn status(of: Node<'_, '_>) -> Result<(), Fault> {
    let code = read::only(read::only(of, SAMLP, "Status")?, SAMLP, "StatusCode")?;
    let value = read::attribute(code, "Value")?;
    if value == SUCCESS {
        return Ok(());
    }
    let second = read::maybe(code, SAMLP, "StatusCode")?.and_then(|code| code.attribute("Value"));
    Err(Fault::Status(Some(told(second.unwrap_or(value)))))
}

/// The last part of a status, as far as it is fit for a log.
fn told(status: &str) -> String {
    let last = status.rsplit(':').next().unwrap_or_default();
    last.chars()
        .filter(char::is_ascii_alphanumeric)
        .take(40)
        .collect()
}

/// Whatever calls itself an assertion, in whatever namespace and wherever it stands (S1).
pub(super) fn assertions<'a>(document: &'a Document<'_>) -> impl Iterator<Item = Node<'a, 'a>> {
    document.descendants().filter(|node| {
        node.is_element() && matches!(node.tag_name().name(), "Assertion" | "EncryptedAssertion")
    })
}

/// The bytes of the one assertion, or of the signed response with it in, that a key of the provider
/// vouches for.
pub(super) fn assertion_of(
    message: &Gated,
    document: &Document<'_>,
    rules: &Rules,
    provider: &IdentityProvider,
    keys: &[&Credential],
) -> Result<Verified, Fault> {
    let root = document.root_element();
    let mut found = assertions(document);
    let (Some(assertion), None) = (found.next(), found.next()) else {
        return Err(Fault::OneAssertion);
    };
    if assertion.parent_element() != Some(root) || assertion.tag_name().namespace() != Some(SAML) {
        return Err(Fault::OneAssertion);
    }
    let is_whole = read::children(root, DS, "Signature").next().is_some();
    if rules.response_signed && !is_whole {
        return Err(Fault::ResponseUnsigned);
    }
    let is_encrypted = is(assertion, SAML, "EncryptedAssertion");
    match (is_encrypted, rules.encryption) {
        (true, Encryption::Refused) | (false, Encryption::Required) => return Err(Fault::Encryption),
        _ => {}
    }
    let signing = &provider.role.signing;
    if !is_encrypted {
        return Ok(verify(message, signing)?);
    }
    if is_whole {
        // What is decrypted is what was signed.
        let verified = verify(message, signing)?;
        let document = verified.document()?;
        let encrypted = read::only(document.root_element(), SAML, "EncryptedAssertion")?;
        return decrypted(encrypted, true, provider, keys);
    }
    if is_signed(document) {
        return Err(Refused::Place.into());
    }
    decrypted(assertion, false, provider, keys)
}

/// What was encrypted counts if the response around it was signed, or it is signed itself (S3). A
/// signature in it has to hold in either case.
fn decrypted(
    encrypted: Node<'_, '_>,
    is_vouched_for: bool,
    provider: &IdentityProvider,
    keys: &[&Credential],
) -> Result<Verified, Fault> {
    let inner = decryption::decrypt(encrypted, keys)?;
    let is_signed = {
        let document = inner.document()?;
        let mut found = assertions(&document);
        let root = document.root_element();
        if !is(root, SAML, "Assertion") || found.next() != Some(root) || found.next().is_some() {
            return Err(Fault::OneAssertion);
        }
        is_signed(&document)
    };
    if is_signed {
        Ok(verify(&inner, &provider.role.signing)?)
    } else if is_vouched_for {
        Ok(Verified::whole(inner))
    } else {
        Err(Refused::Unsigned.into())
    }
}

/// The assertion in verified bytes: they are it, or a response with it in.
pub(super) fn only_assertion<'a>(root: Node<'a, 'a>) -> Result<Node<'a, 'a>, Fault> {
    if is(root, SAML, "Assertion") {
        Ok(root)
    } else {
        Ok(read::only(root, SAML, "Assertion")?)
    }
}
