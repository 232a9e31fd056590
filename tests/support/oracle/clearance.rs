// SPDX-License-Identifier: Apache-2.0
//! Cleared for a label: guards 21 to 29 of a person alone.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use super::terms::{Audience, Label, levels, rank};
use super::within::{agreements, mapped};
use super::world::{holds, moment, rule, text, texts, valid};
use super::{Input, Read};

/// Where and for what a person is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Setting<'a> {
    pub(super) world: &'a Value,
    pub(super) now: DateTime<Utc>,
    /// The channel whose emergency clearances count, when the action is one for which they do.
    pub(super) emergency_in: Option<&'a str>,
}

/// Those of guards 21 to 29 that fail for the person and the label.
pub(super) fn uncleared(setting: Setting<'_>, person: &Value, label: &Label) -> Read<BTreeSet<u8>> {
    let mut failing = BTreeSet::new();
    if label.rank >= 2 {
        failing.extend(level(setting, person, label)?);
    }
    if label.rank == 1 && !briefed(setting.world, person, label) {
        failing.insert(25);
    }
    if lacks_compartment(setting, person, label)? {
        failing.insert(26);
    }
    let nationalities = texts(person.get("nationalities"));
    if label.nationals_only {
        let outside = match &label.audience {
            Audience::Everybody => false,
            Audience::Nations(nations) if rule(setting.world, "any_nationality") => {
                !nationalities.iter().any(|nation| nations.contains(*nation))
            }
            Audience::Nations(nations) => nationalities.iter().any(|nation| !nations.contains(*nation)),
        };
        if outside || nationalities.is_empty() {
            failing.insert(27);
        }
    } else if let Audience::Nations(nations) = &label.audience
        && !nationalities.iter().any(|nation| nations.contains(*nation))
    {
        failing.insert(28);
    }
    if label
        .not_before
        .is_some_and(|not_before| setting.now < not_before)
    {
        failing.insert(29);
    }
    Ok(failing)
}

/// Guards 21 to 24: of these exactly one fires, or none.
pub(super) fn level(setting: Setting<'_>, person: &Value, label: &Label) -> Read<Option<u8>> {
    let (mut active, mut suspended, mut lapsed) = (false, false, false);
    let (mut holds_any, mut in_scheme) = (false, false);
    for clearance in counting(setting, person)? {
        let state = text(clearance, "state");
        if state == "revoked" {
            continue;
        }
        holds_any = true;
        let reached = ranks_in(setting, clearance, label)?;
        in_scheme |= !reached.is_empty();
        if !reached.iter().any(|(rank, _)| *rank >= label.rank) {
            continue;
        }
        match (state, valid(clearance, setting.now)?) {
            ("suspended", _) => suspended = true,
            ("active", true) => active = true,
            ("active", false) => lapsed = true,
            _ => return Err(Input),
        }
    }
    Ok(if active {
        None
    } else if suspended {
        Some(21)
    } else if lapsed {
        Some(22)
    } else if holds_any && !in_scheme {
        Some(23)
    } else {
        Some(24)
    })
}

/// The clearances that count here for anything at all.
fn counting<'a>(setting: Setting<'_>, person: &'a Value) -> Read<Vec<&'a Value>> {
    let mut counting = Vec::new();
    for clearance in person
        .get("clearances")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        let counts = match text(clearance, "kind") {
            "attested" => text(clearance, "attestation") != "rejected",
            "emergency" => {
                let here = setting
                    .emergency_in
                    .is_some_and(|channel| channel == text(clearance, "channel"));
                here && brief(clearance)?
            }
            _ => true,
        };
        if counts {
            counting.push(clearance);
        }
    }
    Ok(counting)
}

/// An emergency clearance longer than 4 h counts for nothing.
fn brief(clearance: &Value) -> Read<bool> {
    let (Some(from), Some(until)) = (clearance.get("valid_from"), clearance.get("valid_until")) else {
        return Ok(false);
    };
    Ok(moment(until)? - moment(from)? <= TimeDelta::hours(4))
}

/// The ranks that a clearance has in the label's scheme, by itself and by each agreement that brings
/// it there, each with the compartments that come along.
fn ranks_in<'a>(
    setting: Setting<'_>,
    clearance: &'a Value,
    label: &Label,
) -> Read<Vec<(u8, BTreeSet<&'a str>)>> {
    let scheme = text(clearance, "scheme");
    let own = rank(scheme, text(clearance, "level"))?;
    let compartments = texts(clearance.get("compartments"));
    if scheme == label.scheme {
        return Ok(vec![(own, compartments)]);
    }
    if text(clearance, "kind") == "emergency" {
        return Ok(Vec::new());
    }
    let mut ranks = Vec::new();
    for agreement in agreements(setting.world, scheme, &label.scheme, "clearances", setting.now)? {
        if let Some(down) = rounded_down(agreement, scheme, own, &label.scheme)? {
            let carries = texts(agreement.get("carries"));
            ranks.push((
                down,
                compartments
                    .iter()
                    .copied()
                    .filter(|name| carries.contains(name))
                    .collect(),
            ));
        }
    }
    Ok(ranks)
}

/// Equal rank, or the next below; by the agreement's own map where it has one, and then a level that the
/// map does not name is not brought.
fn rounded_down(agreement: &Value, from: &str, own: u8, to: &str) -> Read<Option<u8>> {
    if let Some(map) = agreement.get("levels").and_then(Value::as_object) {
        return mapped(map, from, own, to);
    }
    Ok(levels(to)?
        .iter()
        .map(|(_, rank)| *rank)
        .filter(|rank| *rank <= own)
        .max())
}

fn briefed(world: &Value, person: &Value, label: &Label) -> bool {
    let german = holds(person, "nationalities", "DEU") && !rule(world, "own_briefing_only");
    holds(person, "briefings", label.briefing())
        || label.scheme == "NATO" && german && holds(person, "briefings", "VS")
}

/// A compartment on no active clearance that itself reaches the label's rank in its scheme.
fn lacks_compartment(setting: Setting<'_>, person: &Value, label: &Label) -> Read<bool> {
    for compartment in &label.compartments {
        if label.by_recipients(compartment) {
            continue;
        }
        let mut held = false;
        for clearance in counting(setting, person)? {
            if text(clearance, "state") == "active" && valid(clearance, setting.now)? {
                held |= ranks_in(setting, clearance, label)?
                    .iter()
                    .any(|(rank, names)| *rank >= label.rank && names.contains(compartment.as_str()));
            }
        }
        if !held {
            return Ok(true);
        }
    }
    Ok(false)
}
