// SPDX-License-Identifier: Apache-2.0
//! A decision as a function of what it is asked.

use countersign_authz::{Decision, Engine, Policies, Reason};
use countersign_labels::Schemes;
use countersign_tests::oracle::questions::Questions;

use super::Table;

#[test]
fn any_error_of_evaluation_denies() {
    // Validated strictly, and yet it overflows.
    let errs = "context.now * 9000000000000 > 0";
    for policy in [
        format!(r#"@id("mine") permit (principal, action, resource) when {{ {errs} }};"#),
        format!(
            r#"@id("mine") @reason("NEED_TO_KNOW") forbid (principal, action, resource) when {{ {errs} }};"#
        ),
    ] {
        let policies = Policies::builtin().and("mine.cedar", policy);
        let mut table = Table::new(10);
        table.engine = Engine::new(Schemes::builtin(), &policies).unwrap();
        let shipped = Table::new(10);
        let mut denied = 0;
        for row in Questions::new(&shipped.world, 10).take(200) {
            let decision = table.ask(&row);
            assert_eq!(decision.reason, Some(Reason::PdpInput), "{row}");
            denied += usize::from(shipped.ask(&row).allowed());
        }
        assert!(denied > 0, "nothing would have been allowed anyway");
    }
}

#[test]
fn a_decision_is_a_function_of_what_it_is_asked() {
    let (one, other) = (Table::new(0), Table::new(0));
    let bytes = |decision: &Decision| serde_json::to_vec(decision).unwrap();
    for row in Questions::new(&one.world, 6).take(300) {
        let first = bytes(&one.ask(&row));
        assert_eq!(first, bytes(&one.ask(&row)), "{row}");
        assert_eq!(first, bytes(&other.ask(&row)), "{row}");
    }
}
