// SPDX-License-Identifier: Apache-2.0
//! When one channel label may take the place of another without a second person: when nobody can
//! read more than before.

use chrono::{DateTime, Utc};
use countersign_labels::{Label, Order, RawLabel, Schemes, within};

/// Whether `new` keeps everything that `old` asks for: it is the same or a higher rank, has all
/// compartments, no wider audience, and keeps nationals-only, embargo and originator control.
pub(crate) fn rises(old: &Label, new: &Label, schemes: &Schemes, now: DateTime<Utc>) -> bool {
    let embargo_kept = old
        .not_before()
        .is_none_or(|moment| moment <= now || new.not_before().is_some_and(|later| later >= moment));
    let originator_kept = old
        .originator_controlled_by()
        .is_none_or(|agency| new.originator_controlled_by() == Some(agency));
    // The embargo was compared above; `within` asks whether it is over, which is another question.
    let open = schemes.label(&RawLabel {
        not_before: None,
        ..old.to_raw()
    });
    let within = open.is_ok_and(|open| within(&open, new, [], schemes, now) == Order::Within);
    embargo_kept && originator_kept && within
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(json: serde_json::Value) -> Label {
        Schemes::builtin()
            .label(&serde_json::from_value(json).unwrap())
            .unwrap()
    }

    fn rises(old: serde_json::Value, new: serde_json::Value) -> bool {
        let now = DateTime::from_timestamp(1_000, 0).unwrap();
        super::rises(&label(old), &label(new), Schemes::builtin(), now)
    }

    #[test]
    fn a_label_rises_by_rank_compartments_and_audience() {
        use serde_json::json;
        let nr = json!({"scheme": "NATO", "level": "NR"});
        let ns = json!({"scheme": "NATO", "level": "NS"});
        assert!(rises(nr.clone(), ns.clone()));
        assert!(rises(nr.clone(), nr.clone()));
        assert!(!rises(ns.clone(), nr.clone()));
        let narrow = json!({"scheme": "NATO", "level": "NR", "releasable_to": ["DEU"]});
        assert!(rises(nr.clone(), narrow.clone()));
        assert!(!rises(narrow, nr.clone()));
        assert!(!rises(nr, json!({"scheme": "DE", "level": "GEHEIM"})));
    }

    #[test]
    fn an_embargo_or_originator_is_not_dropped() {
        use serde_json::json;
        let open = json!({"scheme": "US", "level": "S"});
        let embargo = json!({"scheme": "US", "level": "S", "not_before": "2030-01-01T00:00:00Z"});
        let orcon = json!({"scheme": "US", "level": "S", "originator_controlled_by": "DOD"});
        assert!(!rises(embargo.clone(), open.clone()));
        assert!(rises(embargo.clone(), embargo.clone()));
        assert!(rises(open.clone(), embargo));
        assert!(!rises(orcon.clone(), open));
        assert!(rises(orcon.clone(), orcon));
    }
}
