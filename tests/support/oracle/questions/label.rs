// SPDX-License-Identifier: Apache-2.0
//! Random labels.

use serde_json::{Value, json};

use super::draw::Draw;

type Scheme = (&'static str, &'static [&'static str], &'static [&'static str]);

/// Schemes with their levels and compartments, as a world writes them.
pub(super) const SCHEMES: [Scheme; 7] = [
    ("NATO", &["NU", "NR", "NC", "NS", "CTS"], &["ATOMAL", "CRYPTO"]),
    ("EU", &["R-UE", "C-UE", "S-UE", "TS-UE"], &["CRYPTO"]),
    (
        "DE",
        &["OFFEN", "VS-NfD", "VS-V", "GEHEIM", "STRENG GEHEIM"],
        &["KRYPTO"],
    ),
    ("FR", &["NP", "DR", "SECRET", "TRES SECRET"], &[]),
    ("UK", &["OFFICIAL", "SECRET", "TOP SECRET"], &["SENSITIVE"]),
    ("US", &["U", "C", "S", "TS"], &["SI"]),
    ("CH", &["NON", "INTERN", "VERTRAULICH", "GEHEIM"], &[]),
];

/// A scheme of the list, the coalition's own more often.
pub(super) fn scheme(draw: &mut Draw<'_>) -> Scheme {
    let at = draw.of(&[0, 0, 0, 1, 2, 2, 3, 4, 5, 6]);
    SCHEMES[at]
}

/// A label of the same scheme as another, often the same level.
pub(super) fn near(draw: &mut Draw<'_>, other: &Value) -> Value {
    if draw.chance(12) || !other.is_object() {
        return any(draw);
    }
    let name = other["scheme"].as_str().unwrap_or("NATO");
    let scheme = SCHEMES
        .into_iter()
        .find(|(scheme, ..)| *scheme == name)
        .unwrap_or(SCHEMES[0]);
    let mut label = of_scheme(draw, scheme);
    if draw.chance(60) {
        label["level"] = other["level"].clone();
    }
    if draw.chance(60) {
        for name in ["compartments", "releasable_to"] {
            if other.get(name).is_some() {
                label[name] = other[name].clone();
            }
        }
    }
    label
}

/// A label of any scheme.
pub(super) fn any(draw: &mut Draw<'_>) -> Value {
    let scheme = scheme(draw);
    of_scheme(draw, scheme)
}

fn of_scheme(draw: &mut Draw<'_>, (scheme, levels, compartments): Scheme) -> Value {
    let level = if draw.below(300) == 0 {
        "NOT-A-LEVEL"
    } else {
        draw.of(levels)
    };
    let mut label = json!({"scheme": scheme, "level": level});
    if draw.chance(20) {
        let held = draw.some(compartments, 60);
        let broken =
            scheme == "UK" && level != "OFFICIAL" || scheme == "NATO" && matches!(level, "NU" | "NR");
        if !broken {
            label["compartments"] = held;
        }
    }
    if draw.chance(25) {
        label["releasable_to"] = draw.some(
            &["DEU", "FRA", "GBR", "USA", "CHE", "NATO", "EU", "FVEY", "GULF"],
            35,
        );
    }
    if draw.chance(6) {
        label["nationals_only"] = json!(true);
    }
    if draw.chance(6) {
        label["not_before"] = json!(draw.around("2026-11-23T12:00:00Z"));
    }
    if draw.chance(8) {
        label["originator_controlled_by"] = json!(draw.of(&["DOD", "BMVg", "UKMOD"]));
    }
    label
}

/// A label that breaks its scheme's constraints.
pub(super) fn broken(draw: &mut Draw<'_>) -> Value {
    let level = draw.of(&["NU", "NR"]);
    draw.of(&[
        &json!({"scheme": "NATO", "level": level, "compartments": ["ATOMAL"]}),
        &json!({"scheme": "UK", "level": "SECRET", "compartments": ["SENSITIVE"]}),
    ])
    .clone()
}

/// A label of which one member is not written as the schema has it; a null may stand for what may be absent.
pub(super) fn misspelt(draw: &mut Draw<'_>, other: &Value) -> Value {
    let mut label = near(draw, other);
    let written = [
        ("compartments", Value::Null),
        ("compartments", json!("ATOMAL")),
        ("compartments", json!([1])),
        ("caveats", Value::Null),
        ("nationals_only", Value::Null),
        ("nationals_only", json!("yes")),
        ("releasable_to", Value::Null),
        ("releasable_to", json!("NATO")),
        ("not_before", Value::Null),
        ("not_before", json!("tomorrow")),
        ("originator_controlled_by", Value::Null),
        ("release", json!(["DEU"])),
        ("level", json!("geheim")),
    ];
    let (name, value) = &written[draw.below(written.len())];
    label[*name] = value.clone();
    label
}

/// As a merge patch that leaves nothing of the former label.
pub(super) fn replacing(mut label: Value) -> Value {
    for name in [
        "compartments",
        "releasable_to",
        "caveats",
        "nationals_only",
        "not_before",
        "originator_controlled_by",
    ] {
        if label.get(name).is_none() {
            label[name] = Value::Null;
        }
    }
    label
}
