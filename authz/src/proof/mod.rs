// SPDX-License-Identifier: Apache-2.0
//! Proofs: that no guardrail ever errs, and that the policies permit nothing that an invariant
//! forbids. Made by the symbolic compiler of Cedar with the solver cvc5, per request environment.
//!
//! Unknown is not proven: a solver that is missing, dies or takes too long is an error, never a yes.
//! A proof speaks of policies and schema. That the facts are true is assumed; that they are resolved
//! rightly is tested.

mod check;
mod invariants;
mod lint;
mod never_errors;

pub use check::{ProofError, Prover};
pub use invariants::{Claim, invariants};
pub use never_errors::never_errors;

use cedar_policy::PolicyId;
use serde::Serialize;

/// What was found out about one policy or invariant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The policy or invariant.
    pub id: String,
    /// In how many request environments it was looked at.
    pub environments: usize,
    /// Where it does not hold: the action, and a request that shows it.
    pub refuted: Vec<Counterexample>,
}

/// A request that must not be, made up by the solver: its ids and numbers mean nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Counterexample {
    /// The action.
    pub action: String,
    /// The request.
    pub request: String,
}

impl Finding {
    fn about(id: &PolicyId) -> Self {
        Self {
            id: id.to_string(),
            environments: 0,
            refuted: Vec::new(),
        }
    }

    /// Whether it holds wherever it was looked at, and it was looked at somewhere.
    pub fn proven(&self) -> bool {
        self.environments > 0 && self.refuted.is_empty()
    }
}
