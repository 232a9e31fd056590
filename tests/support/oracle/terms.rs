// SPDX-License-Identifier: Apache-2.0
//! The terms: schemes and their ranks, communities, labels and their audiences.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;

use super::world::{At, moment, text};
use super::{Input, Read};

const NATO: &str = "ALB BEL BGR CAN HRV CZE DNK EST FIN FRA DEU GRC HUN ISL ITA LVA LTU LUX MNE NLD MKD NOR \
                    POL PRT ROU SVK SVN ESP SWE TUR GBR USA";
const EU: &str = "AUT BEL BGR HRV CYP CZE DNK EST FIN FRA DEU GRC HUN IRL ITA LVA LTU LUX MLT NLD POL PRT ROU \
                  SVK SVN ESP SWE";
const FVEY: &str = "AUS CAN GBR NZL USA";

/// The levels of a scheme with their ranks, ascending.
pub(super) fn levels(scheme: &str) -> Read<&'static [(&'static str, u8)]> {
    Ok(match scheme {
        "NATO" => &[("NU", 0), ("NR", 1), ("NC", 2), ("NS", 3), ("CTS", 4)],
        "EU" => &[("R-UE", 1), ("C-UE", 2), ("S-UE", 3), ("TS-UE", 4)],
        "DE" => &[
            ("OFFEN", 0),
            ("VS-NfD", 1),
            ("VS-V", 2),
            ("GEHEIM", 3),
            ("STRENG GEHEIM", 4),
        ],
        "FR" => &[("NP", 0), ("DR", 1), ("SECRET", 3), ("TRES SECRET", 4)],
        "UK" => &[("OFFICIAL", 0), ("SECRET", 3), ("TOP SECRET", 4)],
        "US" => &[("U", 0), ("C", 2), ("S", 3), ("TS", 4)],
        "CH" => &[("NON", 0), ("INTERN", 1), ("VERTRAULICH", 2), ("GEHEIM", 3)],
        _ => return Err(Input),
    })
}

/// The rank of a level. Its name is matched without regard to case or accents.
pub(super) fn rank(scheme: &str, level: &str) -> Read<u8> {
    let plain = |name: &str| name.to_lowercase().replace(['è', 'é'], "e");
    let found = levels(scheme)?
        .iter()
        .find(|(name, _)| plain(name) == plain(level));
    found.map(|(_, rank)| *rank).ok_or(Input)
}

/// The rank of an accreditation on the shared axis; none is 0.
pub(super) fn accredited(thing: &Value) -> Read<u8> {
    match thing.get("accreditation") {
        None | Some(Value::Null) => Ok(0),
        Some(accreditation) => rank(text(accreditation, "scheme"), text(accreditation, "level")),
    }
}

/// Nations for names of nations and communities. The deployment's own communities come before those of the page.
pub(super) fn nations(names: &BTreeSet<&str>, at: At<'_>) -> Read<BTreeSet<String>> {
    let mut nations = BTreeSet::new();
    for name in names {
        if let Some(own) = at.world["settings"]["communities"].get(name) {
            for entry in own.as_array().ok_or(Input)? {
                if belongs(entry, at.now)? {
                    nations.insert(
                        entry["nation"]
                            .as_str()
                            .or(entry.as_str())
                            .ok_or(Input)?
                            .to_owned(),
                    );
                }
            }
            continue;
        }
        match *name {
            "NATO" => nations.extend(NATO.split(' ').map(str::to_owned)),
            "EU" => nations.extend(EU.split(' ').map(str::to_owned)),
            "FVEY" => nations.extend(FVEY.split(' ').map(str::to_owned)),
            nation => {
                nations.insert(nation.to_owned());
            }
        }
    }
    Ok(nations)
}

/// Whether a nation is in a community now: from its first day to its last, both whole, UTC.
fn belongs(entry: &Value, now: DateTime<Utc>) -> Read<bool> {
    let day = |name: &str| match entry.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(day) => day
            .as_str()
            .and_then(|day| day.parse::<NaiveDate>().ok())
            .map(Some)
            .ok_or(Input),
    };
    let today = now.date_naive();
    Ok(day("since")?.is_none_or(|since| since <= today) && day("until")?.is_none_or(|until| today <= until))
}

/// Who may be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Audience {
    Everybody,
    Nations(BTreeSet<String>),
}

/// A label, understood.
#[derive(Debug, Clone)]
pub(super) struct Label {
    pub(super) scheme: String,
    pub(super) rank: u8,
    pub(super) compartments: BTreeSet<String>,
    pub(super) audience: Audience,
    pub(super) nationals_only: bool,
    pub(super) not_before: Option<DateTime<Utc>>,
    pub(super) originator: Option<String>,
}

/// What a label may say.
const MEMBERS: [&str; 8] = [
    "scheme",
    "level",
    "compartments",
    "releasable_to",
    "caveats",
    "nationals_only",
    "not_before",
    "originator_controlled_by",
];

/// Understands a label, or guard 1. What is not as it is written in the schema is not understood: a restriction
/// that is misspelt or empty must not count as none. Only what may be absent altogether may be null.
pub(super) fn label(raw: &Value, at: At<'_>) -> Read<Label> {
    let members = raw.as_object().ok_or(Input)?;
    if members.keys().any(|name| !MEMBERS.contains(&name.as_str())) {
        return Err(Input);
    }
    let stated = |name: &str| members.get(name).filter(|value| !value.is_null());
    let list = |value: &Value| -> Read<BTreeSet<String>> {
        let items = value.as_array().ok_or(Input)?.iter();
        items
            .map(|item| item.as_str().map(str::to_owned).ok_or(Input))
            .collect()
    };
    let set = |name: &str| members.get(name).map_or(Ok(BTreeSet::new()), list);
    set("caveats")?;
    let scheme = text(raw, "scheme");
    let rank = rank(scheme, text(raw, "level"))?;
    let audience = match stated("releasable_to") {
        Some(names) => Audience::Nations(nations(&list(names)?.iter().map(String::as_str).collect(), at)?),
        None if rank == 0 => Audience::Everybody,
        None => {
            let default = match scheme {
                "NATO" => "NATO",
                "EU" => "EU",
                "DE" => "DEU",
                "FR" => "FRA",
                "UK" => "GBR",
                "US" => "USA",
                "CH" => "CHE",
                _ => return Err(Input),
            };
            Audience::Nations(nations(&BTreeSet::from([default]), at)?)
        }
    };
    let nationals_only = match members.get("nationals_only") {
        None => false,
        Some(only) => only.as_bool().ok_or(Input)?,
    };
    let originator = match stated("originator_controlled_by") {
        None => None,
        Some(agency) => Some(agency.as_str().ok_or(Input)?.to_owned()),
    };
    Ok(Label {
        scheme: scheme.to_owned(),
        rank,
        compartments: set("compartments")?,
        audience,
        nationals_only,
        not_before: stated("not_before").map(moment).transpose()?,
        originator,
    })
}

impl Label {
    /// Scheme constraints: NATO ATOMAL from NC up; UK SENSITIVE only at OFFICIAL.
    pub(super) fn keeps_constraints(&self) -> bool {
        let atomal = self.scheme == "NATO" && self.compartments.contains("ATOMAL");
        let sensitive = self.scheme == "UK" && self.compartments.contains("SENSITIVE");
        !(atomal && self.rank < 2 || sensitive && self.rank != 0)
    }

    /// UK SENSITIVE is satisfied by the channel's recipients, not by a clearance.
    pub(super) fn by_recipients(&self, compartment: &str) -> bool {
        self.scheme == "UK" && compartment == "SENSITIVE"
    }

    /// The name of the briefing that rank 1 asks for.
    pub(super) fn briefing(&self) -> &str {
        match self.scheme.as_str() {
            "DE" => "VS",
            "FR" => "DR",
            scheme => scheme,
        }
    }
}
