// SPDX-License-Identifier: Apache-2.0
//! What a signed assertion has to say: when, for whom, to whom, in answer to what.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn::saml::credential::Kind;
use countersign_authn::saml::{Credential, Gated, Limits, Refused};
use countersign_authn::upstream::saml::response::receive;
use countersign_authn::upstream::saml::{EMAIL, Fault, Rules};
use countersign_tests::saml::{ASKED, Draft, ENTITY, credential, now, provider, rules};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

fn received(draft: &Draft, rules: &Rules, at: DateTime<Utc>) -> Result<String, Fault> {
    let message = draft.assertion_signed();
    let gated = Gated::admit(message.as_bytes(), &Limits::MESSAGE)?;
    receive(&gated, rules, &provider(&[credential()]), &[], at).map(|arrival| arrival.claimed.subject)
}

fn refused(draft: &Draft) -> Fault {
    received(draft, &rules(), now()).unwrap_err()
}

#[test]
fn a_good_response_says_who_is_here_and_how_and_when() {
    let gated = Gated::admit(Draft::default().assertion_signed().as_bytes(), &Limits::MESSAGE).unwrap();
    let arrival = receive(&gated, &rules(), &provider(&[credential()]), &[], now()).unwrap();
    let claimed = arrival.claimed;
    assert_eq!(
        (claimed.issuer.as_str(), claimed.subject.as_str()),
        (ENTITY, "alice")
    );
    assert_eq!(claimed.attributes["mail"], ["alice@agency.example"]);
    assert_eq!(
        claimed.context.as_deref(),
        Some("urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport")
    );
    assert_eq!(claimed.authenticated_at, Some(now() - TimeDelta::minutes(1)));
    assert_eq!(claimed.session.as_deref(), Some("session-1"));
    assert_eq!(arrival.in_response_to.as_deref(), Some(ASKED));
    assert_eq!(arrival.remember_until, now() + TimeDelta::minutes(6));
}

/// S8: an expired assertion, or one for another service provider.
#[test]
fn conditions_are_there_and_hold_to_the_second_of_the_skew() {
    let good = Draft::default();
    let second = TimeDelta::seconds(1);
    let end = now() + TimeDelta::minutes(6);
    assert!(received(&good, &rules(), end - second).is_ok());
    assert_eq!(
        received(&good, &rules(), end),
        Err(Fault::Time("SubjectConfirmationData"))
    );
    let later = Draft {
        confirmed_until: Some(end + TimeDelta::hours(1)),
        ..good.clone()
    };
    assert!(received(&later, &rules(), end - second).is_ok());
    assert_eq!(received(&later, &rules(), end), Err(Fault::Time("Conditions")));
    let begin = now() - TimeDelta::seconds(90);
    let ahead = Draft {
        not_before: Some(begin + TimeDelta::seconds(151)),
        ..good.clone()
    };
    assert_eq!(refused(&ahead), Fault::Time("Conditions"));
    for (without, missing) in [
        (
            Draft {
                not_before: None,
                ..good.clone()
            },
            "NotBefore",
        ),
        (
            Draft {
                not_on_or_after: None,
                ..good.clone()
            },
            "NotOnOrAfter",
        ),
        (
            Draft {
                audience: None,
                ..good.clone()
            },
            "AudienceRestriction",
        ),
        (
            Draft {
                has_conditions: false,
                ..good.clone()
            },
            "Conditions",
        ),
    ] {
        assert_eq!(refused(&without), Fault::Missing(missing));
    }
    let other = Draft {
        audience: Some("https://other.example/metadata".into()),
        ..good
    };
    assert_eq!(refused(&other), Fault::Audience);
}

/// S9: the bearer's confirmation has an end, a recipient and an answer, and each is checked.
#[test]
fn a_bearer_comes_in_time_to_the_right_place_in_answer_to_a_request() {
    let good = Draft::default();
    let over = Draft {
        confirmed_until: Some(now() - TimeDelta::seconds(60)),
        ..good.clone()
    };
    assert_eq!(refused(&over), Fault::Time("SubjectConfirmationData"));
    let endless = Draft {
        confirmed_until: None,
        ..good.clone()
    };
    assert_eq!(refused(&endless), Fault::Missing("NotOnOrAfter"));
    for recipient in [None, Some("https://other.example/acs".to_owned())] {
        assert_eq!(
            refused(&Draft {
                recipient,
                ..good.clone()
            }),
            Fault::Recipient
        );
    }
    // What the response around it says does not count, but may not differ.
    let other = Draft {
        response_to: Some("another".into()),
        ..good.clone()
    };
    assert_eq!(refused(&other), Fault::InResponseTo);
    let unsaid = Draft {
        in_response_to: None,
        ..good.clone()
    };
    assert_eq!(refused(&unsaid), Fault::InResponseTo);
    let unsolicited = Draft {
        in_response_to: None,
        response_to: None,
        ..good
    };
    assert_eq!(refused(&unsolicited), Fault::InResponseTo);
    let open = Rules {
        unsolicited: true,
        ..rules()
    };
    assert!(received(&unsolicited, &open, now()).is_ok());
}

/// S14: a response that was meant for another consumer service.
#[test]
fn a_response_to_another_destination_is_refused_signed_or_not() {
    let good = Draft::default();
    for destination in [None, Some("https://id.example/saml/sources/other/acs".to_owned())] {
        assert_eq!(
            refused(&Draft {
                destination,
                ..good.clone()
            }),
            Fault::Destination
        );
    }
}

#[test]
fn both_issuers_are_the_provider() {
    let good = Draft::default();
    let other = || "https://other.example/metadata".to_owned();
    assert_eq!(
        refused(&Draft {
            issuer: other(),
            ..good.clone()
        }),
        Fault::Issuer
    );
    assert_eq!(
        refused(&Draft {
            response_issuer: other(),
            ..good
        }),
        Fault::Issuer
    );
}

#[test]
fn a_status_that_is_no_success_is_told_apart_and_has_no_assertion() {
    let good = Draft {
        status: "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext".into(),
        ..Draft::default()
    };
    assert_eq!(refused(&good), Fault::Status(Some("NoAuthnContext".into())));
}

#[test]
fn a_name_that_may_change_names_nobody_for_good() {
    let mail = Draft {
        format: Some(EMAIL),
        ..Draft::default()
    };
    assert_eq!(refused(&mail), Fault::Name);
    let mut by_attribute = Rules {
        subject_attribute: Some("mail".into()),
        ..rules()
    };
    assert_eq!(
        received(&mail, &by_attribute, now()).as_deref(),
        Ok("alice@agency.example")
    );
    by_attribute.subject_attribute = Some("uid".into());
    assert_eq!(received(&mail, &by_attribute, now()), Err(Fault::Name));
}

#[test]
fn attributes_have_limits() {
    let with = |attributes| Draft {
        attributes,
        ..Draft::default()
    };
    let many = |n: usize| (0..n).map(|i| i.to_string()).collect::<Vec<_>>();
    assert!(received(&with(vec![("groups", many(1_000))]), &rules(), now()).is_ok());
    assert_eq!(refused(&with(vec![("groups", many(2_001))])), Fault::Attributes);
    assert_eq!(
        refused(&with(vec![("long", vec!["a".repeat(4_097)])])),
        Fault::Attributes
    );
}

/// A rollover in mid-flight: signed by the old key, read with the new metadata, and the other way round.
#[test]
fn during_a_rollover_both_keys_count_and_afterwards_one() {
    let mut rng = StdRng::seed_from_u64(1);
    let next = Credential::generate(Kind::Rsa, "next", now(), &mut rng).unwrap();
    let read = |by: &Credential, keys: &[&Credential]| {
        let message = Draft::default().assertion_signed_by(by);
        let gated = Gated::admit(message.as_bytes(), &Limits::MESSAGE).unwrap();
        receive(&gated, &rules(), &provider(keys), &[], now()).map(drop)
    };
    for by in [credential(), &next] {
        assert_eq!(read(by, &[credential(), &next]), Ok(()));
    }
    assert_eq!(read(credential(), &[&next]), Err(Refused::Signature.into()));
    // Without any key nothing is believed (it is not that nothing is checked).
    let mut bare = provider(&[credential()]);
    bare.role.signing.clear();
    let message = Draft::default()
        .around([Draft::default().assertion()])
        .canonical();
    let gated = Gated::admit(message.as_bytes(), &Limits::MESSAGE).unwrap();
    assert_eq!(
        receive(&gated, &rules(), &bare, &[], now()).map(drop),
        Err(Fault::NoSigningKey)
    );
}
