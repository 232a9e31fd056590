// SPDX-License-Identifier: Apache-2.0
//! What goes with a permit.

use chrono::{DateTime, Utc};

use crate::action::Kind;
use crate::decision::Obligation;
use crate::resolve::{Case, Where, ask};
use crate::{Reason, Snapshot};
use countersign_labels::Schemes;

/// The obligations of the table, for a case that is allowed.
pub(crate) fn obligations(
    case: &Case<'_>,
    snapshot: &Snapshot,
    schemes: &Schemes,
    now: DateTime<Utc>,
) -> Vec<Obligation> {
    let marked = case.stake.as_ref().is_some_and(|stake| stake.rank() >= 1);
    let mut kinds: Vec<&'static str> = Vec::new();
    match case.action.kind {
        Kind::Call | Kind::Join | Kind::Read if marked => kinds.push("display_marking"),
        Kind::Classify if !case.needs_second_person(now) => kinds.push("reevaluate_members"),
        Kind::Download if marked => kinds.extend(["display_marking", "watermark", "log_disclosure"]),
        Kind::Post | Kind::Upload => {
            kinds.push("retain");
            if marked {
                kinds.push("bind_label");
            }
        }
        Kind::Administration => match case.action.name {
            "audit.read" => kinds.push("log_access"),
            "break_glass.approve" => kinds.push("breakglass_review"),
            "user.revoke" => kinds.extend(["push_revocation", "close_sessions", "evict_channels"]),
            _ => {}
        },
        _ => {}
    }
    if rests_on_emergency(case, snapshot, schemes, now) {
        kinds.push("breakglass_review");
    }
    kinds.into_iter().map(advisory).collect()
}

fn advisory(kind: &str) -> Obligation {
    Obligation {
        id: kind.to_owned(),
        kind: kind.to_owned(),
        mandatory: false,
    }
}

/// Whether only an emergency clearance makes it possible to join, read or post.
fn rests_on_emergency(case: &Case<'_>, snapshot: &Snapshot, schemes: &Schemes, now: DateTime<Utc>) -> bool {
    let reviewed = matches!(case.action.kind, Kind::Join | Kind::Post | Kind::Read);
    let Some(asked) = case.asked.as_ref().filter(|_| reviewed) else {
        return false;
    };
    let without = Where {
        place: asked.place,
        emergency: false,
    };
    let denied: Option<Reason> = ask(case.subject.person, &asked.label, without, snapshot, schemes, now)
        .ok()
        .and_then(|asked| asked.denied_by_clearance());
    denied.is_some()
}
