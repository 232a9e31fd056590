// SPDX-License-Identifier: Apache-2.0
//! Decisions, counted by action, outcome and reason. Each has a number of its own from the start, so that
//! counting one is an addition at a known place.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use countersign_authz::{Decision, Outcome, Reason, action_place, actions};

use super::histogram::Histogram;

/// Why, or that there is nothing to say.
const REASONS: usize = Reason::COUNT + 1;
const OUTCOMES: [Outcome; 3] = [Outcome::Allow, Outcome::Deny, Outcome::StepUp];
/// What an action is called that is none of ours: what a caller writes is never a label.
const UNKNOWN: &str = "unknown";

/// What was decided, and how long it took.
#[derive(Debug)]
pub struct Decisions {
    counts: Box<[AtomicU64]>,
    /// To decide.
    pub deciding: Histogram,
    /// To put a decision on record.
    pub recording: Histogram,
}

/// How often one thing was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The action.
    pub action: &'static str,
    /// Allow, deny, or a stronger sign-in.
    pub outcome: &'static str,
    /// The reason code; empty for an allow.
    pub reason: &'static str,
    /// How often.
    pub count: u64,
}

impl Default for Decisions {
    fn default() -> Self {
        let places = (actions().count() + 1) * OUTCOMES.len() * REASONS;
        Self {
            counts: (0..places).map(|_| AtomicU64::default()).collect(),
            deciding: Histogram::default(),
            recording: Histogram::default(),
        }
    }
}

impl Decisions {
    /// Counts one about `action`.
    pub fn note(&self, action: &str, decision: &Decision, took: Duration) {
        let action = action_place(action).map_or(0, |place| place + 1);
        let outcome = match decision.outcome {
            Outcome::Allow => 0,
            Outcome::Deny => 1,
            Outcome::StepUp => 2,
        };
        let reason = decision.reason.map_or(0, |reason| reason as usize + 1);
        let place = (action * OUTCOMES.len() + outcome) * REASONS + reason;
        if let Some(count) = self.counts.get(place) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.deciding.note(took);
    }

    /// All that happened at least once.
    pub fn counted(&self) -> impl Iterator<Item = Counted> {
        let actions = [UNKNOWN].into_iter().chain(actions());
        let places = actions.flat_map(|action| {
            OUTCOMES.into_iter().flat_map(move |outcome| {
                let reasons = [""].into_iter().chain(Reason::all().map(Reason::code));
                reasons.map(move |reason| (action, outcome.as_str(), reason))
            })
        });
        let counts = self.counts.iter().map(|count| count.load(Ordering::Relaxed));
        let all = places.zip(counts);
        all.filter_map(|((action, outcome, reason), count)| {
            (count > 0).then_some(Counted {
                action,
                outcome,
                reason,
                count,
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use countersign_authz::{Context, Engine, Facts, Question, Reference, Snapshot};

    use super::*;

    #[test]
    fn a_decision_is_counted_under_its_own_names_and_unknown_actions_under_one() {
        let counts = Decisions::default();
        let engine = Engine::builtin().unwrap();
        let now = DateTime::from_timestamp(1_790_000_000, 0).unwrap();
        for action in ["channel.join", "user.revoke", "ann", "secret-channel"] {
            let question = Question {
                subject: "ann".into(),
                action: action.into(),
                resource: Reference::new("channel", "c"),
                context: Context::default(),
            };
            let decision = engine.decide(&Snapshot::default(), &question, &Facts::default(), now);
            counts.note(action, &decision, Duration::ZERO);
        }
        let counted: Vec<_> = counts
            .counted()
            .map(|one| (one.action, one.reason, one.count))
            .collect();
        let expected = [
            ("unknown", "PDP_INPUT", 2),
            ("channel.join", "PDP_INPUT", 1),
            ("user.revoke", "PDP_INPUT", 1),
        ];
        assert_eq!(counted, expected);
    }
}
