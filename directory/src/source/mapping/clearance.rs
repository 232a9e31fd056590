// SPDX-License-Identifier: Apache-2.0
//! How clearances are read. One rule gives one clearance, or one for each value of an attribute that holds
//! all of it.

use std::collections::{BTreeMap, BTreeSet};

use countersign_labels::Schemes;
use serde::{Deserialize, Serialize};

use super::{Pattern, Reading};
use crate::source::fault::Checks;
use crate::source::mapping::date::never;
use crate::source::{Attributes, SourcedClearance};
use crate::world::quoted;

/// The most compartments of one clearance.
const MOST_COMPARTMENTS: usize = 100;

/// How a clearance is read. Without a level there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vouching {
    /// One clearance for each value of an attribute, of which the parts below are then taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
    /// The scheme it is given in.
    pub scheme: Reading,
    /// The level it reaches.
    pub level: Reading,
    /// The compartments it opens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compartments: Option<Reading>,
    /// Its end; absent, that of the cap.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Reading>,
}

/// Values that hold a clearance each.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Each {
    /// Of this attribute.
    pub from: String,
    /// With these parts; values that do not match are left out.
    pub pattern: Pattern,
}

impl Vouching {
    /// The attributes that it reads.
    pub fn names(&self) -> BTreeSet<&str> {
        let readings = [
            Some(&self.scheme),
            Some(&self.level),
            self.compartments.as_ref(),
            self.valid_until.as_ref(),
        ];
        let read = readings.into_iter().flatten().flat_map(Reading::names);
        read.chain(self.each.iter().map(|each| each.from.as_str()))
            .collect()
    }

    /// The clearances that it gives, each of them or in words why that one cannot be read.
    pub(super) fn clearances(&self, attributes: &Attributes) -> Vec<Result<SourcedClearance, String>> {
        let Some(each) = &self.each else {
            return self
                .clearance(attributes, &BTreeMap::new())
                .transpose()
                .into_iter()
                .collect();
        };
        let values = attributes.get(&each.from).map(Vec::as_slice).unwrap_or_default();
        let read = |value: &String| {
            let matched = each.pattern.matched(value)?;
            let parts = each.pattern.parts().into_iter().map(|name| {
                let part = matched.name(name).map(|found| found.as_str()).unwrap_or_default();
                (name.to_owned(), part.to_owned())
            });
            self.clearance(attributes, &parts.collect()).transpose()
        };
        let readable = values
            .iter()
            .take(super::reading::MOST_VALUES)
            .filter(|value| value.len() <= super::reading::LONGEST_VALUE);
        readable.filter_map(read).collect()
    }

    fn clearance(
        &self,
        attributes: &Attributes,
        parts: &BTreeMap<String, String>,
    ) -> Result<Option<SourcedClearance>, String> {
        let one = |what: &str, reading: &Reading| match reading.values(attributes, parts)?.as_slice() {
            [] => Ok(None),
            [value] => Ok(Some(value.clone())),
            several => Err(format!(
                "`{what}` has {} values, and one is expected",
                several.len()
            )),
        };
        let Some(level) = one("level", &self.level)? else {
            return Ok(None);
        };
        let scheme = one("scheme", &self.scheme)?.ok_or("there is a level, and no scheme")?;
        let known = Schemes::builtin().scheme(&scheme);
        if known.is_none_or(|found| found.level(&level).is_none()) {
            return Err(format!(
                "scheme {} has no level {}",
                quoted(&scheme),
                quoted(&level)
            ));
        }
        let opened = match &self.compartments {
            None => Vec::new(),
            Some(reading) => reading.values(attributes, parts)?,
        };
        let fits = |name: &String| name.len() <= 255 && !name.chars().any(char::is_control);
        if opened.len() > MOST_COMPARTMENTS || !opened.iter().all(fits) {
            return Err(format!(
                "more than {MOST_COMPARTMENTS} compartments, or one that is no name"
            ));
        }
        let valid_until = match &self.valid_until {
            None => never(),
            // A clearance whose end is asked for and not told is none.
            Some(reading) => {
                let text = one("valid_until", reading)?.ok_or("its end is not told")?;
                crate::time::end(&text).map_err(|_| format!("{} is no moment", quoted(&text)))?
            }
        };
        Ok(Some(SourcedClearance {
            scheme,
            level,
            compartments: opened.into_iter().collect(),
            valid_until,
        }))
    }

    pub(super) fn check(&self, at: &Checks<'_>) {
        let mut parts = BTreeSet::new();
        if let Some(each) = &self.each {
            at.member("each").member("from").text(&each.from);
            parts = each.pattern.parts();
            if parts.is_empty() {
                at.member("each")
                    .member("pattern")
                    .fault("has no part with a name, such as `(?<level>[A-Z]+)`");
            }
        }
        self.scheme.check(None, &parts, &at.member("scheme"));
        self.level.check(None, &parts, &at.member("level"));
        if let Some(reading) = &self.compartments {
            reading.check(None, &parts, &at.member("compartments"));
        }
        if let Some(reading) = &self.valid_until {
            reading.check(None, &parts, &at.member("valid_until"));
        }
        let schemes = Schemes::builtin();
        if let Some(scheme) = &self.scheme.constant {
            let Some(known) = schemes.scheme(scheme) else {
                at.member("scheme")
                    .fault(format_args!("there is no scheme `{scheme}`"));
                return;
            };
            let words = self.level.table.iter().flat_map(BTreeMap::values);
            for level in words.chain(&self.level.constant).chain(&self.level.otherwise) {
                if known.level(level).is_none() {
                    at.member("level")
                        .fault(format_args!("scheme `{scheme}` has no level `{level}`"));
                }
            }
        }
    }
}
