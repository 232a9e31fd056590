// SPDX-License-Identifier: Apache-2.0
//! The schemes as they read at each moment: the same levels always, and audiences by who belongs to a
//! community then.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};

use crate::{Membership, Schemes};

/// Stretches of time in which no membership changes, each with its schemes.
#[derive(Debug, Clone)]
pub struct Calendar {
    /// Before the first turn.
    first: Arc<Schemes>,
    /// From each turn on, ascending.
    later: Vec<(DateTime<Utc>, Arc<Schemes>)>,
}

impl Default for Calendar {
    fn default() -> Self {
        Self::clone(&SHIPPED)
    }
}

static SHIPPED: LazyLock<Arc<Calendar>> = LazyLock::new(|| Arc::new(Calendar::with(&BTreeMap::new())));

impl Calendar {
    /// That of the communities that ship with the product.
    pub fn builtin() -> Arc<Self> {
        Arc::clone(&SHIPPED)
    }

    /// The same with a deployment's own communities, in place of any of the same name.
    pub fn with(own: &BTreeMap<String, Vec<Membership>>) -> Self {
        let dated = Schemes::dated_communities().with(own);
        let schemes = |moment| Arc::new(Schemes::builtin().among(dated.at(moment)));
        Self {
            first: schemes(DateTime::<Utc>::MIN_UTC),
            later: dated
                .turns()
                .into_iter()
                .map(|turn| (turn, schemes(turn)))
                .collect(),
        }
    }

    /// The schemes at `now`.
    pub fn at(&self, now: DateTime<Utc>) -> &Arc<Schemes> {
        let begun = self.later.partition_point(|(turn, _)| *turn <= now);
        begun
            .checked_sub(1)
            .and_then(|at| self.later.get(at))
            .map_or(&self.first, |(_, schemes)| schemes)
    }

    /// The schemes after the last turn.
    pub fn last(&self) -> &Arc<Schemes> {
        self.later.last().map_or(&self.first, |(_, schemes)| schemes)
    }

    /// The first turn after `now`.
    pub fn turn_after(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let begun = self.later.partition_point(|(turn, _)| *turn <= now);
        self.later.get(begun).map(|(turn, _)| *turn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RawLabel;

    fn audience(calendar: &Calendar, at: &str) -> usize {
        let schemes = calendar.at(at.parse().unwrap());
        let label = schemes.label(&RawLabel::new("NATO", "NS")).unwrap();
        label.audience().nations().unwrap().len()
    }

    #[test]
    fn the_default_audience_is_that_of_the_day() {
        let calendar = Calendar::builtin();
        assert_eq!(audience(&calendar, "2024-03-06T23:59:59Z"), 31);
        assert_eq!(audience(&calendar, "2024-03-07T00:00:00Z"), 32);
        assert_eq!(audience(&calendar, "1940-01-01T00:00:00Z"), 0);
        let turn = calendar.turn_after("2023-12-31T00:00:00Z".parse().unwrap());
        assert_eq!(turn, Some("2024-03-07T00:00:00Z".parse().unwrap()));
        assert_eq!(calendar.turn_after(turn.unwrap()), None);
    }

    #[test]
    fn a_deployment_may_have_its_own() {
        let own = BTreeMap::from([(
            "NATO".to_owned(),
            vec![Membership {
                nation: "DEU".to_owned(),
                since: None,
                until: Some("2030-06-30".parse().unwrap()),
            }],
        )]);
        let calendar = Calendar::with(&own);
        assert_eq!(audience(&calendar, "2030-06-30T23:59:59Z"), 1);
        assert_eq!(audience(&calendar, "2030-07-01T00:00:00Z"), 0);
    }
}
