// SPDX-License-Identifier: Apache-2.0
//! Effective clearance, step by step: which clearances were considered for a label, which agreement
//! brings each into its scheme, and why each was taken or not.

use chrono::{DateTime, SecondsFormat, Utc};
use countersign_directory::{Attestation, Clearance, ClearanceKind, ClearanceState};
use countersign_labels::{Agreement, CLEARANCE_FROM, RawLabel, Schemes};
use serde::Serialize;
use serde_json::{Value, json};

use super::Pen;
use crate::Snapshot;
use crate::resolve::{Asked, counts};

/// How somebody's clearances stand to a label.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Effective {
    /// Whose.
    pub person: String,
    /// `subject` or `target`.
    pub role: &'static str,
    /// The label, in words.
    pub label: String,
    /// Each clearance, in the order of the file.
    pub steps: Vec<Step>,
    /// What came of it.
    pub result: String,
    /// Whether it suffices for the level.
    pub reaches: bool,
}

/// One clearance, considered by way of one agreement or none.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// The clearance as it is on file.
    pub clearance: Value,
    /// The agreement by which it was read in the label's scheme.
    pub agreement: Option<String>,
    /// What it reads as there.
    pub reads_as: Option<String>,
    /// Whether the decision rests on it.
    pub used: bool,
    /// Why it was taken or not.
    pub why: String,
}

/// Where and when is asked.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) schemes: &'a Schemes,
    pub(super) now: DateTime<Utc>,
    pub(super) emergency: bool,
}

/// Writes down the steps that [`crate::resolve::ask`] takes.
pub(super) fn effective(
    person: &str,
    role: &'static str,
    asked: &Asked<'_>,
    at: At<'_>,
    pen: &mut Pen<'_>,
) -> Effective {
    let raw = asked.label.to_raw();
    let mut steps = Vec::new();
    for clearance in &asked.person.clearances {
        steps.extend(considered(clearance, asked, at, pen));
    }
    let rank = asked.label.rank();
    let reaches = rank < CLEARANCE_FROM || asked.used.is_some();
    let result = if rank < CLEARANCE_FROM {
        "the label needs no personal clearance".to_owned()
    } else if asked.used.is_some() {
        "one of them reaches the label".to_owned()
    } else if asked.person.clearances.is_empty() {
        "no clearance is on record".to_owned()
    } else {
        "none of them reaches the label".to_owned()
    };
    Effective {
        person: person.to_owned(),
        role,
        label: pen.label_text(&raw),
        steps,
        result,
        reaches,
    }
}

fn considered(clearance: &Clearance, asked: &Asked<'_>, at: At<'_>, pen: &mut Pen<'_>) -> Vec<Step> {
    let label = asked.label.as_ref();
    let shown = pen.value(&json!(clearance));
    let step = |agreement: Option<String>, reads_as: Option<String>, used: bool, why: String| Step {
        clearance: shown.clone(),
        agreement,
        reads_as,
        used,
        why,
    };
    let not = |why: String| vec![step(None, None, false, why)];
    if !counts(clearance, asked.place, at.emergency) {
        return not(discounted(clearance));
    }
    let Some(level) = at
        .schemes
        .scheme(&clearance.scheme)
        .and_then(|scheme| scheme.level(&clearance.level))
    else {
        return not("no scheme has this level".to_owned());
    };
    if clearance.scheme == label.scheme() {
        let (used, why) = weighed(clearance, level.rank, None, asked, at.now);
        return vec![step(None, None, used, why)];
    }
    if clearance.kind == ClearanceKind::Emergency {
        return not("an emergency clearance never crosses into another scheme".to_owned());
    }
    let raw = label.to_raw();
    let mut steps = Vec::new();
    for agreement in at.snapshot.agreements() {
        let terms = agreement.terms();
        if terms.from != clearance.scheme || terms.to != label.scheme() {
            continue;
        }
        let name = pen.agreement(agreement.id(), &raw);
        let id = Some(name.clone());
        if !agreement.in_force(at.now) {
            let why = format!("agreement {name} is not in force now");
            steps.push(step(id, None, false, why));
        } else if let Some(read) = agreement.clearance_in(level, at.schemes) {
            let (used, why) = weighed(clearance, read.rank, Some(agreement), asked, at.now);
            let level = pen.level(&terms.to, &read.id);
            let reads_as = if pen.shows(&raw) {
                format!("{} {level}", terms.to)
            } else {
                level
            };
            steps.push(step(id, Some(reads_as), used, why));
        } else {
            let why = format!("agreement {name} does not bring this level across");
            steps.push(step(id, None, false, why));
        }
    }
    if steps.is_empty() {
        return not(format!(
            "no agreement brings {} clearances into {}",
            clearance.scheme,
            scheme_of(&raw, pen)
        ));
    }
    steps
}

/// The scheme of a label, for those who may know it.
fn scheme_of(raw: &RawLabel, pen: &mut Pen<'_>) -> String {
    let shown = pen.asked(raw);
    if shown.scheme == super::WITHHELD {
        "the label's scheme".to_owned()
    } else {
        shown.scheme
    }
}

fn weighed(
    clearance: &Clearance,
    rank: countersign_labels::Rank,
    agreement: Option<&Agreement>,
    asked: &Asked<'_>,
    now: DateTime<Utc>,
) -> (bool, String) {
    let used = asked.used.is_some_and(|used| {
        std::ptr::eq(used.clearance, clearance)
            && used.agreement.map(Agreement::id) == agreement.map(Agreement::id)
    });
    let why = if rank < asked.label.rank() {
        "it does not reach the label's level".to_owned()
    } else if clearance.state == ClearanceState::Suspended {
        "it is suspended; active, it would reach".to_owned()
    } else if now < clearance.valid_from {
        format!("it is good only from {}", moment(clearance.valid_from))
    } else if clearance.valid_until < now {
        format!("it ended on {}", moment(clearance.valid_until))
    } else if used {
        "it reaches the label's level and is valid now".to_owned()
    } else {
        "it would do; another that lasts longer was taken".to_owned()
    };
    (used, why)
}

fn discounted(clearance: &Clearance) -> String {
    match clearance.kind {
        _ if clearance.state == ClearanceState::Revoked => "it is revoked",
        ClearanceKind::Attested if clearance.attestation == Some(Attestation::Rejected) => {
            "its attestation was rejected"
        }
        ClearanceKind::Emergency => {
            "an emergency clearance counts in its channel alone, for few actions, and for four hours at most"
        }
        _ => "it does not count here",
    }
    .to_owned()
}

pub(super) fn moment(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}
