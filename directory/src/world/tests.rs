// SPDX-License-Identifier: Apache-2.0
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{Clearance, ClearanceKind, ClearanceState, Country, PersonKind, Role, Set, Status};

const COALITION: &str = include_str!("../../../policies/worlds/coalition.world.json");

fn faults(text: &str) -> Vec<String> {
    parse(text.as_bytes())
        .unwrap_err()
        .iter()
        .map(ToString::to_string)
        .collect()
}

#[test]
fn the_coalition_is_read_and_written_back_equal() {
    let world = parse(COALITION.as_bytes()).unwrap();
    assert_eq!(world.people.len(), 23);
    assert_eq!(world.channels["ops-ns"].members.len(), 4);
    let written = serde_json::to_vec(&world).unwrap();
    assert_eq!(parse(&written).unwrap(), world);
}

#[test]
fn every_fault_is_named_with_its_path() {
    let found = faults(
        r#"{
            "agencies": {"X": {"country": "de", "colour": 1}},
            "users": {
                "alice": {
                    "kind": "robot", "status": "active", "agency": "nowhere",
                    "clearances": [{"scheme": "DE", "level": "GEHEIMST", "kind": "personnel", "state": "active",
                        "valid_from": "2022-01-01T00:00:00Z", "valid_until": "soon"}]
                },
                "": {"kind": "service", "status": "active"}
            },
            "channels": {"c.1": {"label": {"scheme": "NATO", "level": "XX"}, "members": ["alice", ""]}},
            "planets": {}
        }"#,
    );
    let paths: Vec<&str> = found
        .iter()
        .map(|fault| fault.split(": ").next().unwrap())
        .collect();
    assert_eq!(
        paths,
        [
            "agencies.X.country",
            "agencies.X.colour",
            "users.alice.kind",
            "users.alice.clearances[0].valid_until",
            "users.alice.clearances[0].level",
            "users[\"\"]",
            "channels[\"c.1\"].label",
            "channels[\"c.1\"].members[1]",
            "planets",
        ],
        "{found:#?}"
    );
}

#[test]
fn members_that_occur_twice_are_refused_at_every_depth() {
    assert_eq!(
        faults(
            r#"{"agencies": {}, "agencies": {}, "missions": {"A": {"state": "x"}, "A": {"state": "y"}},
            "nodes": {"n": {"agreement": true, "agreement": false}}}"#
        ),
        [
            "$: member \"agencies\" occurs twice",
            "missions: member \"A\" occurs twice",
            "nodes.n: member \"agreement\" occurs twice",
        ]
    );
}

#[test]
fn dangling_references_are_faults() {
    let found = faults(
        r#"{
            "users": {"a": {"kind": "service", "status": "active", "agency": "X", "sponsor": "b", "missions": ["*", "M"],
                "clearances": [{"scheme": "NATO", "level": "NS", "kind": "emergency", "state": "active", "channel": "c2",
                    "valid_from": "2022-01-01", "valid_until": "2022-01-01"}]}},
            "channels": {"c": {"label": {"scheme": "NATO", "level": "NU"}, "members": ["z"], "owners": ["y"],
                "recipients": ["x"], "agency": "Q", "missions": ["N"]}},
            "messages": {"m": {"channel": "nowhere"}}
        }"#,
    );
    let paths: Vec<&str> = found
        .iter()
        .map(|fault| fault.split(": ").next().unwrap())
        .collect();
    assert_eq!(
        paths,
        [
            "users.a.agency",
            "users.a.sponsor",
            "users.a.missions",
            "users.a.clearances[0].channel",
            "channels.c.members",
            "channels.c.owners",
            "channels.c.recipients",
            "channels.c.agency",
            "channels.c.missions",
            "messages.m.channel",
        ]
    );
}

#[test]
fn text_that_is_no_world_is_refused_in_one_line() {
    for text in ["", "[]", "null", "{", "{}x", "{\"users\": []}", "\u{feff}{}"] {
        let found = faults(text);
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(!found[0].contains('\n'));
    }
    let deep = format!(
        "{{\"nodes\": {{\"n\": {}1{}}}}}",
        "[".repeat(200),
        "]".repeat(200)
    );
    assert!(faults(&deep)[0].contains("nested too deeply"));
}

#[test]
fn the_list_of_faults_is_bounded() {
    let entries: Vec<String> = (0..3_000).map(|n| format!("\"u{n}\": {{}}")).collect();
    let found = faults(&format!("{{\"users\": {{{}}}}}", entries.join(",")));
    assert_eq!(found.len(), MAX_FAULTS + 1);
    assert!(found[MAX_FAULTS].contains("5000 more faults"));
}

#[test]
fn a_lenient_reader_leaves_faults_to_the_decision() {
    let (world, found) = lenient(&json!({
        "users": {
            "a": {"kind": "military", "status": "active", "agency": "gone", "clearances": [
                {"scheme": "NATO", "level": "NOPE", "kind": "personnel", "state": "active",
                 "valid_from": "2022-01-01", "valid_until": "2022-01-01"},
                "rubbish",
            ]},
            "b": {"kind": 7},
        },
        "messages": {"m": {"channel": "c", "label": {"scheme": "NATO", "level": "NOT-A-LEVEL"}}},
        "files": {"f": {"channel": "c", "label": "rubbish"}},
    }));
    assert_eq!(world.people.len(), 1);
    assert_eq!(world.people["a"].clearances.len(), 1);
    assert_eq!(world.messages["m"].label.as_ref().unwrap().level, "NOT-A-LEVEL");
    assert!(
        countersign_labels::Schemes::builtin()
            .label(world.files["f"].label.as_ref().unwrap())
            .is_err()
    );
    let paths: Vec<&str> = found.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["users.a.clearances[1]", "users.b.kind", "users.b"]);
}

fn moments() -> impl Strategy<Value = chrono::DateTime<chrono::Utc>> {
    (-60_000_000_000_000_i64..250_000_000_000_000)
        .prop_map(|ms| chrono::DateTime::from_timestamp_millis(ms).unwrap())
}

fn names() -> impl Strategy<Value = String> {
    "[^\\p{Cc}]{1,12}"
}

fn clearances() -> impl Strategy<Value = Clearance> {
    let kinds = prop_oneof![Just(ClearanceKind::Personnel), Just(ClearanceKind::Service)];
    let levels = prop_oneof![
        Just(("NATO", "NS")),
        Just(("DE", "GEHEIM")),
        Just(("FR", "TRES SECRET"))
    ];
    (
        levels,
        prop::collection::vec("[A-Z]{1,6}", 0..3),
        kinds,
        moments(),
        moments(),
    )
        .prop_map(
            |((scheme, level), compartments, kind, valid_from, valid_until)| Clearance {
                scheme: scheme.into(),
                level: level.into(),
                compartments: compartments.into_iter().collect(),
                kind,
                state: ClearanceState::Active,
                valid_from,
                valid_until,
                attestation: None,
                channel: None,
            },
        )
}

fn people() -> impl Strategy<Value = Person> {
    let texts =
        || prop::collection::vec("\\PC{0,8}", 0..4).prop_map(|all| all.into_iter().collect::<Set<String>>());
    let nations = prop::collection::vec("[A-Z]{3}", 0..3).prop_map(|all| {
        all.iter()
            .map(|code| code.parse::<Country>().unwrap())
            .collect::<Set<_>>()
    });
    (
        nations,
        texts(),
        prop::collection::vec(clearances(), 0..3),
        prop::option::of("\\PC{0,20}"),
    )
        .prop_map(|(nationalities, briefings, clearances, display_name)| Person {
            kind: PersonKind::Military,
            status: Status::Active,
            nationalities,
            agency: None,
            roles: [Role::Guest, Role::Auditor].into_iter().collect(),
            missions: Set::default(),
            briefings,
            sponsor: None,
            contract: None,
            clearances,
            display_name,
            email: None,
        })
}

proptest! {
    #[test]
    fn a_world_survives_being_written_and_read(people in prop::collection::btree_map(names(), people(), 0..6)) {
        let world = World {
            people: people.into_iter().map(|(id, person)| (id.parse().unwrap(), person)).collect(),
            ..World::default()
        };
        let written = serde_json::to_vec(&world).unwrap();
        prop_assert_eq!(parse(&written).unwrap(), world);
    }

    #[test]
    fn no_bytes_make_the_reader_fail_otherwise_than_by_faults(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn a_damaged_file_is_read_or_refused(at in 0..COALITION.len(), byte in any::<u8>()) {
        let mut bytes = COALITION.as_bytes().to_vec();
        bytes[at] = byte;
        let _ = parse(&bytes);
    }
}
