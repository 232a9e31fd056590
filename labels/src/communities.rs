// SPDX-License-Identifier: Apache-2.0
//! Communities of nations. Who belongs to one is dated data, not code: an audience of last year is not that
//! of today.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use crate::Source;

/// Communities with the times at which nations belong to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatedCommunities {
    /// The day on which somebody looked.
    pub as_of: NaiveDate,
    /// Where they come from.
    pub source: Source,
    /// Memberships by community.
    pub communities: BTreeMap<String, Vec<Membership>>,
}

/// A nation's time in a community. Written as the nation alone where it has no beginning and no end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct Membership {
    /// ISO 3166-1 alpha-3.
    pub nation: String,
    /// The first day, UTC; absent: always.
    pub since: Option<NaiveDate>,
    /// The last day, UTC; absent: until further notice.
    pub until: Option<NaiveDate>,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Always(String),
    Dated(Dated),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dated {
    nation: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    since: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
}

impl From<Written> for Membership {
    fn from(written: Written) -> Self {
        match written {
            Written::Always(nation) => Self {
                nation,
                since: None,
                until: None,
            },
            Written::Dated(Dated { nation, since, until }) => Self { nation, since, until },
        }
    }
}

impl From<Membership> for Written {
    fn from(held: Membership) -> Self {
        match held {
            Membership {
                nation,
                since: None,
                until: None,
            } => Self::Always(nation),
            Membership { nation, since, until } => Self::Dated(Dated { nation, since, until }),
        }
    }
}

impl Membership {
    fn holds(&self, now: DateTime<Utc>) -> bool {
        let day = now.date_naive();
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// The moments at which it begins, and is over.
    fn turns(&self) -> impl Iterator<Item = DateTime<Utc>> {
        let over = self.until.and_then(|until| until.checked_add_days(Days::new(1)));
        self.since.into_iter().chain(over).map(midnight)
    }
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl DatedCommunities {
    /// The same, with those of `others` in place of any of the same name.
    #[must_use]
    pub fn with(&self, others: &BTreeMap<String, Vec<Membership>>) -> Self {
        let mut all = self.clone();
        let others = others.iter().map(|(name, held)| (name.clone(), held.clone()));
        all.communities.extend(others);
        all
    }

    /// Who belongs to what at `now`.
    pub fn at(&self, now: DateTime<Utc>) -> Communities {
        let members = |held: &Vec<Membership>| {
            let held = held.iter().filter(|membership| membership.holds(now));
            held.map(|membership| membership.nation.clone()).collect()
        };
        Communities(
            self.communities
                .iter()
                .map(|(name, held)| (name.clone(), members(held)))
                .collect(),
        )
    }

    /// The day on which somebody looked, from its first moment.
    pub fn looked_at(&self) -> DateTime<Utc> {
        midnight(self.as_of)
    }

    /// The moments at which something changes.
    pub(crate) fn turns(&self) -> BTreeSet<DateTime<Utc>> {
        self.communities
            .values()
            .flatten()
            .flat_map(Membership::turns)
            .collect()
    }
}

/// Which nations belong to which community at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Communities(BTreeMap<String, BTreeSet<String>>);

impl Communities {
    /// The nations that `names` stand for: a community is its nations, anything else itself.
    pub fn expand<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
        let mut nations = BTreeSet::new();
        for name in names {
            match self.0.get(name) {
                Some(members) => nations.extend(members.iter().cloned()),
                None => {
                    nations.insert(name.to_owned());
                }
            }
        }
        nations
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Schemes;

    fn nato(on: &str) -> BTreeSet<String> {
        let moment = format!("{on}Z").parse().unwrap();
        Schemes::dated_communities().at(moment).expand(["NATO"])
    }

    #[test]
    fn a_nation_belongs_from_the_first_moment_of_its_first_day() {
        assert!(!nato("2024-03-06T23:59:59").contains("SWE"));
        assert!(nato("2024-03-07T00:00:00").contains("SWE"));
        assert_eq!(nato("2026-11-23T12:00:00").len(), 32);
    }

    #[test]
    fn and_to_the_last_moment_of_its_last() {
        let eu = |on: &str| {
            let moment = format!("{on}Z").parse().unwrap();
            Schemes::dated_communities().at(moment).expand(["EU"])
        };
        assert!(eu("2020-01-31T23:59:59").contains("GBR"));
        assert!(!eu("2020-02-01T00:00:00").contains("GBR"));
        assert_eq!(eu("2026-11-23T12:00:00").len(), 27);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let held: Vec<Membership> =
            serde_json::from_str(r#"["AUS", {"nation": "SWE", "since": "2024-03-07"}]"#).unwrap();
        let text = serde_json::to_string(&held).unwrap();
        assert_eq!(text, r#"["AUS",{"nation":"SWE","since":"2024-03-07"}]"#);
        assert!(serde_json::from_str::<Membership>(r#"{"nation": "SWE", "from": "2024-03-07"}"#).is_err());
    }
}
