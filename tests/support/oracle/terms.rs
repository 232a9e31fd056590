// SPDX-License-Identifier: Apache-2.0
//! The terms: schemes and their ranks, communities, labels and their audiences.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::world::{moment, text, texts};
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

/// Nations for names of nations and communities.
pub(super) fn nations(names: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut nations = BTreeSet::new();
    for name in names {
        match *name {
            "NATO" => nations.extend(NATO.split(' ').map(str::to_owned)),
            "EU" => nations.extend(EU.split(' ').map(str::to_owned)),
            "FVEY" => nations.extend(FVEY.split(' ').map(str::to_owned)),
            nation => {
                nations.insert(nation.to_owned());
            }
        }
    }
    nations
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

/// Understands a label, or guard 1.
pub(super) fn label(raw: &Value) -> Read<Label> {
    let scheme = text(raw, "scheme");
    let rank = rank(scheme, text(raw, "level"))?;
    let audience = match raw.get("releasable_to") {
        Some(names) => Audience::Nations(nations(&texts(Some(names)))),
        None if rank == 0 => Audience::Everybody,
        None => Audience::Nations(nations(&BTreeSet::from([match scheme {
            "NATO" => "NATO",
            "EU" => "EU",
            "DE" => "DEU",
            "FR" => "FRA",
            "UK" => "GBR",
            "US" => "USA",
            "CH" => "CHE",
            _ => return Err(Input),
        }]))),
    };
    let not_before = match raw.get("not_before") {
        Some(not_before) => Some(moment(not_before)?),
        None => None,
    };
    Ok(Label {
        scheme: scheme.to_owned(),
        rank,
        compartments: texts(raw.get("compartments"))
            .into_iter()
            .map(str::to_owned)
            .collect(),
        audience,
        nationals_only: raw.get("nationals_only") == Some(&Value::Bool(true)),
        not_before,
        originator: raw
            .get("originator_controlled_by")
            .and_then(Value::as_str)
            .map(str::to_owned),
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
