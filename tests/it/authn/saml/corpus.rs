// SPDX-License-Identifier: Apache-2.0
//! The corpus in `tests/saml/corpus`: what is taken, what is refused, and why. Two other verifiers read the same
//! files and verdicts (`second.rs` beside this, and `tests/saml/test_verdicts.py`), and all have to agree.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn::saml::redirect::{Carrier, address};
use countersign_authn::saml::sign::signed;
use countersign_authn::saml::signature::verify;
use countersign_authn::saml::write::{Element, Space};
use countersign_authn::saml::{Gated, Limits, PeerKey, Refused, instant};
use countersign_authn::upstream::saml::{Fault, Rules, SUCCESS, logout, response};
use countersign_tests::saml::{
    ASKED, Draft, ENTITY, How, SLO, corpus, credential, encrypted, metadata, metadata_element, now, provider,
    rules,
};

fn verdict(message: &str) -> String {
    let outcome = Gated::admit(message.as_bytes(), &Limits::MESSAGE)
        .map_err(Fault::from)
        .and_then(|gated| response::receive(&gated, &rules(), &provider(&[credential()]), &[], now()));
    match outcome {
        Ok(arrival) => format!("taken: {}", arrival.claimed.subject),
        Err(fault) => format!("refused: {fault}"),
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("saml")
}

fn table() -> String {
    let mut table = String::new();
    for (name, message) in corpus() {
        let _ = writeln!(table, "{name}\t{}", verdict(&message));
    }
    table
}

/// S1, S2, S4, S5, S6, S7, S11, S12: each message, and what becomes of it.
#[test]
fn every_message_of_the_corpus_has_its_verdict() {
    let kept = std::fs::read_to_string(folder().join("verdicts.tsv")).unwrap();
    let rows = |text: &str| -> BTreeMap<String, String> {
        text.lines()
            .map(|line| line.split('\t').collect::<Vec<_>>())
            .map(|row| (row[0].to_owned(), row[1].to_owned()))
            .collect()
    };
    assert_eq!(rows(&table()), rows(&kept));
}

/// The files are what the generator makes, so that nobody has to trust either alone.
#[test]
fn the_corpus_on_disk_is_the_one_that_is_made() {
    let messages = corpus();
    for (name, message) in &messages {
        let kept = std::fs::read_to_string(folder().join("corpus").join(format!("{name}.xml"))).unwrap();
        assert!(kept == *message, "{name} is not as it is made");
    }
    let files = std::fs::read_dir(folder().join("corpus")).unwrap().count();
    assert_eq!(files, messages.len(), "a file too many");
}

/// S1, S2: whatever is wrapped how, nobody is who the attacker says.
#[test]
fn no_message_of_an_attacker_is_taken() {
    let mut taken = Vec::new();
    for (name, message) in corpus() {
        let verdict = verdict(&message);
        assert!(!verdict.contains("taken: mallory"), "{name}");
        if verdict.starts_with("taken") {
            taken.push(name);
        }
    }
    let good: Vec<&String> = taken.iter().filter(|name| name.starts_with("good-")).collect();
    assert_eq!(good.len(), 4);
    // The comment is not part of what was signed, and the whole name is read (S7).
    assert_eq!(taken.len(), good.len() + 1);
    assert_eq!(taken.last().map(String::as_str), Some("comment-in-name"));
}

/// Where fuzzing begins.
fn seeds() -> Vec<(&'static str, &'static str, String)> {
    let good = Draft::default();
    let request = logout_message("LogoutRequest", Element::new(Space::Saml, "NameID").text("alice"));
    let status = Element::new(Space::Samlp, "StatusCode").with("Value", SUCCESS);
    let answer = logout_message(
        "LogoutResponse",
        Element::new(Space::Samlp, "Status").child(status),
    );
    let by = Some(credential());
    let query = address(
        "https://id.example/slo",
        Carrier::Request,
        &request.canonical(),
        Some("state"),
        by,
    );
    let query = query.unwrap().split_once('?').unwrap().1.to_owned();
    let text = |element: Element| signed(element, credential()).unwrap().canonical();
    let inner = signed(good.assertion(), credential()).unwrap().canonical();
    let hidden = |how| encrypted(&inner, credential(), how).canonical();
    let pasted = STANDARD.encode(good.assertion_signed());
    vec![
        ("saml_encrypted", "aes128", hidden(How::Aes128Sha1)),
        ("saml_encrypted", "aes256", hidden(How::Aes256Sha256)),
        ("saml_encrypted", "bare", good.assertion().canonical()),
        ("saml_encrypted", "signed", inner.clone()),
        ("saml_logout", "answer", answer.canonical()),
        ("saml_logout", "request", request.canonical()),
        ("saml_logout", "signed_answer", text(answer)),
        ("saml_logout", "signed_request", text(request)),
        ("saml_metadata", "plain", metadata(&[credential()])),
        (
            "saml_metadata",
            "signed",
            text(metadata_element("https://idp.example", &[credential()])),
        ),
        (
            "saml_pasted",
            "escaped",
            pasted.replace('/', "%2F").replace('=', "%3D"),
        ),
        (
            "saml_pasted",
            "form",
            format!("SAMLResponse={}&RelayState=x", pasted.replace('+', "%2B")),
        ),
        ("saml_pasted", "field", pasted),
        ("saml_pasted", "xml", good.assertion_signed()),
        ("saml_redirect", "signed", query),
        ("saml_response", "assertion_signed", good.assertion_signed()),
        ("saml_response", "both_signed", good.both_signed()),
    ]
}

fn logout_message(kind: &'static str, inside: Element) -> Element {
    Element::new(Space::Samlp, kind)
        .with("ID", "logout")
        .with("Version", "2.0")
        .with("IssueInstant", instant(now()))
        .with("InResponseTo", ASKED)
        .with("Destination", SLO)
        .child(Element::new(Space::Saml, "Issuer").text(ENTITY))
        .child(inside)
}

/// Single logout: what is signed and for us is taken, and each rule is one that can break.
#[test]
fn a_logout_message_is_signed_for_us_from_the_provider_and_in_time() {
    let name = || Element::new(Space::Saml, "NameID").text("alice");
    let check = |message: Element, at: DateTime<Utc>| {
        let text = signed(message, credential()).unwrap().canonical();
        let gated = Gated::admit(text.as_bytes(), &Limits::MESSAGE).unwrap();
        let keys = [PeerKey::from_der(credential().certificate()).unwrap()];
        logout::asked(&verify(&gated, &keys).unwrap(), &rules(), at)
    };
    let good = || logout_message("LogoutRequest", name());
    let asked = check(good(), now()).unwrap();
    assert_eq!(
        (asked.id.as_str(), asked.name.value.as_str()),
        ("logout", "alice")
    );
    assert!(asked.sessions.is_empty());
    let end = now() + TimeDelta::minutes(6);
    assert!(check(good(), end - TimeDelta::seconds(1)).is_ok());
    assert_eq!(check(good(), end), Err(Fault::Time("NotOnOrAfter")));
    assert_eq!(
        check(good(), now() - TimeDelta::seconds(61)),
        Err(Fault::Time("IssueInstant"))
    );
    let sooner = good().with("NotOnOrAfter", instant(now() - TimeDelta::seconds(60)));
    assert_eq!(check(sooner, now()), Err(Fault::Time("NotOnOrAfter")));
    assert_eq!(
        check(logout_message("LogoutResponse", name()), now()),
        Err(Fault::Kind("LogoutRequest"))
    );
    let bare = logout_message("LogoutRequest", Element::new(Space::Samlp, "Extensions"));
    assert_eq!(check(bare, now()), Err(Refused::Once("NameID").into()));
    let elsewhere = Rules {
        logout: "https://other.example/slo".into(),
        ..rules()
    };
    let other = Rules {
        entity_id: "https://other.example".into(),
        ..rules()
    };
    let text = signed(good(), credential()).unwrap().canonical();
    let gated = Gated::admit(text.as_bytes(), &Limits::MESSAGE).unwrap();
    let keys = [PeerKey::from_der(credential().certificate()).unwrap()];
    let verified = verify(&gated, &keys).unwrap();
    assert_eq!(
        logout::asked(&verified, &elsewhere, now()),
        Err(Fault::Destination)
    );
    assert_eq!(logout::asked(&verified, &other, now()), Err(Fault::Issuer));
    let unsigned = Gated::admit(good().canonical().as_bytes(), &Limits::MESSAGE).unwrap();
    assert!(matches!(verify(&unsigned, &keys), Err(Refused::Unsigned)));
}

/// S11: what is as large and as bad as the limits allow is refused, or read, in little time.
#[test]
fn the_worst_that_passes_the_limits_costs_little() {
    let names = |n: usize| {
        (0..n)
            .map(|i| format!(" xmlns:p{i}=\"urn:{i}\""))
            .collect::<String>()
    };
    let many = format!("<a{}>{}</a>", names(60), "<b/>".repeat(3_990));
    let deep = format!("{}{}", format!("<a{}>", names(12)).repeat(30), "</a>".repeat(30));
    let attributes = (0..63).map(|i| format!(" a{i}=\"\"")).collect::<String>();
    let wide = format!("<a>{}</a>", format!("<b{attributes}/>").repeat(400));
    let entities = format!("<a>{}</a>", "&amp;".repeat(50_000));
    let open = "<a b=\"".to_owned() + &"<".repeat(200_000);
    let comments = format!("<a>{}</a>", "<!---->".repeat(30_000));
    for text in [many, deep, wide, entities, open, comments] {
        let begun = std::time::Instant::now();
        let gated = Gated::admit(text.as_bytes(), &Limits::MESSAGE);
        if let Ok(gated) = gated {
            assert!(verify(&gated, &[PeerKey::from_der(credential().certificate()).unwrap()]).is_err());
        }
        assert!(
            begun.elapsed() < std::time::Duration::from_secs(2),
            "{}",
            &text[..40]
        );
    }
}

#[test]
#[ignore = "writes the corpus anew"]
fn write_the_corpus() {
    std::fs::write(folder().join("verdicts.tsv"), table()).unwrap();
    for (name, message) in corpus() {
        std::fs::write(folder().join("corpus").join(format!("{name}.xml")), message).unwrap();
    }
    for (target, name, bytes) in seeds() {
        let file = folder().join("../../fuzz/seeds").join(target).join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, bytes).unwrap();
    }
}
