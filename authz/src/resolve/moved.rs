// SPDX-License-Identifier: Apache-2.0
//! What is moved into a place, by forward or quote, as one label: an item is within a label when
//! their join is, so Cedar compares once however many items there are.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use countersign_labels::{Agreement, Label, Order, Schemes, within};

use super::Fault;
use super::place::{Moved, Place};
use crate::Snapshot;
use crate::remember::Turn;

/// The rank of what cannot be expressed in the scheme of its destination: above every level.
const BEYOND: i64 = 99;

/// Several items as one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Load<'a> {
    /// The join of their labels, read in the destination's scheme; none when nothing is comparable.
    pub(crate) label: Option<Joined>,
    /// Who controls them.
    pub(crate) originators: BTreeSet<&'a str>,
    /// Schemes that no agreement brings into the destination's.
    pub(crate) foreign: BTreeSet<String>,
    /// When time alone next changes it.
    pub(crate) turn: Turn,
}

/// The join of labels in one scheme.
#[derive(Debug, Clone)]
pub(crate) struct Joined {
    pub(crate) scheme: String,
    pub(crate) rank: i64,
    pub(crate) compartments: BTreeSet<String>,
    /// None is everybody.
    pub(crate) audience: Option<BTreeSet<String>>,
    pub(crate) nationals_only: bool,
    pub(crate) not_before: Option<DateTime<Utc>>,
}

/// Reads what is moved in the scheme of `into`.
pub(crate) fn load<'a>(
    items: &'a [Moved<'a>],
    into: &Place<'_>,
    snapshot: &Snapshot,
    schemes: &Schemes,
    now: DateTime<Utc>,
) -> Result<Load<'a>, Fault> {
    let mut load = Load::default();
    for item in items {
        let own = item.own.as_ref();
        load.originators
            .extend(own.and_then(|label| label.originator_controlled_by()));
        let label = item.label();
        if let Some(moment) = label.not_before() {
            load.turn.begins(moment, now);
        }
        if label.scheme() == into.label.scheme() {
            load.add(Joined::of(label));
            continue;
        }
        if snapshot.is_unclear_between(label.scheme(), into.label.scheme()) {
            return Err(Fault("an agreement that cannot be understood"));
        }
        let between = |agreement: &&Agreement| {
            let terms = agreement.terms();
            terms.labels && terms.from == label.scheme() && terms.to == into.label.scheme()
        };
        for terms in snapshot.agreements().filter(between).map(Agreement::terms) {
            load.turn.begins(terms.valid_from, now);
            load.turn.ends_after(terms.valid_until, now);
        }
        let in_force = |agreement: &&Agreement| agreement.in_force(now);
        let fits =
            |agreement: &&Agreement| within(label, &into.label, [*agreement], schemes, now) == Order::Within;
        let agreements: Vec<&Agreement> = snapshot.agreements().filter(between).filter(in_force).collect();
        let Some(agreement) = agreements
            .iter()
            .copied()
            .find(|a| fits(a))
            .or(agreements.first().copied())
        else {
            load.foreign.insert(label.scheme().to_owned());
            continue;
        };
        load.add(match agreement.label_in(label, schemes) {
            Some(read) => Joined::of(&read),
            None => Joined {
                rank: BEYOND,
                scheme: into.label.scheme().to_owned(),
                ..Joined::of(label)
            },
        });
    }
    Ok(load)
}

impl Load<'_> {
    fn add(&mut self, other: Joined) {
        let Some(held) = &mut self.label else {
            self.label = Some(other);
            return;
        };
        held.rank = held.rank.max(other.rank);
        held.compartments.extend(other.compartments);
        held.audience = match (held.audience.take(), other.audience) {
            (Some(one), Some(other)) => Some(one.intersection(&other).cloned().collect()),
            (one, other) => one.or(other),
        };
        held.nationals_only |= other.nationals_only;
        held.not_before = held.not_before.max(other.not_before);
    }
}

impl Joined {
    fn of(label: &Label) -> Self {
        Self {
            scheme: label.scheme().to_owned(),
            rank: i64::from(label.rank()),
            compartments: label.compartments().clone(),
            audience: label.audience().nations().cloned(),
            nationals_only: label.nationals_only(),
            not_before: label.not_before(),
        }
    }
}
