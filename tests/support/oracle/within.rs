// SPDX-License-Identifier: Apache-2.0
//! Whether an item's label is within another, and agreements between schemes.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::Read;
use super::terms::{Audience, Label, levels, rank};
use super::world::{text, texts, valid};

/// Whether one label is within the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    Yes,
    No,
    /// Of another scheme, and no agreement covers labels.
    Incomparable,
}

/// The agreements from one scheme to another that are in force and cover `what`.
pub(super) fn agreements<'a>(
    world: &'a Value,
    from: &str,
    to: &str,
    what: &str,
    now: DateTime<Utc>,
) -> Read<Vec<&'a Value>> {
    let mut found = Vec::new();
    for agreement in world
        .get("agreements")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(|map| map.values())
    {
        if text(agreement, "from") != from || text(agreement, "to") != to {
            continue;
        }
        let covers = match agreement.get("covers") {
            Some(covers) => texts(Some(covers)).contains(what),
            None => what == "clearances",
        };
        if covers && valid(agreement, now)? {
            found.push(agreement);
        }
    }
    Ok(found)
}

/// Item label `a` within label `b`.
pub(super) fn within(world: &Value, a: &Label, b: &Label, now: DateTime<Utc>) -> Read<Within> {
    Ok(match reading(world, a, b, now)? {
        None => Within::Incomparable,
        Some(Some(up)) if within_ranked(a, up, b, now) => Within::Yes,
        Some(_) => Within::No,
    })
}

/// The rank of item label `a` as the scheme of `b` has it: by the first agreement under which it is within `b`,
/// else by the first. The inner none: above all of them; the outer: no agreement covers labels.
pub(super) fn reading(world: &Value, a: &Label, b: &Label, now: DateTime<Utc>) -> Read<Option<Option<u8>>> {
    if a.scheme == b.scheme {
        return Ok(Some(Some(a.rank)));
    }
    let agreements = agreements(world, &a.scheme, &b.scheme, "labels", now)?;
    for agreement in &agreements {
        if let Some(up) = rounded_up(agreement, a, &b.scheme)?
            && within_ranked(a, up, b, now)
        {
            return Ok(Some(Some(up)));
        }
    }
    agreements
        .first()
        .map(|agreement| rounded_up(agreement, a, &b.scheme))
        .transpose()
}

fn within_ranked(a: &Label, a_rank: u8, b: &Label, now: DateTime<Utc>) -> bool {
    b.rank >= a_rank
        && b.compartments.is_superset(&a.compartments)
        && not_wider(&b.audience, &a.audience)
        && (!a.nationals_only || b.nationals_only)
        && a.not_before.is_none_or(|not_before| not_before <= now)
}

fn not_wider(b: &Audience, a: &Audience) -> bool {
    match (b, a) {
        (_, Audience::Everybody) => true,
        (Audience::Everybody, Audience::Nations(_)) => false,
        (Audience::Nations(b), Audience::Nations(a)) => b.is_subset(a),
    }
}

/// The rank in the other scheme as which the label counts: rounded up where there is no equal.
fn rounded_up(agreement: &Value, a: &Label, to: &str) -> Read<Option<u8>> {
    let carries = texts(agreement.get("carries"));
    if !a
        .compartments
        .iter()
        .all(|compartment| carries.contains(compartment.as_str()))
    {
        return Ok(None);
    }
    if let Some(map) = agreement.get("levels").and_then(Value::as_object) {
        return mapped(map, &a.scheme, a.rank, to);
    }
    Ok(levels(to)?
        .iter()
        .map(|(_, rank)| *rank)
        .filter(|rank| *rank >= a.rank)
        .min())
}

/// The rank to which an agreement's own map brings a rank.
pub(super) fn mapped(map: &Map<String, Value>, from: &str, own: u8, to: &str) -> Read<Option<u8>> {
    for (from_level, to_level) in map {
        if rank(from, from_level)? == own {
            return rank(to, to_level.as_str().unwrap_or_default()).map(Some);
        }
    }
    Ok(None)
}
