// SPDX-License-Identifier: Apache-2.0
//! Obligations on a permit. Rank here is the stake's.

use std::collections::BTreeSet;

use super::guards::{by_emergency_only, second_person};
use super::likeness::{Act, Case};

pub(super) fn of(case: &Case<'_>) -> BTreeSet<&'static str> {
    let ranked = case.stake.as_ref().is_some_and(|stake| stake.rank >= 1);
    let mut obligations = BTreeSet::new();
    if ranked
        && matches!(
            case.act,
            Act::Join | Act::Read | Act::Download | Act::Call | Act::Record
        )
    {
        obligations.insert("display_marking");
    }
    if matches!(case.act, Act::Post | Act::Upload) {
        obligations.insert("retain");
        if ranked {
            obligations.insert("bind_label");
        }
    }
    if ranked && case.act == Act::Download {
        obligations.extend(["watermark", "log_disclosure"]);
    }
    if matches!(case.act, Act::Join | Act::Read | Act::Post) && by_emergency_only(case)
        || case.act == Act::ApproveBreakGlass
    {
        obligations.insert("breakglass_review");
    }
    if case.act == Act::Reclassify && second_person(case) == Ok(false) {
        obligations.insert("reevaluate_members");
    }
    if case.act == Act::Revoke {
        obligations.extend(["push_revocation", "close_sessions", "evict_channels"]);
    }
    if case.act == Act::ReadAudit {
        obligations.insert("log_access");
    }
    obligations
}
