// SPDX-License-Identifier: Apache-2.0
//! Clearances that a source vouches for. Each is given whole or not at all; it carries its source by its
//! name, and ends with the source's word or the cap's days, whichever is earlier.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use countersign_labels::Schemes;

use super::refused::{Barrier, Refused};
use crate::amend::{Amendment, clearance_id};
use crate::source::mapping::Target;
use crate::source::{Cap, SourcedClearance};
use crate::{Clearance, ClearanceKind, ClearanceState, PersonId};

/// What a source vouches for, against what it may.
pub(super) struct Vouched<'a> {
    pub(super) cap: &'a Cap,
    pub(super) now: DateTime<Utc>,
    /// The clearances that came from it, by name.
    pub(super) given: &'a mut BTreeMap<String, DateTime<Utc>>,
    pub(super) refused: &'a mut Vec<Refused>,
}

impl Vouched<'_> {
    /// What is to be done about `held` so that she holds of this source what it says and may say.
    pub(super) fn acts(
        mut self,
        person: &PersonId,
        held: &[Clearance],
        wanted: &[SourcedClearance],
    ) -> Vec<Amendment> {
        let own: Vec<(String, &Clearance)> = held
            .iter()
            .map(|clearance| (clearance_id(clearance), clearance))
            .filter(|(id, _)| self.given.contains_key(id))
            .collect();
        self.given.retain(|id, _| own.iter().any(|(own, _)| own == id));
        let mut acts = Vec::new();
        let mut stays = Vec::new();
        for new in wanted {
            let Some(end) = self.end(new, &own) else { continue };
            let same = own.iter().find(|(_, old)| {
                (&old.scheme, &old.level, &old.compartments) == (&new.scheme, &new.level, &new.compartments)
            });
            if let Some((id, old)) = same {
                stays.push(id.clone());
                if end < old.valid_until || end - old.valid_until >= self.worth_writing() {
                    self.given.insert(id.clone(), self.now);
                    acts.push(renewed(person, id, end));
                }
                continue;
            }
            let clearance = Clearance {
                scheme: new.scheme.clone(),
                level: new.level.clone(),
                compartments: new.compartments.clone(),
                kind: ClearanceKind::Personnel,
                state: ClearanceState::Active,
                valid_from: self.now,
                valid_until: end,
                attestation: None,
                channel: None,
            };
            let id = clearance_id(&clearance);
            // Somebody else gave just that at this very moment.
            if held.iter().any(|old| clearance_id(old) == id) || stays.contains(&id) {
                continue;
            }
            stays.push(id.clone());
            self.given.insert(id, self.now);
            acts.push(Amendment::ClearanceGrant {
                id: person.clone(),
                clearance,
            });
        }
        let over = self.now - TimeDelta::milliseconds(1);
        for (id, old) in &own {
            if !stays.contains(id) && old.state != ClearanceState::Revoked && old.valid_until > over {
                self.given.insert(id.clone(), self.now);
                acts.push(renewed(person, id, over));
            }
        }
        acts
    }

    /// Until when a clearance is given; none, when it is not.
    fn end(&mut self, new: &SourcedClearance, own: &[(String, &Clearance)]) -> Option<DateTime<Utc>> {
        let rank = |level: &str| {
            let level = Schemes::builtin().scheme(&new.scheme)?.level(level)?;
            Some(level.rank)
        };
        let highest = self.cap.levels.get(&new.scheme).and_then(|level| rank(level));
        let is_within =
            matches!((rank(&new.level), highest), (Some(wanted), Some(highest)) if wanted <= highest);
        let none = crate::Set::default();
        let opened = self.cap.compartments.get(&new.scheme).unwrap_or(&none);
        let end = new
            .valid_until
            .min(self.now + TimeDelta::days(i64::from(self.cap.clearance_days)));
        // An officer who ends what a source gave is not overruled by that source.
        let is_ended = own
            .iter()
            .any(|(_, old)| old.scheme == new.scheme && old.state != ClearanceState::Active);
        let barrier = if !is_within {
            Barrier::Levels
        } else if !new.compartments.is_subset(opened) {
            Barrier::Compartments
        } else if is_ended {
            Barrier::Officers
        } else if end <= self.now {
            Barrier::Over
        } else {
            return Some(end);
        };
        self.refused
            .push(Refused::new(Target::Clearances, barrier, &new.to_string()));
        None
    }

    /// By how much an end must move out to be worth a row: an eighth of what the cap gives, at most a day.
    fn worth_writing(&self) -> TimeDelta {
        TimeDelta::hours(i64::from(self.cap.clearance_days).saturating_mul(3)).min(TimeDelta::days(1))
    }
}

fn renewed(person: &PersonId, clearance: &str, valid_until: DateTime<Utc>) -> Amendment {
    Amendment::ClearanceRenew {
        id: person.clone(),
        clearance: clearance.to_owned(),
        valid_until,
    }
}
