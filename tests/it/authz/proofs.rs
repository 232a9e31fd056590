// SPDX-License-Identifier: Apache-2.0
//! The shipped policies, proven. A missing solver fails here: a proof that nobody made is none.

use countersign_authz::Policies;
use countersign_authz::proof::{Claim, Finding, ProofError, Prover, invariants, never_errors};

#[expect(
    clippy::disallowed_methods,
    reason = "tests say where the solver is as an operator would"
)]
fn prover() -> Prover {
    let path = std::env::var("CVC5").unwrap_or_else(|_| "cvc5".to_owned());
    match Prover::start(&path) {
        Ok(prover) => prover,
        Err(error) => panic!("{error}"),
    }
}

fn refuted(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .filter(|finding| !finding.proven())
        .map(|finding| format!("{finding:?}"))
        .collect()
}

#[tokio::test]
async fn no_guardrail_ever_errs() {
    let findings = never_errors(&mut prover(), &Policies::builtin()).await.unwrap();
    assert!(findings.len() > 80, "{}", findings.len());
    assert_eq!(refuted(&findings), Vec::<String>::new());
}

/// Those about clearances take as long as all others together: one core each.
#[tokio::test]
async fn the_shipped_policies_keep_every_invariant_about_clearances() {
    are_kept(|claim| claim.name.starts_with("clearance")).await;
}

#[tokio::test]
async fn the_shipped_policies_keep_every_other_invariant() {
    are_kept(|claim| !claim.name.starts_with("clearance")).await;
}

async fn are_kept(chosen: impl Fn(&Claim) -> bool) {
    let mut prover = prover();
    let claims: Vec<Claim> = Claim::shipped().into_iter().filter(chosen).collect();
    assert!(claims.len() > 5, "{}", claims.len());
    for claim in claims {
        let findings = invariants(&mut prover, &Policies::builtin(), &claim.invariant)
            .await
            .unwrap();
        assert_eq!(refuted(&findings), Vec::<String>::new(), "{}", claim.name);
    }
}

#[tokio::test]
async fn policies_known_to_be_bad_are_refuted() {
    let mut prover = prover();
    for claim in Claim::shipped() {
        let findings = invariants(&mut prover, &claim.known_bad, &claim.invariant)
            .await
            .unwrap();
        assert!(
            !refuted(&findings).is_empty(),
            "{} lets its known-bad policies pass",
            claim.name
        );
    }
}

#[tokio::test]
async fn an_invariant_that_forbids_nothing_is_refused() {
    let empty = countersign_authz::PolicyFile {
        name: "empty".into(),
        text: r#"@id("empty") permit (principal, action == Action::"channel.join", resource);"#.into(),
    };
    let error = invariants(&mut prover(), &Policies::builtin(), &empty)
        .await
        .unwrap_err();
    assert!(matches!(error, ProofError::Vacuous(_)), "{error}");
}

#[tokio::test]
async fn minus_before_an_attribute_is_refused_with_its_line() {
    let policies = Policies::builtin().and(
        "mine.cedar",
        "// a comment\n@id(\"minus\")\n@reason(\"NEED_TO_KNOW\")\nforbid (principal, action == Action::\"channel.join\", \
         resource)\nwhen { -context.now > 5 };",
    );
    let error = never_errors(&mut prover(), &policies).await.unwrap_err();
    assert!(matches!(error, ProofError::Minus { line: 2, .. }), "{error}");
}

#[tokio::test]
async fn a_missing_solver_is_named_with_its_package() {
    let error = Prover::start("/no/such/solver").unwrap_err().to_string();
    assert!(error.contains("install the package `cvc5`"), "{error}");
}
