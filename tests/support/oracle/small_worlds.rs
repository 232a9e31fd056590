// SPDX-License-Identifier: Apache-2.0
//! Small worlds, all of them: one person with up to two clearances, up to two agreements, every level
//! of the channel's scheme, up to two compartments; every way in which a clearance may stand, in each
//! scheme; every way in which an agreement may map levels. Each is a scenario row that asks whether she
//! is cleared: may she discover the channel.

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

/// Rows with one clearance.
pub fn of_one_clearance() -> impl Iterator<Item = Value> {
    levels_by_agreements().chain(levels_by_maps())
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

/// One clearance of any level, any channel level of another scheme, and an agreement that maps the levels its own
/// way, alone or beside one that takes them by rank.
fn levels_by_maps() -> impl Iterator<Item = Value> {
    each_level().flat_map(|(scheme, level)| {
        let foreign = each_level().filter(move |(from, _)| *from != scheme);
        foreign.flat_map(move |(from, held)| {
            let clearance = held_at(from, held, &[], "active");
            let by = |map: &Value| {
                let mut agreement = between(from, scheme, "2030-01-01T00:00:00Z");
                agreement["levels"] = map.clone();
                agreement
            };
            let maps = maps(from, scheme);
            let mut variants: Vec<Value> = maps.iter().map(|map| json!({"a": by(map)})).collect();
            let by_rank = between(from, scheme, "2030-01-01T00:00:00Z");
            variants.extend(maps.last().map(|map| json!({"a": by_rank, "b": by(map)})));
            variants
                .into_iter()
                .map(move |agreements| row(scheme, level, &[], json!([clearance]), agreements))
        })
    })
}

/// Maps that never fall: all to the lowest, all to the highest, one after the other, and that with the lowest
/// level left out.
fn maps(from: &str, to: &str) -> Vec<Value> {
    let levels = |scheme: &str| LEVELS.iter().find(|(name, _)| *name == scheme).expect("listed").1;
    let (from, to) = (levels(from), levels(to));
    let mapping = |at: &dyn Fn(usize) -> usize, from: &[&str]| {
        let pairs = from
            .iter()
            .enumerate()
            .map(|(place, level)| ((*level).to_owned(), json!(to[at(place).min(to.len() - 1)])));
        Value::Object(pairs.collect())
    };
    vec![
        mapping(&|_| 0, from),
        mapping(&|_| to.len() - 1, from),
        mapping(&|place| place, from),
        mapping(&|place| place, &from[1..]),
    ]
}

/// Two clearances, each standing in every way there is, of the channel's scheme or of another; with the agreement
/// between both, or without.
pub fn pairs_of_standings() -> impl Iterator<Item = Value> {
    type Level = (&'static str, &'static str);
    let channels: [(Level, Level, &str); 4] = [
        (("NATO", "NS"), ("UK", "SECRET"), "ATOMAL"),
        (("DE", "GEHEIM"), ("NATO", "CTS"), "KRYPTO"),
        (("US", "S"), ("FR", "SECRET"), "SI"),
        (("EU", "C-UE"), ("CH", "VERTRAULICH"), "CRYPTO"),
    ];
    channels.into_iter().flat_map(|(own, foreign, tag)| {
        let mut carrying = between(foreign.0, own.0, "2030-01-01T00:00:00Z");
        carrying["carries"] = json!([tag]);
        let standing = [own, foreign].map(|(scheme, level)| standings(scheme, level, tag));
        let held = pairs(&standing.concat());
        let agreements = [json!({}), json!({"a": carrying})];
        let asked = [vec![], vec![tag]];
        asked.into_iter().flat_map(move |compartments| {
            let held = held.clone();
            agreements.clone().into_iter().flat_map(move |agreements| {
                let compartments = compartments.clone();
                held.clone()
                    .into_iter()
                    .map(move |held| row(own.0, own.1, &compartments, held, agreements.clone()))
            })
        })
    })
}

/// A clearance in every way in which it may stand at noon.
fn standings(scheme: &str, level: &str, tag: &str) -> Vec<Value> {
    let plain = held_at(scheme, level, &[tag], "active");
    let with = |members: Value| {
        let mut clearance = plain.clone();
        super::merge(&mut clearance, &members);
        clearance
    };
    let emergency = |channel: &str, until: &str| {
        with(json!({
            "kind": "emergency", "channel": channel,
            "valid_from": "2026-11-23T10:00:00Z", "valid_until": until,
        }))
    };
    vec![
        plain.clone(),
        with(json!({"compartments": []})),
        with(json!({"state": "suspended"})),
        with(json!({"state": "suspended", "valid_until": "2026-11-23T11:59:59Z"})),
        with(json!({"state": "revoked"})),
        with(json!({"valid_until": "2026-11-23T11:59:59Z"})),
        with(json!({"valid_from": "2026-11-23T12:00:01Z"})),
        with(json!({"valid_from": "2026-11-23T12:00:00Z", "valid_until": "2026-11-23T12:00:00Z"})),
        with(json!({"kind": "attested", "attestation": "verified"})),
        with(json!({"kind": "attested", "attestation": "rejected"})),
        emergency("room", "2026-11-23T14:00:00Z"),
        emergency("room", "2026-11-23T14:00:01Z"),
        emergency("elsewhere", "2026-11-23T14:00:00Z"),
        with(json!({"level": LEVELS.iter().find(|(name, _)| *name == scheme).expect("listed").1[0]})),
    ]
}

/// Two clearances, each absent or of a scheme, rank, state and compartments; with two compartments on
/// the channel at most, and the agreements to carry them or not.
pub fn pairs_of_clearances() -> impl Iterator<Item = Value> {
    let asked: [&[&str]; 3] = [&[], &["ATOMAL"], &["ATOMAL", "CRYPTO"]];
    let pairs = pairs(&clearances().collect::<Vec<_>>());
    ["NC", "NS"].into_iter().flat_map(move |level| {
        let pairs = pairs.clone();
        asked.into_iter().flat_map(move |compartments| {
            pairs.clone().into_iter().flat_map(move |held| {
                carrying()
                    .into_iter()
                    .map(move |agreements| row("NATO", level, compartments, held.clone(), agreements))
            })
        })
    })
}

/// Any two of them as a list, in one order; what is null is left out.
fn pairs(all: &[Value]) -> Vec<Value> {
    let both = all
        .iter()
        .enumerate()
        .flat_map(|(place, first)| all.iter().skip(place).map(move |second| [first, second]));
    both.map(|both| {
        let held: Vec<&Value> = both.into_iter().filter(|held| held.is_object()).collect();
        json!(held)
    })
    .collect()
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
