// SPDX-License-Identifier: Apache-2.0
//! Values that Cedar read, as far as the reader may see them. What belongs to a label above her is
//! that label's pseudonym, whichever part of it was read.

use cedar_policy::EvalResult;
use countersign_labels::{Rank, RawLabel};
use serde_json::{Value, json};

use super::Pen;
use crate::resolve::Case;

/// Stands for a rank that the reader does not reach.
const ABOVE: &str = "above your clearance";

/// A pen that knows which label each path of the request is a part of.
pub(super) struct Sight<'c, 'p> {
    labels: Vec<(&'static str, RawLabel)>,
    moved: Option<i64>,
    pen: &'c mut Pen<'p>,
}

impl<'c, 'p> Sight<'c, 'p> {
    pub(super) fn new(case: &Case<'_>, pen: &'c mut Pen<'p>) -> Self {
        let labels = [
            (
                "context.asked.label",
                case.asked.as_ref().map(|asked| &asked.label),
            ),
            ("context.new_label", case.sent.as_ref()),
            (
                "context.place.label",
                case.place.as_ref().map(|place| &place.label),
            ),
            ("context.sent", case.sent.as_ref()),
            ("context.stake", case.stake.as_ref()),
            (
                "context.target_asked.label",
                case.target_asked.as_ref().map(|asked| &asked.label),
            ),
            ("context.to.label", case.to.as_ref().map(|place| &place.label)),
        ];
        Self {
            labels: labels
                .into_iter()
                .filter_map(|(path, label)| Some((path, label?.to_raw())))
                .collect(),
            moved: case.load.label.as_ref().map(|joined| joined.rank),
            pen,
        }
    }

    pub(super) fn fact(&mut self, path: &str, found: &EvalResult) -> Value {
        let of =
            |root: &str| path == root || path.strip_prefix(root).is_some_and(|rest| rest.starts_with('.'));
        let label = self.labels.iter().find(|(root, _)| of(root));
        if let Some((_, raw)) = label.filter(|(_, raw)| !self.pen.shows(raw)) {
            return json!(self.pen.asked(&raw.clone()).level);
        }
        let loaded = of("context.moved") || of("context.originators") || of("context.foreign");
        if loaded && self.moved.is_some_and(|rank| !self.reaches(rank)) {
            return json!(ABOVE);
        }
        self.value(path, found)
    }

    fn value(&mut self, path: &str, found: &EvalResult) -> Value {
        let name = path.rsplit('.').next().unwrap_or_default();
        match found {
            EvalResult::Bool(value) => json!(value),
            EvalResult::Long(rank) if name == "rank" => {
                if self.reaches(*rank) {
                    json!(rank)
                } else {
                    json!(ABOVE)
                }
            }
            EvalResult::Long(value) => json!(value),
            EvalResult::String(text) => json!(self.word(path, name, text)),
            EvalResult::Set(items) => items.iter().map(|item| self.value(path, item)).collect(),
            EvalResult::Record(record) => record
                .iter()
                .map(|(name, value)| (name.clone(), self.fact(&format!("{path}.{name}"), value)))
                .collect::<serde_json::Map<_, _>>()
                .into(),
            EvalResult::EntityUid(_) => json!("an entity"),
            EvalResult::ExtensionValue(text) => json!(text),
        }
    }

    fn reaches(&self, rank: i64) -> bool {
        Rank::try_from(rank).is_ok_and(|rank| self.pen.horizon().rank(rank))
    }

    fn word(&mut self, path: &str, name: &str, text: &str) -> String {
        match name {
            "by_clearance" | "by_recipients" | "compartments" | "sent_faults" => self.pen.compartment(text),
            "briefings" => self.pen.briefing(text),
            "channel" | "place" => self.pen.channel(text),
            "id" if path == "context.place.id" || path == "context.to.id" => self.pen.channel(text),
            "missions" => self.pen.mission(text),
            _ => text.to_owned(),
        }
    }
}
