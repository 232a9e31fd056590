// SPDX-License-Identifier: Apache-2.0
//! What must not stand in a policy that is to be proven. Debian's cvc5 1.0.3 does not know the
//! operator that unary minus becomes, and ends; negative numbers are folded before and are safe.

use serde_json::Value;

use super::ProofError;
use crate::cedar::Checked;

pub(super) fn lint(checked: &Checked) -> Result<(), ProofError> {
    for policy in checked.policies.policies() {
        let json = policy.to_json().unwrap_or(Value::Null);
        if holds_minus(&json) {
            let line = checked.notes.get(policy.id()).map_or(0, |note| note.line);
            return Err(ProofError::Minus {
                policy: policy.id().to_string(),
                line,
            });
        }
    }
    Ok(())
}

fn holds_minus(json: &Value) -> bool {
    match json {
        Value::Array(items) => items.iter().any(holds_minus),
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name == "neg" && value.get("arg").is_some() || holds_minus(value)),
        _ => false,
    }
}
