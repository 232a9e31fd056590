// SPDX-License-Identifier: Apache-2.0
//! Invariants: each is a permit that says the most that may ever be allowed for the actions in its
//! scope. Everything that the policies allow, it allows too.

use cedar_policy::{Effect, Policy, PolicySet};
use cedar_policy_symcc::{CompiledPolicy, CompiledPolicySet};

use super::check::answer;
use super::lint::lint;
use super::{Counterexample, Finding, ProofError, Prover};
use crate::cedar::{Policies, PolicyFile, Types};

/// An invariant by its name, with its text and that of the policies that break it.
macro_rules! shipped {
    ($name:literal) => {
        (
            $name,
            include_str!(concat!("../../../policies/invariants/", $name, ".cedar")),
            include_str!(concat!(
                "../../../policies/invariants/known-bad/",
                $name,
                ".cedar"
            )),
        )
    };
}

const SHIPPED: [(&str, &str, &str); 21] = [
    shipped!("assurance"),
    shipped!("assurance-administration"),
    shipped!("audience"),
    shipped!("audience-target"),
    shipped!("clearance"),
    shipped!("clearance-agreement"),
    shipped!("clearance-attested"),
    shipped!("clearance-emergency"),
    shipped!("clearance-target"),
    shipped!("clearance-target-agreement"),
    shipped!("clearance-target-attested"),
    shipped!("clearance-target-emergency"),
    shipped!("compartments"),
    shipped!("compartments-target"),
    shipped!("device"),
    shipped!("duties"),
    shipped!("record"),
    shipped!("two-persons"),
    shipped!("two-persons-federate"),
    shipped!("two-persons-reclassify"),
    shipped!("two-persons-reclassify-audience"),
];

/// An invariant, and policies that break it: a proof that could not refute those proves nothing.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Its name.
    pub name: &'static str,
    /// What must hold.
    pub invariant: PolicyFile,
    /// What must be refuted.
    pub known_bad: Policies,
}

impl Claim {
    /// The invariants that ship.
    pub fn shipped() -> Vec<Self> {
        let file = |name: &str, text: &str| PolicyFile {
            name: name.to_owned(),
            text: text.to_owned(),
        };
        SHIPPED
            .iter()
            .map(|(name, invariant, bad)| Self {
                name,
                invariant: file(name, invariant),
                known_bad: Policies {
                    guardrails: Vec::new(),
                    agency: vec![file(name, bad)],
                },
            })
            .collect()
    }
}

/// Checks that `policies` permit nothing that the invariants of one file do not.
pub async fn invariants(
    prover: &mut Prover,
    policies: &Policies,
    invariant: &PolicyFile,
) -> Result<Vec<Finding>, ProofError> {
    let wanted = Policies {
        guardrails: Vec::new(),
        agency: vec![invariant.clone()],
    }
    .check(&prover.schema)?;
    let checked = policies.check(&prover.schema)?;
    lint(&wanted)?;
    lint(&checked)?;
    let types = Types::of(&prover.schema)?;
    let active = checked.by_action(&prover.schema)?;
    let scopes = wanted.by_action(&prover.schema)?;
    let mut findings = Vec::new();
    for invariant in wanted.policies.policies() {
        let mut finding = Finding::about(invariant.id());
        let mut vacuous = true;
        'looking: for (name, _) in scopes
            .iter()
            .filter(|(_, scope)| scope.policy(invariant.id()).is_some())
        {
            let action = types.action(name);
            let Some(active) = active.get(name) else { continue };
            let enough = relied_on(active, invariant);
            for env in prover.environments(&action) {
                let asking = async {
                    let symbolic = prover.symbolic.sym_env(&env)?;
                    let schema = &prover.schema;
                    let compile = |set: &PolicySet| {
                        CompiledPolicySet::compile_with_custom_symenv(set, &env, schema, symbolic.clone())
                            .map_err(Box::new)
                    };
                    let wanted = CompiledPolicy::compile_with_custom_symenv(
                        invariant,
                        &env,
                        schema,
                        symbolic.clone(),
                    )?
                    .into_compiled_policyset();
                    let compiler = &mut prover.compiler;
                    let forbids = !vacuous || !compiler.check_always_allows_opt(&wanted).await?;
                    if compiler
                        .check_implies_opt(&compile(&enough).map_err(|error| *error)?, &wanted)
                        .await?
                    {
                        return Ok((forbids, None));
                    }
                    let active = compile(active).map_err(|error| *error)?;
                    let shown = compiler
                        .check_implies_with_counterexample_opt(&active, &wanted)
                        .await?;
                    Ok::<_, cedar_policy_symcc::err::Error>((forbids, shown))
                };
                let (forbids, shown) = answer(&finding.id, &action, asking).await?;
                vacuous &= !forbids;
                finding.environments += 1;
                if let Some(shown) = shown {
                    let request = shown.request.to_string();
                    finding.refuted.push(Counterexample {
                        action: (*name).to_owned(),
                        request,
                    });
                    // One story is enough to refuse a candidate.
                    break 'looking;
                }
            }
        }
        if vacuous {
            return Err(ProofError::Vacuous(finding.id));
        }
        findings.push(finding);
    }
    Ok(findings)
}

/// The permits, and of the forbids those that the invariant says it rests on. Leaving forbids out
/// only allows more: what holds for these holds for all, and is found much faster.
fn relied_on(active: &PolicySet, invariant: &Policy) -> PolicySet {
    let prefixes: Vec<&str> = invariant
        .annotation("rests_on")
        .unwrap_or_default()
        .split(", ")
        .collect();
    let chosen = active.policies().filter(|policy| {
        let id = policy.id().to_string();
        policy.effect() == Effect::Permit || prefixes.iter().any(|prefix| id.starts_with(*prefix))
    });
    // INVARIANT: ids are distinct, since they come from one set.
    PolicySet::from_policies(chosen.cloned()).unwrap_or_else(|_| active.clone())
}
