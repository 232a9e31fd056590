// SPDX-License-Identifier: Apache-2.0
//! A response that somebody pastes is looked at check by check: what is wrong is found where it is, and a
//! look never finds good what would be refused.

use chrono::TimeDelta;
use countersign_authn::saml::{Gated, Limits};
use countersign_authn::upstream::saml::look::{Looked, Step, look};
use countersign_authn::upstream::saml::{Fault, response};
use countersign_tests::saml::{Draft, corpus, credential, now, provider, rules};

fn looked(text: &str, after: TimeDelta) -> Looked {
    let message = Gated::admit(text.as_bytes(), &Limits::MESSAGE).unwrap();
    look(&message, &rules(), &provider(&[credential()]), &[], now() + after).unwrap()
}

fn wrong(looked: &Looked) -> Vec<(Step, Fault)> {
    let faults = looked.findings.iter();
    faults
        .filter_map(|finding| Some((finding.step, finding.fault.clone()?)))
        .collect()
}

#[test]
fn a_good_response_is_good_in_every_step_and_a_recording_is_only_late() {
    let good = Draft::default().both_signed();
    let found = looked(&good, TimeDelta::zero());
    assert_eq!(wrong(&found), []);
    assert_eq!(found.arrival.unwrap().claimed.subject, "alice");
    let later = looked(&good, TimeDelta::days(3));
    assert_eq!(wrong(&later), [(Step::Time, Fault::Time("Conditions"))]);
    assert_eq!(
        later.arrival.unwrap().claimed.attributes["mail"],
        ["alice@agency.example"]
    );
}

#[test]
fn each_fault_is_found_where_it_is_with_what_stands_there() {
    let other = Some("https://other.example/x".to_owned());
    let draft = Draft::default;
    for (draft, step, fault, saw) in [
        (
            Draft {
                audience: other.clone(),
                ..draft()
            },
            Step::Audience,
            Fault::Audience,
            "https://other.example/x",
        ),
        (
            Draft {
                recipient: other.clone(),
                ..draft()
            },
            Step::Recipient,
            Fault::Recipient,
            "https://other.example/x",
        ),
        (
            Draft {
                destination: other.clone(),
                ..draft()
            },
            Step::Destination,
            Fault::Destination,
            "https://other.example/x",
        ),
        (
            Draft {
                response_issuer: "https://evil.example".into(),
                ..draft()
            },
            Step::Issuer,
            Fault::Issuer,
            "https://evil.example",
        ),
        (
            Draft {
                in_response_to: None,
                response_to: None,
                ..draft()
            },
            Step::Request,
            Fault::InResponseTo,
            "",
        ),
        (
            Draft {
                format: Some("urn:oasis:names:tc:SAML:2.0:nameid-format:transient"),
                ..draft()
            },
            Step::Name,
            Fault::Name,
            "transient",
        ),
        (
            Draft {
                has_conditions: false,
                ..draft()
            },
            Step::Audience,
            Fault::Missing("Conditions"),
            "",
        ),
    ] {
        let found = looked(&draft.assertion_signed(), TimeDelta::zero());
        let finding = found
            .findings
            .iter()
            .find(|one| one.step == step && one.fault.is_some());
        let finding = finding.unwrap_or_else(|| panic!("{step:?}: {:?}", found.findings));
        assert_eq!(
            (finding.fault.as_ref(), finding.saw.as_str()),
            (Some(&fault), saw),
            "{step:?}"
        );
        assert!(found.arrival.is_none(), "{step:?}");
    }
}

#[test]
fn what_nobody_vouches_for_is_told_all_the_same_and_counts_for_nothing() {
    let draft = Draft {
        audience: Some("https://other.example".into()),
        ..Draft::default()
    };
    let text = draft.around([draft.assertion()]).canonical();
    let found = looked(&text, TimeDelta::zero());
    let steps: Vec<Step> = wrong(&found).into_iter().map(|(step, _)| step).collect();
    assert_eq!(steps, [Step::Signature, Step::Audience]);
    assert!(found.arrival.is_none());
}

#[test]
fn of_the_corpus_nothing_looks_good_that_is_refused() {
    for (name, text) in corpus() {
        let Ok(message) = Gated::admit(text.as_bytes(), &Limits::MESSAGE) else {
            continue;
        };
        let provider = provider(&[credential()]);
        let Ok(found) = look(&message, &rules(), &provider, &[], now()) else {
            continue;
        };
        let received = response::receive(&message, &rules(), &provider, &[], now());
        assert_eq!(found.arrival.is_some(), received.is_ok(), "{name}");
        assert_eq!(
            wrong(&found).is_empty(),
            received.is_ok(),
            "{name}: {:?}",
            found.findings
        );
    }
}
