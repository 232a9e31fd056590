// SPDX-License-Identifier: Apache-2.0
//! The solver: started once per run, asked many times, never waited for without end.

use std::future::Future;
use std::time::Duration;

use cedar_policy::{EntityUid, RequestEnv, Schema};
use cedar_policy_symcc::solver::LocalSolver;
use cedar_policy_symcc::{CedarSymCompiler, CompiledSchema};
use tokio::process::Command;

use crate::LoadError;
use crate::cedar::schema;

/// How long one question may take.
const QUESTION: Duration = Duration::from_mins(1);

/// Why nothing was proven.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The policies cannot be used at all.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// An expression that the solver does not take.
    #[error("policy `{policy}` (line {line}): minus before anything but a number cannot be proven")]
    Minus {
        /// The policy.
        policy: String,
        /// Its line.
        line: usize,
    },
    /// No solver.
    #[error("the solver `{path}` cannot be started: {message}; install the package `cvc5`")]
    NoSolver {
        /// Where it was looked for.
        path: String,
        /// What came instead.
        message: String,
    },
    /// The solver or compiler gave up.
    #[error("not proven: `{about}` for `{action}`: {message}")]
    Unknown {
        /// The policy or invariant.
        about: String,
        /// The action.
        action: String,
        /// What it said.
        message: String,
    },
    /// An invariant that forbids nothing.
    #[error("invariant `{0}` forbids nothing, so it proves nothing")]
    Vacuous(String),
}

/// Asks the solver.
pub struct Prover {
    pub(super) schema: Schema,
    /// Its symbolic form, made once.
    pub(super) symbolic: CompiledSchema,
    pub(super) compiler: CedarSymCompiler<LocalSolver>,
}

impl std::fmt::Debug for Prover {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prover").finish_non_exhaustive()
    }
}

impl Prover {
    /// Starts the solver at `path`: `cvc5`, or where the operator says it is.
    pub fn start(path: &str) -> Result<Self, ProofError> {
        let mut command = Command::new(path);
        command
            .args(["--lang", "smt", "--tlimit-per=50000"])
            .kill_on_drop(true);
        let broken = |message: String| ProofError::NoSolver {
            path: path.to_owned(),
            message,
        };
        let solver = LocalSolver::from_command(&mut command).map_err(|error| broken(error.to_string()))?;
        let compiler = CedarSymCompiler::new(solver).map_err(|error| broken(error.to_string()))?;
        let schema = schema()?;
        let symbolic = CompiledSchema::new(&schema).map_err(|error| LoadError::Schema(error.to_string()))?;
        Ok(Self {
            schema,
            symbolic,
            compiler,
        })
    }

    /// The request environments of one action.
    pub(super) fn environments(&self, action: &EntityUid) -> Vec<RequestEnv> {
        self.schema
            .request_envs()
            .filter(|env| env.action() == action)
            .collect()
    }
}

/// Waits for an answer, but not for ever.
pub(super) async fn answer<T, E: std::fmt::Display>(
    about: &str,
    action: &EntityUid,
    asking: impl Future<Output = Result<T, E>>,
) -> Result<T, ProofError> {
    let unknown = |message: String| ProofError::Unknown {
        about: about.to_owned(),
        action: action.id().unescaped().to_owned(),
        message,
    };
    match tokio::time::timeout(QUESTION, asking).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) => Err(unknown(error.to_string())),
        Err(_) => Err(unknown("the solver took too long".to_owned())),
    }
}
