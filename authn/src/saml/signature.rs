// SPDX-License-Identifier: Apache-2.0
//! From a document to the bytes that a known key signed.
//!
//! First the form of every signature is looked at, strictly: what it may contain, where it may
//! stand, what it may refer to (S2, S4, S6). Then libxmlsec1 verifies it, through samael in its
//! strictest mode, by keys of the sender's metadata only; what a message says about keys is not
//! read (S12). The result is the text that was digested, and it has to be the element that was
//! looked at before (S5).

use std::sync::Mutex;

use roxmltree::{Document, Node};
use samael::crypto::{AllowedSignatureAlgorithm, CertificateDer, Crypto, CryptoProvider, ReduceMode};

use super::gate::{Gated, Limits};
use super::read::{self, is};
use super::sign::{Algorithm, DIGESTS, ENVELOPED, EXCLUSIVE_C14N};
use super::{DS, PeerKey, Refused, SAML};

/// libxmlsec1 is not trusted with two threads: one document at a time.
static DOOR: Mutex<()> = Mutex::new(());

const ALLOWED: [AllowedSignatureAlgorithm; 6] = [
    AllowedSignatureAlgorithm::EcdsaSha256,
    AllowedSignatureAlgorithm::EcdsaSha384,
    AllowedSignatureAlgorithm::EcdsaSha512,
    AllowedSignatureAlgorithm::RsaSha256,
    AllowedSignatureAlgorithm::RsaSha384,
    AllowedSignatureAlgorithm::RsaSha512,
];

/// The canonical bytes of one element that a known key signed.
#[derive(Clone, Debug)]
pub struct Verified {
    bytes: Gated,
}

impl Verified {
    /// A document that was signed as a whole, by a signature beside it.
    pub(crate) fn whole(bytes: Gated) -> Self {
        Self { bytes }
    }

    /// The bytes that were digested.
    pub fn text(&self) -> &str {
        self.bytes.text()
    }

    /// What was signed.
    pub(crate) fn document(&self) -> Result<Document<'_>, Refused> {
        self.bytes.document()
    }
}

/// Verifies every signature of `document` and returns the outermost element that is signed: the
/// root, or the assertion directly below it. Blocks, for as long as others are verified.
pub fn verify(document: &Gated, keys: &[PeerKey]) -> Result<Verified, Refused> {
    verify_within(document, keys, &Limits::MESSAGE)
}

/// The same for metadata, which may be longer.
pub(super) fn verify_within(
    document: &Gated,
    keys: &[PeerKey],
    limits: &Limits,
) -> Result<Verified, Refused> {
    let parsed = document.document()?;
    let signatures = signatures(&parsed)?;
    let scheme = signatures.scheme;
    let certificates: Vec<CertificateDer> = keys
        .iter()
        .filter(|key| key.fits(scheme))
        .map(|key| key.der().to_vec().into())
        .collect();
    if certificates.is_empty() {
        return Err(Refused::NoKey);
    }
    let reduced = {
        let _alone = DOOR.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Crypto::reduce_xml_to_signed_with_allowed_algorithms(
            document.text(),
            &certificates,
            ReduceMode::PreDigest,
            Some(&ALLOWED),
        )
        .map_err(|_| Refused::Signature)?
    };
    let bytes = Gated::admit(reduced.as_bytes(), limits).map_err(|_| Refused::Differs)?;
    let verified = Verified { bytes };
    let root = verified.document()?;
    let root = root.root_element();
    let is_the_same = root.tag_name() == signatures.signed.tag_name()
        && root.attribute("ID") == signatures.signed.attribute("ID");
    if is_the_same {
        Ok(verified)
    } else {
        Err(Refused::Differs)
    }
}

/// Whether `document` has a signature anywhere.
pub(crate) fn is_signed(document: &Document<'_>) -> bool {
    document.descendants().any(|node| is(node, DS, "Signature"))
}

/// What the signatures of a document say of themselves.
struct Signatures<'a> {
    /// The outermost element that is signed.
    signed: Node<'a, 'a>,
    /// One algorithm that stands for the kind of key that made all of them.
    scheme: Algorithm,
}

fn signatures<'a>(document: &'a Document<'_>) -> Result<Signatures<'a>, Refused> {
    let root = document.root_element();
    let mut signed: Vec<Node<'_, '_>> = Vec::new();
    let mut algorithms: Vec<Algorithm> = Vec::new();
    for signature in document.descendants().filter(|node| is(*node, DS, "Signature")) {
        let parent = signature.parent_element().ok_or(Refused::Place)?;
        let is_assertion = is(parent, SAML, "Assertion") && parent.parent_element() == Some(root);
        if !(parent == root || is_assertion) || signed.contains(&parent) {
            return Err(Refused::Place);
        }
        algorithms.push(form(signature, parent)?);
        signed.push(parent);
    }
    if signed.len() > 2 {
        return Err(Refused::Place);
    }
    let first = *algorithms.first().ok_or(Refused::Unsigned)?;
    let of_one_kind = algorithms
        .iter()
        .all(|algorithm| algorithm.scheme() == first.scheme());
    if !of_one_kind {
        return Err(Refused::Algorithm);
    }
    let outermost = signed.iter().copied().find(|node| *node == root);
    Ok(Signatures {
        signed: outermost.or(signed.first().copied()).ok_or(Refused::Unsigned)?,
        scheme: first,
    })
}

/// The form of one signature: each part once, in its place, and nothing else.
fn form(signature: Node<'_, '_>, parent: Node<'_, '_>) -> Result<Algorithm, Refused> {
    let parts: Vec<_> = elements(signature).collect();
    let (signed_info, value) = match parts.as_slice() {
        [info, value] => (*info, *value),
        [info, value, key_info] if is(*key_info, DS, "KeyInfo") => (*info, *value),
        _ => return Err(Refused::Form("Signature")),
    };
    if !is(signed_info, DS, "SignedInfo") || !is(value, DS, "SignatureValue") {
        return Err(Refused::Form("Signature"));
    }
    read::text(value)?;
    let parts: Vec<_> = elements(signed_info).collect();
    let [canonicalization, method, reference] = parts.as_slice() else {
        return Err(Refused::Form("SignedInfo"));
    };
    if !is(*canonicalization, DS, "CanonicalizationMethod")
        || !is(*method, DS, "SignatureMethod")
        || !is(*reference, DS, "Reference")
    {
        return Err(Refused::Form("SignedInfo"));
    }
    exclusive(*canonicalization)?;
    if elements(*method).next().is_some() {
        return Err(Refused::Form("SignatureMethod"));
    }
    let algorithm = Algorithm::named(read::attribute(*method, "Algorithm")?).ok_or(Refused::Algorithm)?;
    referred(*reference, parent)?;
    Ok(algorithm)
}

fn referred(reference: Node<'_, '_>, parent: Node<'_, '_>) -> Result<(), Refused> {
    let id = parent.attribute("ID").ok_or(Refused::Reference)?;
    let refers = reference.attribute("URI").and_then(|uri| uri.strip_prefix('#'));
    if id.is_empty() || refers != Some(id) {
        return Err(Refused::Reference);
    }
    let parts: Vec<_> = elements(reference).collect();
    let [transforms, method, value] = parts.as_slice() else {
        return Err(Refused::Form("Reference"));
    };
    if !is(*transforms, DS, "Transforms")
        || !is(*method, DS, "DigestMethod")
        || !is(*value, DS, "DigestValue")
    {
        return Err(Refused::Form("Reference"));
    }
    let parts: Vec<_> = elements(*transforms).collect();
    let [enveloped, canonicalization] = parts.as_slice() else {
        return Err(Refused::Form("Transforms"));
    };
    let is_enveloped = is(*enveloped, DS, "Transform")
        && enveloped.attribute("Algorithm") == Some(ENVELOPED)
        && elements(*enveloped).next().is_none();
    if !is_enveloped || !is(*canonicalization, DS, "Transform") {
        return Err(Refused::Form("Transforms"));
    }
    exclusive(*canonicalization)?;
    if !DIGESTS.contains(&read::attribute(*method, "Algorithm")?) || elements(*method).next().is_some() {
        return Err(Refused::Algorithm);
    }
    read::text(*value).map(drop)
}

/// Exclusive canonicalisation without comments, with at most a list of prefixes.
fn exclusive(method: Node<'_, '_>) -> Result<(), Refused> {
    if method.attribute("Algorithm") != Some(EXCLUSIVE_C14N) {
        return Err(Refused::Form("canonicalisation"));
    }
    let parts: Vec<_> = elements(method).collect();
    let is_plain = match parts.as_slice() {
        [] => true,
        [list] => is(*list, EXCLUSIVE_C14N, "InclusiveNamespaces") && elements(*list).next().is_none(),
        _ => false,
    };
    if is_plain {
        Ok(())
    } else {
        Err(Refused::Form("canonicalisation"))
    }
}

fn elements<'a, 'd: 'a>(of: Node<'a, 'd>) -> impl Iterator<Item = Node<'a, 'd>> {
    of.children().filter(Node::is_element)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::credential::{Credential, Kind};
    use crate::saml::sign::signed;
    use crate::saml::write::{Element, Space};
    use crate::testing::{noon, rng};

    fn credential(kind: Kind) -> Credential {
        Credential::generate(kind, "peer", noon(), &mut rng()).unwrap()
    }

    fn keys(of: &[&Credential]) -> Vec<PeerKey> {
        of.iter()
            .map(|one| PeerKey::from_der(one.certificate()).unwrap())
            .collect()
    }

    fn assertion(id: &str) -> Element {
        Element::new(Space::Saml, "Assertion")
            .with("ID", id)
            .child(Element::new(Space::Saml, "Issuer").text("https://idp.example/<&>\"'\r\n é"))
            .child(
                Element::new(Space::Saml, "Subject")
                    .with("Note", "\t\"<&>\n")
                    .text("alice"),
            )
    }

    fn response(of: Element) -> Element {
        Element::new(Space::Samlp, "Response")
            .with("ID", "r")
            .child(Element::new(Space::Saml, "Issuer").text("https://idp.example"))
            .child(of)
    }

    fn check(text: &str, keys: &[PeerKey]) -> Result<Verified, Refused> {
        verify(&Gated::admit(text.as_bytes(), &Limits::MESSAGE)?, keys)
    }

    #[test]
    fn what_we_sign_is_verified_and_only_what_was_signed_is_returned() {
        for kind in [Kind::Ecdsa, Kind::Rsa] {
            let by = credential(kind);
            let unsigned = assertion("a");
            let inner = signed(unsigned.clone(), &by).unwrap();
            let around = response(inner).canonical();
            assert_eq!(
                check(&around, &keys(&[&by])).unwrap().text(),
                unsigned.canonical()
            );
            // With an older key and one of another kind beside it.
            let others = keys(&[&credential(Kind::Ecdsa), &credential(Kind::Rsa), &by]);
            assert!(check(&around, &others).is_ok());
            assert_eq!(
                check(&around, &keys(&[&credential(kind)])).unwrap_err(),
                Refused::Signature
            );
        }
        let (rsa, ecdsa) = (credential(Kind::Rsa), credential(Kind::Ecdsa));
        let around = response(signed(assertion("a"), &rsa).unwrap()).canonical();
        assert_eq!(check(&around, &keys(&[&ecdsa])).unwrap_err(), Refused::NoKey);
        assert_eq!(check(&around, &[]).unwrap_err(), Refused::NoKey);
    }

    #[test]
    fn of_a_signed_response_all_is_returned_and_the_inner_signature_has_to_hold_too() {
        let by = credential(Kind::Rsa);
        let inner = signed(assertion("a"), &by).unwrap();
        let whole = response(inner.clone());
        let outer = signed(whole.clone(), &by).unwrap().canonical();
        assert_eq!(check(&outer, &keys(&[&by])).unwrap().text(), whole.canonical());
        let strange = signed(assertion("a"), &credential(Kind::Rsa)).unwrap();
        let outer = signed(response(strange), &by).unwrap().canonical();
        assert_eq!(check(&outer, &keys(&[&by])).unwrap_err(), Refused::Signature);
    }

    /// S4, S6, S12, and the form of a signature in general: one change each.
    #[test]
    fn a_signature_of_another_form_is_refused_before_any_key_is_tried() {
        let by = credential(Kind::Rsa);
        let keys = keys(&[&by]);
        let text = response(signed(assertion("a"), &by).unwrap()).canonical();
        let sha256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
        let digest = "http://www.w3.org/2001/04/xmlenc#sha256";
        let c14n = format!("<ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE_C14N}\">");
        let transform = format!("<ds:Transform Algorithm=\"{EXCLUSIVE_C14N}\"></ds:Transform>");
        let enveloped = format!("<ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>");
        let with_comments = format!("{EXCLUSIVE_C14N}WithComments");
        let info = text
            .split_once("<ds:SignedInfo>")
            .and_then(|(_, rest)| rest.split_once("</ds:SignedInfo>"))
            .map(|(info, _)| format!("<ds:SignedInfo>{info}</ds:SignedInfo>"))
            .unwrap();
        let reference = info
            .split_once("<ds:Reference")
            .and_then(|(_, rest)| rest.split_once("</ds:Reference>"))
            .map(|(inner, _)| format!("<ds:Reference{inner}</ds:Reference>"))
            .unwrap();
        let cases: [(&str, String, Refused); 17] = [
            (
                sha256,
                "http://www.w3.org/2000/09/xmldsig#rsa-sha1".into(),
                Refused::Algorithm,
            ),
            (
                sha256,
                "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256".into(),
                Refused::Algorithm,
            ),
            (
                sha256,
                "http://www.w3.org/2000/09/xmldsig#hmac-sha1".into(),
                Refused::Algorithm,
            ),
            (
                digest,
                "http://www.w3.org/2000/09/xmldsig#sha1".into(),
                Refused::Algorithm,
            ),
            (
                &c14n,
                c14n.replace(EXCLUSIVE_C14N, &with_comments),
                Refused::Form("canonicalisation"),
            ),
            (
                &transform,
                transform.replace(EXCLUSIVE_C14N, &with_comments),
                Refused::Form("canonicalisation"),
            ),
            (&transform, String::new(), Refused::Form("Transforms")),
            (&enveloped, String::new(), Refused::Form("Transforms")),
            (
                &transform,
                format!("{transform}{transform}"),
                Refused::Form("Transforms"),
            ),
            (
                &enveloped,
                "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"></ds:Transform>"
                    .into(),
                Refused::Form("Transforms"),
            ),
            (&info, format!("{info}{info}"), Refused::Form("Signature")),
            (
                &reference,
                format!("{reference}{reference}"),
                Refused::Form("SignedInfo"),
            ),
            (
                "<ds:KeyInfo>",
                "<ds:Object></ds:Object><ds:KeyInfo>".into(),
                Refused::Form("Signature"),
            ),
            ("URI=\"#a\"", "URI=\"\"".into(), Refused::Reference),
            ("URI=\"#a\"", "URI=\"#r\"".into(), Refused::Reference),
            (
                "URI=\"#a\"",
                "URI=\"#xpointer(id('a'))\"".into(),
                Refused::Reference,
            ),
            (
                "<ds:DigestValue>",
                "<ds:DigestValue><!-- -->".into(),
                Refused::Forbidden("a comment inside of a signature"),
            ),
        ];
        assert!(check(&text, &keys).is_ok());
        for (from, to, why) in cases {
            let altered = text.replace(from, &to);
            assert_ne!(altered, text, "{from}");
            assert_eq!(check(&altered, &keys).unwrap_err(), why, "{from} -> {to}");
        }
        for (from, to) in [
            ("alice", "mallory"),
            ("https://idp.example/", "https://idp.example./"),
        ] {
            assert_eq!(
                check(&text.replace(from, to), &keys).unwrap_err(),
                Refused::Signature
            );
        }
        assert_eq!(
            check(&response(assertion("a")).canonical(), &keys).unwrap_err(),
            Refused::Unsigned
        );
    }

    #[test]
    fn a_signature_stands_in_the_root_or_in_an_assertion_directly_below_it() {
        let by = credential(Kind::Rsa);
        let inner = signed(assertion("a"), &by).unwrap();
        for place in [
            (Space::Samlp, "Extensions"),
            (Space::Ds, "Object"),
            (Space::Saml, "Advice"),
        ] {
            let hidden = Element::new(place.0, place.1).child(inner.clone());
            let text = response(hidden).canonical();
            assert_eq!(check(&text, &keys(&[&by])).unwrap_err(), Refused::Place);
        }
        let three = response(inner).child(signed(assertion("b"), &by).unwrap());
        let three = signed(three, &by).unwrap().canonical();
        assert_eq!(check(&three, &keys(&[&by])).unwrap_err(), Refused::Place);
    }
}
