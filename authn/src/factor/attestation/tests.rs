// SPDX-License-Identifier: Apache-2.0
//! Who is trusted how far, rule by rule.

use chrono::{NaiveDate, TimeDelta};
use countersign_directory::Role;
use serde_json::json;

use super::metadata::Model;
use super::*;
use crate::testing::noon;

const GOOD: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

fn person(roles: &[&str], agency: &str) -> Person {
    let person = json!({"kind": "government", "status": "active", "roles": roles, "agency": agency});
    serde_json::from_value(person).unwrap()
}

fn model(statuses: &[&str]) -> Model {
    Model {
        description: "A key".into(),
        certification: Some(Certification::L1),
        statuses: statuses.iter().map(|status| (*status).to_owned()).collect(),
        hardware: true,
        anchors: Vec::new(),
    }
}

fn trust() -> Trust {
    Trust {
        policy: Policy::default(),
        metadata: Some(Metadata {
            serial: 1,
            next_update: NaiveDate::MAX,
            models: [(GOOD, model(&[])), (OTHER, model(&[]))].into(),
        }),
    }
}

fn key(aaguid: Uuid) -> Key {
    Key {
        aaguid,
        attested: true,
        synced: false,
    }
}

const KEPT: Kept = Kept {
    allowed: true,
    capped: false,
    suspect: false,
};

#[test]
fn only_an_attested_key_that_stays_on_its_device_reaches_the_top() {
    let (trust, alice) = (trust(), person(&[], "bnd"));
    let judge = |key: Key| trust.judge_new(&key, &alice, noon());
    assert_eq!(judge(key(GOOD)), Fit::High);
    let synced = Key {
        synced: true,
        ..key(GOOD)
    };
    assert_eq!(judge(synced), Fit::Lower(Lack::Synced));
    let unattested = Key {
        attested: false,
        ..key(GOOD)
    };
    assert_eq!(judge(unattested), Fit::Lower(Lack::Unattested));
    assert_eq!(judge(key(Uuid::from_u128(9))), Fit::Lower(Lack::Model));
    let nothing_known = Trust::default();
    assert_eq!(
        nothing_known.judge_new(&key(GOOD), &alice, noon()),
        Fit::Lower(Lack::Model)
    );
}

#[test]
fn deny_wins_over_allow_and_groups_only_make_it_stricter() {
    let mut trust = trust();
    trust.policy.everyone.allow = Some([GOOD, OTHER].into());
    let officers = Group {
        role: Some(Role::SecurityOfficer),
        agency: None,
        rules: Rules {
            allow: Some([GOOD].into()),
            require_attested: true,
            ..Rules::default()
        },
    };
    let agency = Group {
        role: None,
        agency: Some("bnd".parse().unwrap()),
        rules: Rules {
            deny: [GOOD].into(),
            ..Rules::default()
        },
    };
    trust.policy.groups = vec![officers, agency];
    let judge = |key: Key, person: &Person| trust.judge_new(&key, person, noon());
    let member = person(&["member"], "bw");
    assert_eq!(judge(key(OTHER), &member), Fit::High);
    let officer = person(&["security_officer"], "bw");
    assert_eq!(judge(key(GOOD), &officer), Fit::High);
    assert_eq!(judge(key(OTHER), &officer), Fit::Refused(Lack::NotAllowed));
    let both = person(&["security_officer"], "bnd");
    assert_eq!(judge(key(GOOD), &both), Fit::Refused(Lack::Denied));
}

#[test]
fn certification_is_a_least_level() {
    let (mut trust, alice) = (trust(), person(&[], "bnd"));
    trust.policy.everyone.certification = Some(Certification::L1);
    assert_eq!(trust.judge_new(&key(GOOD), &alice, noon()), Fit::High);
    trust.policy.everyone.certification = Some(Certification::L1plus);
    assert_eq!(
        trust.judge_new(&key(GOOD), &alice, noon()),
        Fit::Lower(Lack::Certification)
    );
}

#[test]
fn tightened_rules_spare_earlier_keys_until_the_date_and_not_a_second_longer() {
    let (mut trust, alice) = (trust(), person(&[], "bnd"));
    trust.policy.everyone.deny = [GOOD].into();
    trust.policy.everyone.allow = Some([GOOD].into());
    trust.policy.keep_existing_until = Some(noon());
    let judge = |trust: &Trust, aaguid, at| trust.judge_kept(&key(aaguid), KEPT, &alice, at);
    assert_eq!(judge(&trust, GOOD, noon()), Fit::High);
    assert_eq!(judge(&trust, OTHER, noon()), Fit::High);
    let after = noon() + TimeDelta::seconds(1);
    assert_eq!(judge(&trust, GOOD, after), Fit::Refused(Lack::Denied));
    assert_eq!(judge(&trust, OTHER, after), Fit::Lower(Lack::NotAllowed));
    let never_allowed = Kept {
        allowed: false,
        ..KEPT
    };
    let fit = trust.judge_kept(&key(GOOD), never_allowed, &alice, noon());
    assert_eq!(fit, Fit::Lower(Lack::Denied));
    assert_eq!(
        trust.judge_new(&key(GOOD), &alice, noon()),
        Fit::Refused(Lack::Denied)
    );
}

#[test]
fn a_compromised_model_is_spared_by_no_date() {
    let (mut trust, alice) = (trust(), person(&[], "bnd"));
    trust.policy.keep_existing_until = Some(noon());
    for bad in rules::BAD_STATUSES {
        if let Some(known) = &mut trust.metadata {
            known
                .models
                .insert(GOOD, model(&["FIDO_CERTIFIED_L2", bad, "UPDATE_AVAILABLE"]));
        }
        let judged = trust.judge_kept(&key(GOOD), KEPT, &alice, noon());
        assert_eq!(judged, Fit::Refused(Lack::Status), "{bad}");
        // Also for what merely says that it is of this model.
        let claimed = Key {
            attested: false,
            ..key(GOOD)
        };
        assert_eq!(
            trust.judge_new(&claimed, &alice, noon()),
            Fit::Refused(Lack::Status)
        );
    }
    trust.policy.on_bad_status = BadStatus::Lower;
    let judged = trust.judge_kept(&key(GOOD), KEPT, &alice, noon());
    assert_eq!(judged, Fit::Lower(Lack::Status));
}

#[test]
fn a_suspect_or_capped_key_stays_below_the_top() {
    let (trust, alice) = (trust(), person(&[], "bnd"));
    let suspect = Kept {
        suspect: true,
        ..KEPT
    };
    let capped = Kept { capped: true, ..KEPT };
    for (kept, lack) in [(suspect, Lack::Suspect), (capped, Lack::Capped)] {
        let judged = trust.judge_kept(&key(GOOD), kept, &alice, noon());
        assert_eq!(judged, Fit::Lower(lack));
    }
}

#[test]
fn late_metadata_stops_new_keys_only_where_the_deployment_says_so() {
    let (mut trust, alice) = (trust(), person(&[], "bnd"));
    let today = noon().date_naive();
    if let Some(known) = &mut trust.metadata {
        known.next_update = today;
    }
    trust.policy.late = Late::Refuse;
    assert_eq!(trust.judge_new(&key(GOOD), &alice, noon()), Fit::High);
    let tomorrow = noon() + TimeDelta::days(1);
    assert_eq!(
        trust.judge_new(&key(GOOD), &alice, tomorrow),
        Fit::Refused(Lack::Late)
    );
    assert_eq!(trust.judge_kept(&key(GOOD), KEPT, &alice, tomorrow), Fit::High);
    trust.policy.late = Late::Keep;
    assert_eq!(trust.judge_new(&key(GOOD), &alice, tomorrow), Fit::High);
}
