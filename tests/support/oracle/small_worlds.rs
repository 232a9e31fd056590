// SPDX-License-Identifier: Apache-2.0
//! Small worlds, all of them: one person with up to two clearances, up to two agreements, every level
//! of the channel's scheme, up to two compartments. Each is a scenario row that asks whether she is
//! cleared: may she discover the channel.

use serde_json::{Value, json};

const LEVELS: [(&str, &[&str]); 7] = [
    ("NATO", &["NU", "NR", "NC", "NS", "CTS"]),
    ("EU", &["R-UE", "C-UE", "S-UE", "TS-UE"]),
    ("DE", &["OFFEN", "VS-NfD", "VS-V", "GEHEIM", "STRENG GEHEIM"]),
    ("FR", &["NP", "DR", "SECRET", "TRES SECRET"]),
    ("UK", &["OFFICIAL", "SECRET", "TOP SECRET"]),
    ("US", &["U", "C", "S", "TS"]),
    ("CH", &["NON", "INTERN", "VERTRAULICH", "GEHEIM"]),
];

/// The world that all rows patch: a person without clearances, a channel, no agreement.
pub fn world() -> Value {
    json!({
        "agencies": {"home": {"country": "DEU"}},
        "missions": {},
        "agreements": {},
        "users": {"she": {
            "kind": "government", "status": "active", "nationalities": ["DEU"], "agency": "home",
            "roles": ["member"], "missions": [], "briefings": ["NATO"], "clearances": []
        }},
        "devices": {"ns": {
            "managed": true, "accreditation": {"scheme": "NATO", "level": "CTS"},
            "posture_reported_at": "2026-11-23T11:00:00Z"
        }},
        "channels": {"room": {
            "label": {"scheme": "NATO", "level": "NU"}, "members": [], "missions": [],
            "externals_allowed": false, "industry_allowed": false, "state": "open", "label_mode": "portion"
        }},
        "messages": {},
        "files": {},
        "nodes": {},
        "settings": {"blocked_locations": []}
    })
}

/// Every row, lazily.
pub fn rows() -> impl Iterator<Item = Value> {
    levels_by_agreements().chain(pairs_of_clearances())
}

/// One clearance of any level, any channel level of any scheme, and each way in which an agreement
/// between the two may stand.
fn levels_by_agreements() -> impl Iterator<Item = Value> {
    each_level().flat_map(|(scheme, level)| {
        each_level().flat_map(move |(from, held)| {
            let clearance = held_at(from, held, &[], "active");
            let variants = if from == scheme {
                vec![json!({})]
            } else {
                agreements(from, scheme)
            };
            variants
                .into_iter()
                .map(move |agreements| row(scheme, level, &[], json!([clearance]), agreements))
        })
    })
}

/// Two clearances, each absent or of a scheme, rank, state and compartments; with two compartments on
/// the channel at most, and the agreements to carry them or not.
fn pairs_of_clearances() -> impl Iterator<Item = Value> {
    let asked: [&[&str]; 3] = [&[], &["ATOMAL"], &["ATOMAL", "CRYPTO"]];
    ["NC", "NS", "CTS"].into_iter().flat_map(move |level| {
        asked.into_iter().flat_map(move |compartments| {
            clearances().flat_map(move |first| {
                clearances().flat_map(move |second| {
                    let first = first.clone();
                    carrying().into_iter().map(move |agreements| {
                        let held: Vec<&Value> = [&first, &second]
                            .into_iter()
                            .filter(|held| held.is_object())
                            .collect();
                        row("NATO", level, compartments, json!(held), agreements)
                    })
                })
            })
        })
    })
}

fn each_level() -> impl Iterator<Item = (&'static str, &'static str)> {
    LEVELS
        .into_iter()
        .flat_map(|(scheme, levels)| levels.iter().map(move |level| (scheme, *level)))
}

/// None at all, or of two schemes, at two levels, in four states, with three sets of compartments.
fn clearances() -> impl Iterator<Item = Value> {
    let sets: [&[&str]; 3] = [&[], &["ATOMAL"], &["ATOMAL", "CRYPTO"]];
    let some = [("NATO", "NC"), ("NATO", "NS"), ("DE", "GEHEIM")]
        .into_iter()
        .flat_map(move |(scheme, level)| {
            sets.into_iter().flat_map(move |set| {
                ["active", "suspended", "lapsed"]
                    .into_iter()
                    .map(move |state| held_at(scheme, level, set, state))
            })
        });
    std::iter::once(Value::Null).chain(some)
}

fn held_at(scheme: &str, level: &str, compartments: &[&str], state: &str) -> Value {
    let until = if state == "lapsed" {
        "2026-11-23T11:59:59Z"
    } else {
        "2030-01-01T00:00:00Z"
    };
    let state = if state == "lapsed" { "active" } else { state };
    json!({
        "scheme": scheme, "level": level, "compartments": compartments, "kind": "personnel", "state": state,
        "valid_from": "2020-01-01T00:00:00Z", "valid_until": until
    })
}

/// No agreement, one in each standing, and a lapsed one beside a good one.
fn agreements(from: &str, to: &str) -> Vec<Value> {
    let good = between(from, to, "2030-01-01T00:00:00Z");
    let lapsed = between(from, to, "2026-11-23T11:59:59Z");
    let mut labels_alone = good.clone();
    labels_alone["covers"] = json!(["labels"]);
    let back = between(to, from, "2030-01-01T00:00:00Z");
    vec![
        json!({}),
        json!({"a": good}),
        json!({"a": lapsed, "b": back}),
        json!({"a": labels_alone}),
        json!({"a": lapsed, "b": good}),
    ]
}

/// Agreements from DE to NATO that carry nothing, one, the other, or both by halves.
fn carrying() -> Vec<Value> {
    let carrying = |names: &[&str]| {
        let mut agreement = between("DE", "NATO", "2030-01-01T00:00:00Z");
        agreement["carries"] = json!(names);
        agreement
    };
    vec![
        json!({}),
        json!({"a": carrying(&[])}),
        json!({"a": carrying(&["ATOMAL"]), "b": carrying(&["CRYPTO"])}),
        json!({"a": carrying(&["ATOMAL", "CRYPTO"])}),
    ]
}

fn between(from: &str, to: &str, until: &str) -> Value {
    json!({"from": from, "to": to, "valid_from": "2020-01-01T00:00:00Z", "valid_until": until})
}

fn row(scheme: &str, level: &str, compartments: &[&str], clearances: Value, agreements: Value) -> Value {
    json!({
        "id": format!("{scheme} {level} {compartments:?}"),
        "subject": "she",
        "action": "channel.discover",
        "resource": {"type": "channel", "id": "room"},
        "given": {
            "agreements": agreements,
            "users": {"she": {"clearances": clearances}},
            "channels": {"room": {"label": {
                "scheme": scheme, "level": level, "compartments": compartments, "releasable_to": ["DEU"]
            }}}
        },
        "at": "2026-11-23T12:00:00Z"
    })
}
