// SPDX-License-Identifier: Apache-2.0
//! Which changes of a file take a second person, noun by noun, and how they are named.

use countersign_directory::operation::import::{ImportError, Options};
use serde_json::{Value, json};

use super::{clearance, edited, named, replacing};
use crate::directory::{coalition, import_bytes, load, with_coalition};

/// A change to the coalition, and what of it lets somebody do more: nothing, where one person is enough.
type Row = (&'static str, fn(&mut Value), &'static [&'static str]);

const WIDENS: &[Row] = &[
    (
        "a new person with offices",
        |world| {
            world["users"]["wanda"] = json!({"kind": "government", "status": "active", "agency": "BMVg",
                "roles": ["security_officer", "auditor", "sysadmin"]});
        },
        &["users.wanda: new"],
    ),
    (
        "an office",
        |world| world["users"]["noah"]["roles"] = json!(["member", "security_officer"]),
        &["users.noah: roles"],
    ),
    (
        "an office that forbids, taken away",
        |world| world["users"]["hugo"]["roles"] = json!([]),
        &["users.hugo: roles"],
    ),
    (
        "a clearance",
        |world| world["users"]["noah"]["clearances"] = json!([clearance()]),
        &["users.noah: clearances"],
    ),
    (
        "mission, briefing and nationality",
        |world| {
            world["users"]["noah"]["missions"] = json!(["NUC"]);
            world["users"]["noah"]["briefings"] = json!(["NATO"]);
            world["users"]["noah"]["nationalities"] = json!(["DEU", "FRA"]);
        },
        &["users.noah: nationalities, missions, briefings"],
    ),
    (
        "an agency",
        |world| world["agencies"]["NEW"] = json!({"country": "DEU"}),
        &["agencies.NEW: new"],
    ),
    (
        "the country of an agency",
        |world| world["agencies"]["PRESS"]["country"] = json!("DEU"),
        &["agencies.PRESS: everything"],
    ),
    (
        "a mission",
        |world| world["missions"]["NEW"] = json!({"state": "active"}),
        &["missions.NEW: new"],
    ),
    (
        "the state of a mission",
        |world| world["missions"]["NUC"]["state"] = json!("closed"),
        &["missions.NUC: everything"],
    ),
    (
        "a level that an agreement maps higher",
        |world| world["agreements"]["DE-NATO"]["levels"] = json!({"VS-V": "CTS"}),
        &["agreements.DE-NATO: terms"],
    ),
    (
        "an agreement that carries more, for longer",
        |world| {
            world["agreements"]["DE-NATO"]["carries"] = json!(["ATOMAL"]);
            world["agreements"]["DE-NATO"]["valid_until"] = json!("2040-12-31T23:59:59Z");
        },
        &["agreements.DE-NATO: validity, carries"],
    ),
    (
        "what a device is accredited for",
        |world| world["devices"]["byod"]["accreditation"]["level"] = json!("CTS"),
        &["devices.byod: accreditation"],
    ),
    (
        "a device managed, and a report of its posture",
        |world| {
            world["devices"]["byod"]["managed"] = json!(true);
            world["devices"]["stale"]["posture_reported_at"] = json!("2026-11-23T11:00:00Z");
        },
        &["devices.byod: managed", "devices.stale: posture_reported_at"],
    ),
    (
        "a lower label of a channel",
        |world| {
            world["channels"]["nuc-cts"]["label"] = json!({"scheme": "NATO", "level": "NR",
                "releasable_to": ["CHE", "DEU"]});
        },
        &["channels.nuc-cts: label"],
    ),
    (
        "members, missions and owners of a channel",
        |world| {
            world["channels"]["ops-ns"]["members"] = json!(["alice", "noah"]);
            world["channels"]["ops-ns"]["missions"] = json!([]);
            world["channels"]["ops-ns"]["owners"] = json!(["noah"]);
        },
        &["channels.ops-ns: members, owners, missions"],
    ),
    (
        "a new channel",
        |world| world["channels"]["new"] = world["channels"]["town"].clone(),
        &["channels.new: new"],
    ),
    (
        "a lower label of a message",
        |world| world["messages"]["m-ns"]["label"]["level"] = json!("NU"),
        &["messages.m-ns: label"],
    ),
    (
        "a message that is elsewhere",
        |world| world["messages"]["m-nr"]["channel"] = json!("town"),
        &["messages.m-nr: channel"],
    ),
    (
        "a label that a file loses",
        |world| drop(world["files"]["f-ns"].as_object_mut().unwrap().remove("label")),
        &["files.f-ns: label"],
    ),
    (
        "a new file",
        |world| world["files"]["f-new"] = world["files"]["f-nu"].clone(),
        &["files.f-new: new"],
    ),
    (
        "what a node is accredited for, with whom it agreed",
        |world| {
            world["nodes"]["city"]["accreditation"]["level"] = json!("NS");
            world["nodes"]["partner-x"]["agreement"] = json!(true);
        },
        &["nodes.city: accreditation", "nodes.partner-x: agreement"],
    ),
    (
        "the settings",
        |world| world["settings"]["administration"] = json!({"aal": 1, "managed_device": false}),
        &["settings.settings: administration"],
    ),
];

const NARROWS: &[Row] = &[
    (
        "a suspended clearance",
        |world| world["users"]["alice"]["clearances"][0]["state"] = json!("suspended"),
        &[],
    ),
    (
        "a person who is out, and an office that forbids nothing",
        |world| {
            world["users"]["noah"]["status"] = json!("disabled");
            world["users"]["olga"]["roles"] = json!([]);
        },
        &[],
    ),
    (
        "a shorter agreement",
        |world| world["agreements"]["DE-NATO"]["valid_until"] = json!("2026-11-30T00:00:00Z"),
        &[],
    ),
    (
        "a device that is worth less",
        |world| world["devices"]["ns"] = json!({"managed": false}),
        &[],
    ),
    (
        "higher labels",
        |world| {
            world["channels"]["ops-ns"]["label"]["level"] = json!("CTS");
            world["messages"]["m-ns"]["label"]["level"] = json!("CTS");
        },
        &[],
    ),
    (
        "a node without an agreement",
        |world| world["nodes"]["city"]["agreement"] = json!(false),
        &[],
    ),
    (
        "a blocked location",
        |world| world["settings"]["blocked_locations"] = json!(["RU"]),
        &[],
    ),
];

#[tokio::test]
async fn what_lets_anybody_do_more_needs_a_second_person_and_is_named() {
    let database = with_coalition().await;
    for (what, edit, wider) in WIDENS {
        let bytes = edited(edit);
        let Err(ImportError::ApprovalMissing {
            wider: found, in_all, ..
        }) = import_bytes(&database, &bytes, &Options::default()).await
        else {
            panic!("one person did it: {what}");
        };
        assert_eq!((named(&found), in_all), (strings(wider), wider.len()), "{what}");
        let dry = Options {
            dry_run: true,
            ..Options::default()
        };
        let told = import_bytes(&database, &bytes, &dry).await.unwrap();
        assert!(told.needs_approval, "{what}");
        assert_eq!(named(&told.wider), strings(wider), "{what}");
    }
    assert_eq!(load(&database).await, coalition());
}

#[tokio::test]
async fn what_only_narrows_is_one_persons_to_import() {
    for (what, edit, _) in NARROWS {
        let database = with_coalition().await;
        let report = import_bytes(&database, &edited(edit), &Options::default())
            .await
            .unwrap();
        assert!(report.changes_anything() && !report.needs_approval, "{what}");
        assert_ne!(load(&database).await, coalition(), "{what}");
    }
}

#[tokio::test]
async fn taking_things_away_may_widen_too() {
    let database = with_coalition().await;
    let without = edited(|world| {
        for (map, id) in [("agreements", "FR-NATO"), ("devices", "stale"), ("users", "quin")] {
            world[map].as_object_mut().unwrap().remove(id);
        }
    });
    let refused = import_bytes(&database, &without, &replacing(None)).await;
    let Err(ImportError::ApprovalMissing { wider, .. }) = refused else {
        panic!("one person did it: {refused:?}");
    };
    // Without an agreement nothing crosses that did not before.
    assert_eq!(named(&wider), ["users.quin: removal", "devices.stale: removal"]);
}

fn strings(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}
