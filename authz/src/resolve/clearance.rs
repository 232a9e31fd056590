// SPDX-License-Identifier: Apache-2.0
//! "Is this person cleared for this label?": selects the clearances that count, reads them in the
//! label's scheme, and keeps what was used and what would have sufficed. Cedar checks it again.

use std::collections::BTreeSet;
use std::ops::Deref;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::{Attestation, Clearance, ClearanceKind, ClearanceState, Person, Rules};
use countersign_labels::{Agreement, BRIEFING_AT, CLEARANCE_FROM, Label, Rank, Scheme, Schemes};

use super::Fault;
use crate::remember::Turn;
use crate::{Reason, Snapshot};

/// An emergency clearance that lasts longer counts for nothing.
const EMERGENCY_LASTS: TimeDelta = TimeDelta::hours(4);

/// A clearance as it reads in a label's scheme.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant<'a> {
    pub(crate) clearance: &'a Clearance,
    pub(crate) rank: Rank,
    pub(crate) agreement: Option<&'a Agreement>,
}

impl Grant<'_> {
    /// The end of what was used: the clearance's or the agreement's, whichever is first.
    pub(crate) fn until(&self) -> DateTime<Utc> {
        let own = self.clearance.valid_until;
        self.agreement
            .map_or(own, |agreement| own.min(agreement.terms().valid_until))
    }

    fn preference(&self) -> (bool, DateTime<Utc>) {
        (self.clearance.kind != ClearanceKind::Emergency, self.until())
    }
}

/// Where the question is asked, for emergency clearances.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Where<'a> {
    /// The channel.
    pub(crate) place: Option<&'a str>,
    /// Whether emergency clearances count for this action.
    pub(crate) emergency: bool,
}

/// What there is to say about a person and a label.
#[derive(Debug, Clone)]
pub(crate) struct Asked<'a, L = Arc<Label>> {
    pub(crate) person: &'a Person,
    pub(crate) label: L,
    pub(crate) place: Option<&'a str>,
    /// The scheme of the label.
    scheme: Option<&'a Scheme>,
    pub(crate) used: Option<Grant<'a>>,
    pub(crate) suspended: Option<Grant<'a>>,
    pub(crate) lapsed: Option<Grant<'a>>,
    pub(crate) holds: bool,
    pub(crate) reachable: bool,
    pub(crate) compartments: BTreeSet<&'a str>,
    /// What the deployment decided where agencies differ.
    rules: Rules,
    /// When time alone next changes any of this.
    pub(crate) turn: Turn,
}

/// Looks for the clearances of `person` that matter for `label`.
pub(crate) fn ask<'a>(
    person: &'a Person,
    label: &Arc<Label>,
    at: Where<'a>,
    snapshot: &'a Snapshot,
    schemes: &'a Schemes,
    now: DateTime<Utc>,
) -> Result<Asked<'a>, Fault> {
    Hearing::about(Arc::clone(label), at, snapshot, schemes, now).of(person)
}

/// Several people are asked about one label. What is alike for all of them is looked up once.
#[derive(Debug)]
pub(crate) struct Hearing<'a, L> {
    label: L,
    at: Where<'a>,
    scheme: Option<&'a Scheme>,
    snapshot: &'a Snapshot,
    schemes: &'a Schemes,
    now: DateTime<Utc>,
    /// The levels that were met. People are many, and their levels few.
    readings: Vec<Reading<'a>>,
}

/// How a level reads in the scheme of the label.
#[derive(Debug)]
struct Reading<'a> {
    scheme: &'a str,
    level: &'a str,
    /// At which ranks, as it is or by an agreement in force.
    ranks: Vec<(Rank, Option<&'a Agreement>)>,
    /// An agreement between the two schemes cannot be understood.
    unclear: bool,
    /// When time alone next changes it.
    turn: Turn,
}

impl<'a, L: Deref<Target = Label> + Clone> Hearing<'a, L> {
    pub(crate) fn about(
        label: L,
        at: Where<'a>,
        snapshot: &'a Snapshot,
        schemes: &'a Schemes,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            scheme: schemes.scheme(label.scheme()),
            label,
            at,
            snapshot,
            schemes,
            now,
            readings: Vec::new(),
        }
    }

    /// What there is to say about `person`.
    pub(crate) fn of(&mut self, person: &'a Person) -> Result<Asked<'a, L>, Fault> {
        let now = self.now;
        let mut asked = Asked {
            person,
            label: self.label.clone(),
            place: self.at.place,
            scheme: self.scheme,
            used: None,
            suspended: None,
            lapsed: None,
            holds: false,
            reachable: false,
            compartments: BTreeSet::new(),
            rules: self.snapshot.settings().rules,
            turn: Turn::default(),
        };
        if let Some(moment) = self.label.not_before() {
            asked.turn.begins(moment, now);
        }
        let at = self.at;
        let held = person.clearances.iter();
        for clearance in held.filter(|clearance| counts(clearance, at.place, at.emergency)) {
            asked.holds = true;
            asked.turn.begins(clearance.valid_from, now);
            asked.turn.ends_after(clearance.valid_until, now);
            let crosses = clearance.scheme != self.label.scheme();
            let reading = self.reading(clearance)?;
            // An emergency clearance is good in its own scheme alone.
            if crosses && clearance.kind == ClearanceKind::Emergency {
                continue;
            }
            if reading.unclear {
                return Err(Fault("an agreement that cannot be understood"));
            }
            asked.turn.and(reading.turn);
            for &(rank, agreement) in &reading.ranks {
                asked.weigh(
                    Grant {
                        clearance,
                        rank,
                        agreement,
                    },
                    now,
                );
            }
        }
        Ok(asked)
    }

    fn reading(&mut self, clearance: &'a Clearance) -> Result<&Reading<'a>, Fault> {
        let same = |held: &Reading<'_>| held.scheme == clearance.scheme && held.level == clearance.level;
        let place = if let Some(place) = self.readings.iter().position(same) {
            place
        } else {
            let reading = self.read(&clearance.scheme, &clearance.level)?;
            self.readings.push(reading);
            self.readings.len() - 1
        };
        // INVARIANT: it was found or put there.
        self.readings.get(place).ok_or(Fault("a level that was not read"))
    }

    fn read(&self, scheme: &'a str, level: &'a str) -> Result<Reading<'a>, Fault> {
        let known = self.schemes.scheme(scheme).and_then(|scheme| scheme.level(level));
        let known = known.ok_or(Fault("a clearance of a level that no scheme has"))?;
        let mut reading = Reading {
            scheme,
            level,
            ranks: Vec::new(),
            unclear: false,
            turn: Turn::default(),
        };
        if scheme == self.label.scheme() {
            reading.ranks.push((known.rank, None));
            return Ok(reading);
        }
        reading.unclear = self.snapshot.is_unclear_between(scheme, self.label.scheme());
        for agreement in self.snapshot.agreements() {
            let terms = agreement.terms();
            if terms.from != scheme || terms.to != self.label.scheme() {
                continue;
            }
            reading.turn.begins(terms.valid_from, self.now);
            reading.turn.ends_after(terms.valid_until, self.now);
            if agreement.in_force(self.now)
                && let Some(read) = agreement.clearance_in(known, self.schemes)
            {
                reading.ranks.push((read.rank, Some(agreement)));
            }
        }
        Ok(reading)
    }
}

/// Revoked ones never count; attested ones while not rejected; emergency ones in their channel, for
/// few actions, for four hours.
pub(crate) fn counts(clearance: &Clearance, place: Option<&str>, emergency: bool) -> bool {
    if clearance.state == ClearanceState::Revoked {
        return false;
    }
    match clearance.kind {
        ClearanceKind::Attested => clearance.attestation != Some(Attestation::Rejected),
        ClearanceKind::Emergency => {
            emergency
                && place.is_some()
                && clearance.channel.as_ref().map(AsRef::as_ref) == place
                && clearance.valid_until - clearance.valid_from <= EMERGENCY_LASTS
        }
        ClearanceKind::Personnel | ClearanceKind::Service => true,
    }
}

impl<'a, L: Deref<Target = Label>> Asked<'a, L> {
    /// The scheme's own briefing.
    pub(crate) fn briefing(&self) -> &'a str {
        self.scheme.map_or("", |scheme| scheme.briefing.name.as_str())
    }

    /// The briefings that do for her: the scheme's own, and those that it accepts of her nations.
    pub(crate) fn briefings_accepted(&self) -> impl Iterator<Item = &'a str> + use<'a, L> {
        let person = self.person;
        let scheme = self.scheme.into_iter();
        scheme.flat_map(move |scheme| {
            let of_nations = scheme.briefing.accepted_of_nationals.iter();
            let hers = of_nations.filter(|(nation, _)| {
                let mut nations = person.nationalities.iter();
                nations.any(|held| held.as_str() == nation.as_str())
            });
            std::iter::once(scheme.briefing.name.as_str()).chain(hers.map(|(_, briefing)| briefing.as_str()))
        })
    }

    fn weigh(&mut self, grant: Grant<'a>, now: DateTime<Utc>) {
        self.reachable = true;
        if grant.rank < self.label.rank() {
            return;
        }
        let clearance = grant.clearance;
        let better =
            |held: &Option<Grant<'a>>| held.is_none_or(|held| held.preference() < grant.preference());
        match clearance.state {
            ClearanceState::Suspended if better(&self.suspended) => self.suspended = Some(grant),
            ClearanceState::Active if clearance.valid_from <= now && now <= clearance.valid_until => {
                let crosses = |tag: &String| {
                    grant
                        .agreement
                        .is_none_or(|agreement| agreement.terms().carries.contains(tag))
                };
                let carried = clearance
                    .compartments
                    .iter()
                    .filter(|tag| crosses(tag))
                    .map(String::as_str);
                self.compartments.extend(carried);
                if better(&self.used) {
                    self.used = Some(grant);
                }
            }
            ClearanceState::Active if better(&self.lapsed) => self.lapsed = Some(grant),
            ClearanceState::Active | ClearanceState::Revoked | ClearanceState::Suspended => {}
        }
    }

    /// The first of guards 21 to 29 that denies. For the members of a channel, over whom Cedar
    /// cannot iterate; the subject and the target are judged by Cedar.
    pub(crate) fn denied(&self, now: DateTime<Utc>) -> Option<Reason> {
        self.denied_by_clearance().or_else(|| self.denied_by_label(now))
    }

    /// Guards 21 to 26: what a further clearance could mend.
    pub(crate) fn denied_by_clearance(&self) -> Option<Reason> {
        let rank = self.label.rank();
        if rank >= CLEARANCE_FROM && self.used.is_none() {
            return Some(if self.suspended.is_some() {
                Reason::ClearanceSuspended
            } else if self.lapsed.is_some() {
                Reason::ClearanceExpired
            } else if self.holds && !self.reachable {
                Reason::NoEquivalence
            } else {
                Reason::ClearanceLevel
            });
        }
        if rank == BRIEFING_AT && !self.is_briefed() {
            return Some(Reason::BriefingMissing);
        }
        let held = self
            .label
            .by_clearance()
            .all(|tag| self.compartments.contains(tag));
        (!held).then_some(Reason::CompartmentMissing)
    }

    fn is_briefed(&self) -> bool {
        let holds = |briefing: &str| self.person.briefings.contains(briefing);
        if self.rules.own_briefing_only {
            holds(self.briefing())
        } else {
            self.briefings_accepted().any(holds)
        }
    }

    fn denied_by_label(&self, now: DateTime<Utc>) -> Option<Reason> {
        let audience = self.label.audience().nations();
        let nationalities = &self.person.nationalities;
        let inside = |nation: &countersign_directory::Country| {
            audience.is_none_or(|audience| audience.contains(nation.as_str()))
        };
        if self.label.nationals_only() {
            let fits = if self.rules.any_nationality {
                nationalities.iter().any(inside)
            } else {
                nationalities.iter().all(inside)
            };
            if nationalities.is_empty() || !fits {
                return Some(Reason::NationalOnly);
            }
        } else if audience.is_some() && !nationalities.iter().any(inside) {
            return Some(Reason::NotReleasable);
        }
        self.label
            .not_before()
            .is_some_and(|moment| now < moment)
            .then_some(Reason::Embargo)
    }

    /// The end of the validity that was used, if one was needed.
    pub(crate) fn until(&self) -> Option<DateTime<Utc>> {
        self.used
            .filter(|_| self.label.rank() >= CLEARANCE_FROM)
            .map(|grant| grant.until())
    }
}
