// SPDX-License-Identifier: Apache-2.0
//! Cedar skips a policy that errs, so a forbid that errs does not forbid: proven never to happen.

use cedar_policy::Effect;
use cedar_policy_symcc::CompiledPolicy;

use super::check::answer;
use super::lint::lint;
use super::{Counterexample, Finding, ProofError, Prover};
use crate::cedar::{Policies, Types};

/// Looks at every forbid in every request environment that its scope takes.
pub async fn never_errors(prover: &mut Prover, policies: &Policies) -> Result<Vec<Finding>, ProofError> {
    let checked = policies.check(&prover.schema)?;
    lint(&checked)?;
    let types = Types::of(&prover.schema)?;
    let actions = checked.by_action(&prover.schema)?;
    let mut findings = Vec::new();
    for forbid in checked
        .policies
        .policies()
        .filter(|policy| policy.effect() == Effect::Forbid)
    {
        let mut finding = Finding::about(forbid.id());
        for (name, candidates) in &actions {
            if candidates.policy(forbid.id()).is_none() {
                continue;
            }
            let action = types.action(name);
            for env in prover.environments(&action) {
                let asking = async {
                    let symbolic = prover.symbolic.sym_env(&env)?;
                    let compiled =
                        CompiledPolicy::compile_with_custom_symenv(forbid, &env, &prover.schema, symbolic)?;
                    prover.compiler.check_never_errors_opt(&compiled).await
                };
                let holds = answer(&finding.id, &action, asking).await?;
                finding.environments += 1;
                if !holds {
                    let request = "it can err".to_owned();
                    finding.refuted.push(Counterexample {
                        action: (*name).to_owned(),
                        request,
                    });
                }
            }
        }
        findings.push(finding);
    }
    findings.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(findings)
}
