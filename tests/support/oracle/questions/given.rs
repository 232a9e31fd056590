// SPDX-License-Identifier: Apache-2.0
//! Random changes to the world, near to what the question is about.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::draw::{Draw, written};
use super::label::{self, SCHEMES};

pub(super) fn given(draw: &mut Draw<'_>, row: &Value, channel: &str, device: &str) -> Value {
    let at = row["at"].as_str().expect("a row has its moment").to_owned();
    let mut given = json!({});
    for _ in 0..draw.of(&[0, 0, 1, 1, 2, 3, 4]) {
        let patch = match draw.below(19) {
            0..=3 => {
                let id = context_id(row, "to")
                    .filter(|_| draw.chance(40))
                    .unwrap_or(channel.to_owned());
                in_map("channels", &id, self::channel(draw, row))
            }
            4..=8 => {
                let id = whom(draw, row, channel);
                in_map("users", &id, person(draw, channel, &at))
            }
            9..=10 => agreement(draw, &at),
            11..=12 => item(draw, row, &at),
            13 => in_map("devices", device, self::device(draw, &at)),
            14 => {
                let id = row["context"]["node"].as_str().unwrap_or("city").to_owned();
                in_map("nodes", &id, node(draw))
            }
            _ => json!({"settings": settings(draw, &at)}),
        };
        merge_patch(&mut given, &patch);
    }
    given
}

/// One of the deployment's settings.
fn settings(draw: &mut Draw<'_>, at: &str) -> Value {
    match draw.below(9) {
        0 | 1 => json!({"blocked_locations": draw.some(&["XX", "DE"], 60)}),
        2 | 3 => json!({"rules": rules(draw)}),
        4 => {
            let aal = draw.of(&[1, 2, 3]);
            json!({"administration": {"aal": aal, "managed_device": draw.chance(50)}})
        }
        5 => {
            let (scheme, levels, _) = label::scheme(draw);
            let held = draw.some(&["ATOMAL", "CRYPTO", "SI", "KRYPTO"], 50);
            json!({"accreditation": {"scheme": scheme, "level": draw.of(levels), "compartments": held}})
        }
        6 => json!({"default_scheme": label::scheme(draw).0}),
        7 => json!({"browser_key_rank": draw.below(5)}),
        _ => {
            let name = draw.of(&["NATO", "EU", "FVEY", "GULF"]);
            json!({"communities": {name: community(draw, at)}})
        }
    }
}

/// The members of a community, some from a day on, some to a day.
fn community(draw: &mut Draw<'_>, at: &str) -> Value {
    let day = |moment: &str| moment.split('T').next().expect("a day").to_owned();
    let mut members = Vec::new();
    for nation in ["DEU", "FRA", "GBR", "USA", "CHE", "POL"] {
        let aside = draw.of(&[-1, 0, 1]);
        let edge = day(&draw.beside(at, aside));
        members.extend(match draw.below(5) {
            0 | 1 => None,
            2 => Some(json!({"nation": nation, "since": edge})),
            3 => Some(json!({"nation": nation, "until": edge})),
            _ => Some(json!(nation)),
        });
    }
    json!(members)
}

/// Rules on which agencies differ, some of them turned.
fn rules(draw: &mut Draw<'_>) -> Value {
    let mut rules = json!({});
    for name in [
        "any_nationality",
        "deny_unrecorded",
        "emergency_membership",
        "industry_contract",
        "owner_accepts_upward",
        "own_briefing_only",
        "same_scheme_devices",
    ] {
        rules[name] = json!(draw.chance(50));
    }
    if draw.chance(30) {
        rules["fixed_from"] = json!(draw.below(4));
    }
    rules
}

/// Puts two merge patches together; the later one wins.
fn merge_patch(first: &mut Value, second: &Value) {
    let (Value::Object(first), Value::Object(second)) = (&mut *first, second) else {
        *first = second.clone();
        return;
    };
    for (name, value) in second {
        merge_patch(first.entry(name.as_str()).or_insert(Value::Null), value);
    }
}

fn in_map(map: &str, id: &str, patch: Value) -> Value {
    if id == "ghost" {
        json!({})
    } else {
        json!({map: {id: patch}})
    }
}

fn context_id(row: &Value, name: &str) -> Option<String> {
    row["context"][name]["id"].as_str().map(str::to_owned)
}

fn whom(draw: &mut Draw<'_>, row: &Value, channel: &str) -> String {
    let named = match draw.below(10) {
        0..=4 => row["subject"].as_str().map(str::to_owned),
        5..=6 => context_id(row, "target"),
        7 => row["context"]["approver"].as_str().map(str::to_owned),
        _ => None,
    };
    named
        .filter(|id| id != "ghost")
        .unwrap_or_else(|| draw.member(channel))
}

fn channel(draw: &mut Draw<'_>, row: &Value) -> Value {
    match draw.below(12) {
        0..=2 => json!({"label": label::replacing(label::any(draw))}),
        3 => json!({"externals_allowed": draw.chance(70)}),
        4 => json!({"industry_allowed": draw.chance(70)}),
        5 => json!({"state": draw.of(&["open", "closed"])}),
        6 => json!({"label_mode": draw.of(&["fixed", "floating", "portion"])}),
        7 => json!({"listed": draw.chance(60)}),
        10 => json!({"label_drift": draw.chance(70)}),
        8 => {
            let owner = if draw.chance(50) {
                row["subject"].as_str().unwrap_or("carol")
            } else {
                "mia"
            };
            if owner == "ghost" {
                json!({})
            } else {
                json!({"owners": [owner]})
            }
        }
        9 => {
            let subject = row["subject"].as_str().unwrap_or("carol");
            let mut named: Vec<&str> = ["alice", "bob", "carol", "mia", "gina"].into_iter().collect();
            named.retain(|_| draw.chance(50));
            if subject != "ghost" && draw.chance(60) && !named.contains(&subject) {
                named.push(subject);
            }
            if draw.chance(50) {
                json!({"recipients": named})
            } else {
                json!({"members": named})
            }
        }
        _ => json!({"missions": draw.some(&["BALTIC", "NUC"], 50)}),
    }
}

fn person(draw: &mut Draw<'_>, channel: &str, at: &str) -> Value {
    match draw.below(15) {
        0 => json!({"status": draw.of(&["active", "disabled"])}),
        1 => json!({"kind": draw.of(&["government", "military", "industry", "service", "outsider"])}),
        2 => json!({"nationalities": draw.some(&["DEU", "FRA", "GBR", "USA", "CHE", "POL", "AUS"], 25)}),
        3 | 4 => {
            let roles = [
                "member",
                "owner",
                "guest",
                "security_officer",
                "sysadmin",
                "auditor",
                "archiver",
            ];
            json!({"roles": [draw.of(&roles)]})
        }
        5 => json!({"missions": draw.some(&["BALTIC", "NUC", "*"], 50)}),
        6 => json!({"briefings": draw.some(&["NATO", "VS", "DR", "CH", "EU", "DE"], 50)}),
        7 => {
            let sponsor = draw.of(&["carol", "alice", "rita"]);
            json!({"sponsor": if draw.chance(20) { Value::Null } else { json!(sponsor) }})
        }
        8 => json!({"agency": draw.of(&["BMVg", "DOD", "UKMOD"])}),
        9 => {
            let until = draw.of(&[at, "2020-01-01T00:00:00Z", "2040-01-01T00:00:00Z"]);
            let contract = json!({"reference": "R-1", "until": until});
            json!({"kind": "industry", "contract": if draw.chance(20) { Value::Null } else { contract }})
        }
        _ => {
            let count = draw.of(&[0, 1, 1, 2, 2, 3]);
            let clearances: Vec<Value> = (0..count).map(|_| clearance(draw, channel, at)).collect();
            json!({"clearances": clearances})
        }
    }
}

fn clearance(draw: &mut Draw<'_>, channel: &str, at: &str) -> Value {
    let (scheme, levels, _) = label::scheme(draw);
    let high = draw.chance(60);
    let level = if high {
        levels[levels.len() - 1 - draw.below(2)]
    } else {
        draw.of(levels)
    };
    let kind = draw.of(&["personnel", "personnel", "attested", "emergency", "service"]);
    let mut clearance = json!({
        "scheme": scheme,
        "level": level,
        "kind": kind,
        "state": draw.of(&["active", "active", "active", "active", "suspended", "revoked"]),
        "valid_from": "2021-01-01T00:00:00Z",
        "valid_until": "2031-01-01T00:00:00Z",
    });
    if draw.chance(40) {
        clearance["compartments"] = draw.some(&["ATOMAL", "CRYPTO", "SI", "KRYPTO"], 60);
    }
    if draw.chance(30) {
        let edge = draw.of(&["valid_from", "valid_until"]);
        clearance[edge] = json!(draw.beside(at, 0));
    }
    if kind == "attested" {
        clearance["attestation"] = json!(draw.of(&["verified", "verified", "verified", "rejected"]));
    }
    if kind == "emergency" {
        let now: DateTime<Utc> = at.parse().expect("a moment");
        let from = now - TimeDelta::minutes(draw.of(&[0, 60, 240, 241]));
        let long = TimeDelta::minutes(draw.of(&[60, 240, 240, 241]));
        clearance["valid_from"] = json!(written(from));
        clearance["valid_until"] = json!(written(from + long));
        clearance["channel"] = json!(if draw.chance(75) { channel } else { "mixed" });
    }
    clearance
}

fn agreement(draw: &mut Draw<'_>, at: &str) -> Value {
    if draw.chance(25) {
        let id = draw.of(&["DE-NATO", "FR-NATO", "UK-NATO", "US-NATO"]);
        let patch = match draw.below(4) {
            0 => Value::Null,
            1 => json!({"valid_until": draw.beside(at, 0)}),
            2 => json!({"covers": draw.some(&["clearances", "labels"], 50)}),
            _ => json!({"carries": draw.some(&["ATOMAL", "SI"], 60)}),
        };
        return json!({"agreements": {id: patch}});
    }
    let (from, from_levels, _) = label::scheme(draw);
    let to = draw.of(&["NATO", "NATO", "FR", "US", "DE", "UK", "EU"]);
    if from == to {
        return json!({});
    }
    let mut agreement = Map::new();
    agreement.insert("from".into(), json!(from));
    agreement.insert("to".into(), json!(to));
    let begins = draw.chance(10);
    agreement.insert(
        "valid_from".into(),
        json!(if begins {
            draw.beside(at, 0)
        } else {
            "2020-01-01T00:00:00Z".into()
        }),
    );
    let ends = draw.chance(10);
    agreement.insert(
        "valid_until".into(),
        json!(if ends {
            draw.beside(at, 0)
        } else {
            "2035-01-01T00:00:00Z".into()
        }),
    );
    if draw.chance(70) {
        agreement.insert("covers".into(), draw.some(&["clearances", "labels"], 75));
    }
    if draw.chance(40) {
        agreement.insert(
            "carries".into(),
            draw.some(&["ATOMAL", "CRYPTO", "SI", "KRYPTO"], 60),
        );
    }
    if draw.chance(25) {
        agreement.insert("levels".into(), levels(draw, from_levels, to));
    }
    json!({"agreements": {format!("{from}-{to}-drawn"): agreement}})
}

/// A map of levels that never falls; sometimes it leaves levels out.
fn levels(draw: &mut Draw<'_>, from: &[&str], to: &str) -> Value {
    let (_, to, _) = SCHEMES
        .into_iter()
        .find(|(scheme, ..)| *scheme == to)
        .expect("a scheme of the list");
    let mut map = Map::new();
    let mut reached = 0;
    for level in from {
        reached = (reached + draw.below(2)).min(to.len() - 1);
        if !draw.chance(15) {
            map.insert((*level).to_owned(), json!(to[reached]));
        }
    }
    Value::Object(map)
}

fn item(draw: &mut Draw<'_>, row: &Value, at: &str) -> Value {
    let quoted = row["context"]["quotes"][0].clone();
    let named = if quoted.is_object() && draw.chance(60) {
        quoted
    } else {
        row["resource"].clone()
    };
    let (map, id) = match (named["type"].as_str(), named["id"].as_str()) {
        (Some("message"), Some(id)) if id != "unregistered" => ("messages", id),
        (Some("file"), Some(id)) if id != "unregistered" => ("files", id),
        _ => ("messages", "m-ns"),
    };
    let patch = match draw.below(6) {
        0 | 1 => json!({"label": label::replacing(label::any(draw))}),
        2 => json!({"label": null}),
        3 => json!({"label": {"not_before": draw.beside(at, 0)}}),
        4 => json!({"label": {"originator_controlled_by": draw.of(&["DOD", "BMVg", "DGA"])}}),
        _ => json!({"label": {"releasable_to": draw.some(&["NATO", "USA", "CHE", "FRA"], 50)}}),
    };
    in_map(map, id, patch)
}

fn device(draw: &mut Draw<'_>, at: &str) -> Value {
    match draw.below(7) {
        0 => json!({"managed": draw.chance(50)}),
        1 => json!({"posture_reported_at": null}),
        3 => json!({"lost": draw.chance(70)}),
        4 => json!({"accreditation": null}),
        5 => json!({"key": draw.of(&["browser", "certificate"])}),
        2 => {
            let days = draw.of(&[-7, 0]);
            json!({"posture_reported_at": draw.beside(at, days)})
        }
        _ => {
            let (scheme, levels, _) = label::scheme(draw);
            json!({"accreditation": {"scheme": scheme, "level": draw.of(levels)}})
        }
    }
}

fn node(draw: &mut Draw<'_>) -> Value {
    match draw.below(5) {
        0 => json!({"agreement": draw.chance(70)}),
        1 => json!({"communities": draw.some(&["NATO", "FVEY", "EU", "CHE", "DEU", "USA"], 30)}),
        2 => json!({"accreditation": {"compartments": draw.some(&["ATOMAL", "CRYPTO", "SI"], 70)}}),
        3 => json!({"accreditation": null}),
        _ => {
            let (scheme, levels, _) = label::scheme(draw);
            json!({"accreditation": {"scheme": scheme, "level": draw.of(levels)}})
        }
    }
}
