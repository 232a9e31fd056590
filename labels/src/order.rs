// SPDX-License-Identifier: Apache-2.0
//! The order of labels: when one item may stand where another label is the ceiling, and the label
//! of several items together.

use chrono::{DateTime, Utc};

use crate::{Agreement, Audience, Label, RawLabel, Schemes};

/// How two labels stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Two schemes, and no agreement that covers labels.
    Incomparable,
    /// It is not.
    NotWithin,
    /// The first is within the second.
    Within,
}

/// Whether `a` is within `b`: rank, compartments, audience, nationals-only, and `a`'s embargo is
/// over. Inside one scheme, or across by an agreement in force that covers labels, rounded up.
pub fn within<'a>(
    a: &Label,
    b: &Label,
    agreements: impl IntoIterator<Item = &'a Agreement>,
    schemes: &Schemes,
    now: DateTime<Utc>,
) -> Order {
    let order = |within| if within { Order::Within } else { Order::NotWithin };
    if a.scheme() == b.scheme() {
        return order(fits(a, b, now));
    }
    let mut found = Order::Incomparable;
    for agreement in agreements {
        let terms = agreement.terms();
        if terms.labels && terms.from == a.scheme() && terms.to == b.scheme() && agreement.in_force(now) {
            match agreement.label_in(a, schemes) {
                Some(read) if fits(&read, b, now) => return Order::Within,
                _ => found = Order::NotWithin,
            }
        }
    }
    found
}

fn fits(a: &Label, b: &Label, now: DateTime<Utc>) -> bool {
    b.rank() >= a.rank()
        && a.compartments().is_subset(b.compartments())
        && b.audience().is_subset(a.audience())
        && (b.nationals_only() || !a.nationals_only())
        && a.not_before().is_none_or(|moment| moment <= now)
}

/// Why two labels have no common one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JoinError {
    /// Nobody would be left to read both.
    #[error("no nation may receive both")]
    Nobody,
    /// Only their originators together could decide.
    #[error("two originators control them")]
    Originators,
    /// They are of two schemes.
    #[error("`{0}` and `{1}` are two schemes")]
    Schemes(String, String),
}

/// The least label that both are within, embargoes aside: highest rank, all compartments, only the
/// common audience, the later date.
pub fn join(a: &Label, b: &Label, schemes: &Schemes) -> Result<Label, JoinError> {
    if a.scheme() != b.scheme() {
        return Err(JoinError::Schemes(a.scheme().to_owned(), b.scheme().to_owned()));
    }
    let originator_controlled_by = match (a.originator_controlled_by(), b.originator_controlled_by()) {
        (Some(one), Some(other)) if one != other => return Err(JoinError::Originators),
        (one, other) => one.or(other).map(str::to_owned),
    };
    let audience = match (a.audience(), b.audience()) {
        (Audience::Everybody, other) | (other, Audience::Everybody) => other.nations().cloned(),
        (Audience::Nations(one), Audience::Nations(other)) => {
            Some(one.intersection(other).cloned().collect())
        }
    };
    let had_readers = |label: &Label| {
        label
            .audience()
            .nations()
            .is_none_or(|nations| !nations.is_empty())
    };
    if audience
        .as_ref()
        .is_some_and(std::collections::BTreeSet::is_empty)
        && had_readers(a)
        && had_readers(b)
    {
        return Err(JoinError::Nobody);
    }
    let higher = if a.rank() >= b.rank() { a } else { b };
    let mut raw = RawLabel {
        scheme: higher.scheme().to_owned(),
        level: higher.level().to_owned(),
        compartments: a.compartments() | b.compartments(),
        releasable_to: audience.clone(),
        caveats: a.caveats() | b.caveats(),
        nationals_only: a.nationals_only() || b.nationals_only(),
        not_before: a.not_before().max(b.not_before()),
        originator_controlled_by,
    };
    let everybody = audience.is_none();
    // INVARIANT: scheme and level come from labels that were understood.
    let understood = |raw: &RawLabel| {
        schemes
            .label(raw)
            .map_err(|_| JoinError::Schemes(a.scheme().to_owned(), b.scheme().to_owned()))
    };
    let label = understood(&raw)?;
    // Where one of the two has said just that, it is said in its words.
    let (one, other) = (a.releasable_to(), b.releasable_to());
    for spelling in [None, one.min(other), one.max(other)] {
        raw.releasable_to = spelling.cloned();
        let spelt = understood(&raw)?;
        if spelt.audience() == label.audience() && !everybody {
            return Ok(spelt);
        }
    }
    Ok(if everybody { label.for_everybody() } else { label })
}
