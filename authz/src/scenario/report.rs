// SPDX-License-Identifier: Apache-2.0
//! What came of a run, one line per row that fails.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::{Decision, Outcome};

/// What came of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The scenario's id.
    pub id: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub got: String,
    /// The first guard that failed; 0 when none did.
    pub guard: u8,
    /// Whether they agree.
    pub passed: bool,
}

/// What came of all rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Every row, in order.
    pub rows: Vec<Row>,
}

impl Report {
    /// How many rows agree.
    pub fn passed(&self) -> usize {
        self.rows.iter().filter(|row| row.passed).count()
    }

    /// How many do not.
    pub fn failed(&self) -> usize {
        self.rows.len() - self.passed()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in self.rows.iter().filter(|row| !row.passed) {
            writeln!(
                f,
                "FAIL {}: expected {}, got {} (guard {})",
                row.id, row.expected, row.got, row.guard
            )?;
        }
        write!(f, "{} passed, {} failed", self.passed(), self.failed())
    }
}

/// Compares a decision with what was expected.
pub(super) fn compare(id: &str, expect: &Value, decision: &Decision) -> Row {
    let text = |name: &str| expect.get(name).and_then(Value::as_str);
    let reason = decision.reason.map(crate::Reason::code);
    let wanted: Option<BTreeSet<&str>> = expect
        .get("obligations")
        .and_then(Value::as_array)
        .map(|kinds| kinds.iter().filter_map(Value::as_str).collect());
    let kinds: BTreeSet<&str> = decision
        .obligations
        .iter()
        .map(|obligation| obligation.kind.as_str())
        .collect();
    let passed = text("decision") == Some(decision.outcome.as_str())
        && text("reason").is_none_or(|code| Some(code) == reason)
        && wanted.as_ref().is_none_or(|wanted| *wanted == kinds);
    let with_obligations = decision.outcome == Outcome::Allow || wanted.is_some();
    Row {
        id: id.to_owned(),
        expected: words(
            text("decision").unwrap_or("nothing"),
            text("reason"),
            wanted.as_ref(),
        ),
        got: words(
            decision.outcome.as_str(),
            reason,
            with_obligations.then_some(&kinds),
        ),
        guard: decision.reason.map_or(0, crate::Reason::number),
        passed,
    }
}

fn words(decision: &str, reason: Option<&str>, obligations: Option<&BTreeSet<&str>>) -> String {
    let mut words = decision.to_owned();
    if let Some(reason) = reason {
        words.push(' ');
        words.push_str(reason);
    }
    if let Some(obligations) = obligations {
        words.push_str(" [");
        words.push_str(&obligations.iter().copied().collect::<Vec<_>>().join(" "));
        words.push(']');
    }
    words
}
