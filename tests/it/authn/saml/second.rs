// SPDX-License-Identifier: Apache-2.0
//! A second verifier over the corpus, that shares nothing with the one that ships: bergshamra, with an XML parser
//! (uppsala) and a canonicalisation in Rust, where ours are libxml2's and libxmlsec1's.
//!
//! What it verifies stands in the third column of `tests/saml/verdicts.tsv`. It knows signatures and nothing of
//! SAML, so that it may verify what our form refuses; but where our signature check says yes, both name the same
//! element, and where it says that a signature does not hold, it holds for neither.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bergshamra_dsig::{DsigContext, VerifyResult, verify};
use bergshamra_keys::{KeysManager, loader};
use countersign_authn::saml::signature;
use countersign_authn::saml::{Gated, Limits, PeerKey, Refused};
use countersign_tests::saml::{Draft, corpus, credential};
use uppsala::{Document, NodeId};

const NOTHING: &str = "nothing";

/// An element that a signature covers: what it is, and whom it names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Covered {
    element: String,
    names: Vec<String>,
    depth: usize,
}

/// What the second verifier says of each signature, in the order of the document.
fn second(message: &str) -> Vec<Option<Covered>> {
    let Ok(document) = uppsala::parse(message) else {
        return Vec::new();
    };
    let mut keys = KeysManager::new();
    keys.add_key(loader::load_x509_cert_der(credential().certificate()).unwrap());
    let context = DsigContext::new(keys);
    let said = verify::verify_all_document_with_source(&context, &document, Some(message));
    said.unwrap_or_default()
        .iter()
        .map(|one| covered(&document, one))
        .collect()
}

fn covered(document: &Document<'_>, said: &VerifyResult) -> Option<Covered> {
    let VerifyResult::Valid { references, .. } = said else {
        return None;
    };
    let [reference] = references.as_slice() else {
        return None;
    };
    let node = reference.resolved_node.filter(|_| reference.digest_verified)?;
    let element = document.element(node)?;
    Some(Covered {
        element: format!("{} {}", element.name.local_name, element.get_attribute("ID")?),
        names: names(document, node),
        depth: document.ancestors(node).len(),
    })
}

fn names(document: &Document<'_>, within: NodeId) -> Vec<String> {
    let is_name = |node: &NodeId| {
        document
            .element(*node)
            .is_some_and(|element| element.name.local_name == "NameID")
    };
    let inside = document.descendants(within).into_iter().filter(is_name);
    inside.map(|node| document.text_content_deep(node)).collect()
}

/// What our signature check says: the element whose bytes it returns.
fn ours(message: &str) -> Result<String, Refused> {
    let gated = Gated::admit(message.as_bytes(), &Limits::MESSAGE)?;
    let keys = [PeerKey::from_der(credential().certificate()).unwrap()];
    let verified = signature::verify(&gated, &keys)?;
    let document = uppsala::parse(verified.text()).unwrap();
    let root = document.element(document.document_element().unwrap()).unwrap();
    Ok(format!(
        "{} {}",
        root.name.local_name,
        root.get_attribute("ID").unwrap()
    ))
}

/// As it stands in the table.
fn told(said: &[Option<Covered>]) -> String {
    let elements: Vec<&str> = said.iter().flatten().map(|one| one.element.as_str()).collect();
    if elements.is_empty() {
        NOTHING.into()
    } else {
        elements.join(", ")
    }
}

fn outermost(said: &[Option<Covered>]) -> Option<&Covered> {
    said.iter().flatten().min_by_key(|one| one.depth)
}

/// S1, S2, S4, S6: element by element, and what the second alone would have verified is on the table.
#[test]
fn the_second_verifier_covers_the_same_element_or_says_what_the_table_says() {
    let rows = include_str!("../../../saml/verdicts.tsv");
    let table: Vec<Vec<&str>> = rows.lines().map(|line| line.split('\t').collect()).collect();
    let messages = corpus();
    assert_eq!(table.len(), messages.len());
    let mut wrong = Vec::new();
    for (row, (name, message)) in table.iter().zip(&messages) {
        let [kept, verdict, verified] = row.as_slice() else {
            panic!("{row:?} has three columns");
        };
        assert_eq!(kept, name);
        let said = second(message);
        if told(&said) != *verified {
            wrong.push(format!("{name}\t{verdict}\t{}", told(&said)));
        }
        match ours(message) {
            Ok(element) => {
                assert!(said.iter().all(Option::is_some), "{name}: {said:?}");
                assert_eq!(
                    outermost(&said).map(|one| one.element.as_str()),
                    Some(element.as_str()),
                    "{name}"
                );
            }
            Err(Refused::Signature) => assert!(said.iter().any(Option::is_none), "{name}: {said:?}"),
            Err(Refused::Unsigned) => assert!(said.is_empty(), "{name}: {said:?}"),
            Err(_) => {}
        }
        if let Some(subject) = verdict.strip_prefix("taken: ") {
            assert_eq!(outermost(&said).unwrap().names, [subject], "{name}");
        }
        // No signature of the provider covers a name that the attacker wrote.
        let attackers = |one: &Covered| one.names.iter().any(|name| name.contains("mallory"));
        assert!(!said.iter().flatten().any(attackers), "{name}: {said:?}");
    }
    assert!(wrong.is_empty(), "not as in the table:\n{}", wrong.join("\n"));
}

/// Each good message is verified by both; with one thing altered, by neither. So neither says yes to everything.
#[test]
fn both_say_yes_to_what_was_signed_and_no_to_each_change_of_it() {
    let good = Draft::default();
    for message in [
        good.assertion_signed(),
        good.response_signed(),
        good.both_signed(),
    ] {
        assert!(ours(&message).is_ok());
        assert!(second(&message).iter().all(Option::is_some) && !second(&message).is_empty());
        let value = between(&message, "<ds:SignatureValue>", "</ds:SignatureValue>");
        let mut bytes = STANDARD.decode(value).unwrap();
        bytes[0] ^= 1;
        for (from, to) in [
            (">alice<", ">alicf<".to_owned()),
            (
                "<saml:Issuer>https://idp.example",
                "<saml:Issuer>https://ipd.example".to_owned(),
            ),
            (value, STANDARD.encode(&bytes)),
        ] {
            let altered = message.replace(from, &to);
            assert_ne!(altered, message, "{from}");
            assert_eq!(ours(&altered), Err(Refused::Signature), "{from}");
            assert!(second(&altered).iter().any(Option::is_none), "{from}");
        }
    }
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(begin).unwrap();
    rest.split_once(end).unwrap().0
}
