// SPDX-License-Identifier: Apache-2.0
//! What mappings make of samples, and what they refuse to.

use serde_json::{Value, json};

use super::*;
use crate::source::{Attributes, Sourced};

fn mapping(rules: Value) -> Mapping {
    Mapping::read(json!({ "rules": rules })).unwrap()
}

fn said(attributes: Value) -> Attributes {
    serde_json::from_value(attributes).unwrap()
}

fn known(rules: Value, attributes: Value) -> Mapped {
    mapping(rules).apply(&said(attributes), Whom::Known).unwrap()
}

fn officer() -> Value {
    json!({
        "uid": ["ann"], "cn": ["Ann Ash"], "mail": ["ann@mod.example"], "givenName": ["Ann"], "sn": ["Ash"],
        "c": ["DE,FR"], "o": ["Ministry of Defence"], "groups": ["cn=mission-baltic", "cn=mission-arctic", "cn=staff"],
        "clearance": ["NATO;NS;ATOMAL,CRYPTO;20281231235959Z", "DE;GEHEIM;;20271231235959Z", "rubbish"],
        "status": ["active"],
    })
}

#[test]
fn a_whole_person_is_read() {
    let rules = json!([
        {"to": "username", "mode": "require", "value": {"from": "uid"}},
        {"to": "display_name", "value": {"join": {"of": ["givenName", "initials", "sn"], "with": " "}}},
        {"to": "email", "value": {"from": "mail"}},
        {"to": "email_verified", "value": {"constant": "true"}},
        {"to": "agency", "value": {"from": "o", "table": {"Ministry of Defence": "de-mod"}}},
        {"to": "nationalities", "value": {"from": "c", "split": ",", "table": {"DE": "DEU", "FR": "FRA"}}},
        {"to": "missions", "value": {"from": "groups", "pattern": "cn=mission-(?<name>[a-z]+)", "give": "M-{name}"}},
        {"to": "roles", "value": {"constant": "member"}},
        {"to": "roles", "when": "groups == \"cn=staff\"", "value": {"constant": "owner"}},
        {"to": "roles", "when": "groups == \"cn=auditors\"", "value": {"constant": "auditor"}},
        {"to": "is_active", "value": {"from": "status", "table": {"active": "true"}, "otherwise": "false"}},
        {"to": "clearances", "clearance": {
            "each": {"from": "clearance", "pattern": "(?<scheme>[A-Z]+);(?<level>[^;]+);(?<opened>[^;]*);(?<end>[^;]+)"},
            "scheme": {"part": "scheme"},
            "level": {"part": "level"},
            "compartments": {"part": "opened", "split": ","},
            "valid_until": {"part": "end", "date": "generalized_time"}}},
    ]);
    let told = known(rules, officer());
    assert_eq!(told.notes, []);
    let expected: Sourced = serde_json::from_value(json!({
        "username": "ann", "display_name": "Ann Ash", "email": "ann@mod.example", "email_verified": true,
        "agency": "de-mod", "nationalities": ["DEU", "FRA"], "missions": ["M-arctic", "M-baltic"],
        "roles": ["member", "owner"], "is_active": true,
        "clearances": [
            {"scheme": "NATO", "level": "NS", "compartments": ["ATOMAL", "CRYPTO"], "valid_until": "2028-12-31T23:59:59Z"},
            {"scheme": "DE", "level": "GEHEIM", "valid_until": "2027-12-31T23:59:59Z"}],
    }))
    .unwrap();
    assert_eq!(told.sourced, expected);
}

#[test]
fn what_is_gone_upstream_is_said_to_be_gone_and_silence_says_nothing() {
    let told = known(
        json!([
            {"to": "display_name", "value": {"from": "cn"}},
            {"to": "missions", "value": {"from": "groups"}},
            {"to": "briefings", "mode": "ignore", "value": {"from": "groups"}},
            {"to": "clearances", "clearance": {"scheme": {"constant": "NATO"}, "level": {"from": "level"}}},
        ]),
        json!({}),
    );
    assert!(told.sourced.withdrawn.contains(&Target::DisplayName));
    assert_eq!(told.sourced.missions.as_ref().map(crate::Set::len), Some(0));
    assert_eq!(told.sourced.clearances, Some(Vec::new()));
    assert_eq!((told.sourced.briefings, told.sourced.roles), (None, None));
}

#[test]
fn suggestions_are_for_somebody_new() {
    let rules = json!([{"to": "display_name", "mode": "suggest", "value": {"from": "cn"}}]);
    assert_eq!(known(rules.clone(), officer()).sourced, Sourced::default());
    let new = mapping(rules).apply(&said(officer()), Whom::New).unwrap();
    assert_eq!(new.sourced.display_name.as_deref(), Some("Ann Ash"));
}

#[test]
fn a_required_value_that_is_missing_keeps_her_out() {
    let rules = mapping(json!([
        {"to": "display_name", "value": {"from": "cn"}},
        {"to": "agency", "mode": "require", "value": {"from": "ou", "table": {"X": "x"}}},
    ]));
    let fault = rules.apply(&said(officer()), Whom::Known).unwrap_err();
    assert_eq!(fault.note().rule, 1);
    assert_eq!(
        fault.to_string(),
        "rules[1] (agency from `ou`): nothing comes of it: it is required"
    );
    // A condition that does not hold is no way around it.
    let rules = mapping(json!([
        {"to": "agency", "mode": "require", "when": "has ou", "value": {"constant": "x"}},
    ]));
    assert!(rules.apply(&said(officer()), Whom::Known).is_err());
}

#[test]
fn one_unreadable_nationality_leaves_all_of_them_unsaid() {
    let rules = json!([
        {"to": "nationalities", "value": {"from": "c"}},
        {"to": "missions", "value": {"from": "m"}},
    ]);
    let told = known(rules, json!({"c": ["DEU", "Germany"], "m": ["baltic", "*"]}));
    assert_eq!(told.sourced.nationalities, None);
    // One mission less is less.
    assert_eq!(told.sourced.missions.as_ref().map(crate::Set::len), Some(1));
    assert_eq!(told.notes.len(), 2);
    assert!(told.notes[0].message.contains("Germany"), "{}", told.notes[0]);
}

#[test]
fn whether_she_is_active_is_read_or_she_stays_out() {
    let rules = mapping(json!([{"to": "is_active", "value": {"from": "status"}}]));
    assert!(
        rules
            .apply(&said(json!({"status": ["perhaps"]})), Whom::Known)
            .is_err()
    );
    assert!(
        rules
            .apply(&said(json!({"status": ["true", "false"]})), Whom::Known)
            .is_err()
    );
    let silent = rules.apply(&said(json!({})), Whom::Known).unwrap();
    assert_eq!(silent.sourced.is_active, None);
}

#[test]
fn several_values_are_no_single_one() {
    let attributes = json!({"mail": ["b@mod.example", "a@mod.example"]});
    let told = known(
        json!([{"to": "email", "value": {"from": "mail"}}]),
        attributes.clone(),
    );
    assert_eq!((told.sourced.email, told.notes.len()), (None, 1));
    let first = known(
        json!([{"to": "email", "value": {"from": "mail", "first": true}}]),
        attributes,
    );
    assert_eq!(first.sourced.email.as_deref(), Some("b@mod.example"));
}

#[test]
fn a_clearance_that_cannot_be_read_whole_is_none() {
    let rules = json!([{"to": "clearances", "clearance": {
        "scheme": {"constant": "NATO"}, "level": {"from": "level"},
        "valid_until": {"from": "until", "date": "generalized_time"}}}]);
    for attributes in [
        json!({"level": ["NS"]}),
        json!({"level": ["NS"], "until": ["soon"]}),
        json!({"level": ["NS", "CTS"], "until": ["20281231235959Z"]}),
        json!({"level": ["XX"], "until": ["20281231235959Z"]}),
    ] {
        let told = known(rules.clone(), attributes.clone());
        assert_eq!(told.sourced.clearances, Some(Vec::new()), "{attributes}");
        assert_eq!(told.notes.len(), 1, "{attributes}");
    }
}

#[test]
fn names_that_deceive_the_eye_are_not_taken() {
    let rules = json!([{"to": "display_name", "value": {"from": "cn"}}]);
    for name in ["evil\u{202e}nna", "a\u{200b}nn", "a\nb", &"x".repeat(256)] {
        let told = known(rules.clone(), json!({"cn": [name]}));
        assert_eq!(
            (told.sourced.display_name, told.notes.len()),
            (None, 1),
            "{name:?}"
        );
    }
}

/// O18: a mapping computes nothing that is not bounded by what it reads.
#[test]
fn a_mapping_is_bounded_in_rules_tables_patterns_and_values() {
    let many = |count: usize| -> Vec<Value> {
        (0..count)
            .map(|_| json!({"to": "roles", "value": {"constant": "member"}}))
            .collect()
    };
    assert!(Mapping::read(json!({"rules": many(MOST_RULES)})).is_ok());
    assert!(Mapping::read(json!({"rules": many(MOST_RULES + 1)})).is_err());
    let table: std::collections::BTreeMap<String, &str> =
        (0..501).map(|entry| (entry.to_string(), "x")).collect();
    assert!(
        Mapping::read(json!({"rules": [{"to": "agency", "value": {"from": "o", "table": table}}]})).is_err()
    );
    for wrong in [
        json!({"to": "agency", "value": {"from": "o", "eval": "1+1"}}),
        json!({"to": "agency", "value": {"from": "o", "give": "{x}"}}),
        json!({"to": "agency", "value": {"from": "o", "pattern": "(?<x>.)", "give": "{x"}}),
        json!({"to": "agency", "value": {"from": "o", "constant": "x"}}),
        json!({"to": "agency", "value": {"part": "x"}}),
        json!({"to": "agency", "value": {"from": "o", "date": "unix"}}),
        json!({"to": "security_officer", "value": {"from": "o"}}),
    ] {
        assert!(Mapping::read(json!({ "rules": [wrong] })).is_err(), "{wrong}");
    }
    let long = "a".repeat(9_000);
    let told = known(
        json!([{"to": "briefings", "value": {"from": "b", "split": ","}}]),
        json!({"b": [long]}),
    );
    assert_eq!((told.sourced.briefings, told.notes.len()), (None, 1));
    let pieces = vec!["x"; 3_000].join(",");
    let told = known(
        json!([{"to": "briefings", "value": {"from": "b", "split": ","}}]),
        json!({"b": [pieces]}),
    );
    assert_eq!(told.sourced.briefings.map(|set| set.len()), Some(1));
}

#[test]
fn a_part_that_did_not_match_is_empty_and_never_another() {
    let told = known(
        json!([{"to": "missions", "value": {"from": "g", "pattern": "(?<a>[a-z]+)(?:-(?<b>[0-9]+))?", "give": "{b}{a}"}}]),
        json!({"g": ["ops-7", "ops"]}),
    );
    let missions: Vec<&str> = told
        .sourced
        .missions
        .iter()
        .flatten()
        .map(crate::MissionId::as_str)
        .collect();
    assert_eq!(missions, ["7ops", "ops"]);
}

#[test]
fn the_names_that_are_read_are_told() {
    let rules = mapping(json!([
        {"to": "username", "value": {"from": "uid"}},
        {"to": "roles", "when": "has memberOf", "value": {"constant": "member"}},
        {"to": "briefings", "mode": "ignore", "value": {"from": "ignored"}},
        {"to": "clearances", "clearance": {"scheme": {"constant": "NATO"}, "level": {"from": "secLevel"}}},
    ]));
    let names: Vec<&str> = rules.names().into_iter().collect();
    assert_eq!(names, ["memberOf", "secLevel", "uid"]);
}
