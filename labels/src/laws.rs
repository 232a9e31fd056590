// SPDX-License-Identifier: Apache-2.0
//! The laws of the lattice, on generated labels.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use proptest::collection::btree_set;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{Agreement, JoinError, Label, Order, RawLabel, Schemes, Terms, join, within};

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_000_000, 0).unwrap()
}

fn nations() -> impl Strategy<Value = BTreeSet<String>> {
    btree_set(
        select(vec!["DEU", "FRA", "USA", "NATO", "FVEY"]).prop_map(str::to_owned),
        0..4,
    )
}

fn label_of(scheme: &'static str) -> impl Strategy<Value = Label> {
    let levels: Vec<String> = Schemes::builtin()
        .scheme(scheme)
        .unwrap()
        .levels
        .iter()
        .map(|l| l.id.clone())
        .collect();
    (
        select(levels),
        btree_set(select(vec!["A", "B", "C"]).prop_map(str::to_owned), 0..4),
        option::of(nations()),
        any::<bool>(),
        option::of(0_i64..2_000_000),
    )
        .prop_map(
            move |(level, compartments, releasable_to, nationals_only, not_before)| {
                let raw = RawLabel {
                    compartments,
                    releasable_to,
                    nationals_only,
                    not_before: not_before.and_then(|s| DateTime::from_timestamp(s, 0)),
                    ..RawLabel::new(scheme, level)
                };
                Schemes::builtin().label(&raw).unwrap()
            },
        )
}

fn is_within(a: &Label, b: &Label) -> bool {
    within(a, b, [], Schemes::builtin(), now()) == Order::Within
}

fn free(label: &Label) -> Label {
    Schemes::builtin()
        .label(&RawLabel {
            not_before: None,
            ..label.to_raw()
        })
        .unwrap()
}

proptest! {
    #[test]
    fn within_is_reflexive_once_the_embargo_is_over(a in label_of("NATO")) {
        prop_assert!(is_within(&free(&a), &free(&a)));
    }

    #[test]
    fn within_is_transitive(a in label_of("NATO"), b in label_of("NATO"), c in label_of("NATO")) {
        if is_within(&a, &b) && is_within(&b, &c) {
            prop_assert!(is_within(&a, &c));
        }
    }

    #[test]
    fn join_is_the_least_upper_bound(a in label_of("NATO"), b in label_of("NATO"), c in label_of("NATO")) {
        let (a, b, c) = (free(&a), free(&b), free(&c));
        match join(&a, &b, Schemes::builtin()) {
            Ok(both) => {
                prop_assert!(is_within(&a, &both) && is_within(&b, &both));
                if is_within(&a, &c) && is_within(&b, &c) {
                    prop_assert!(is_within(&both, &c));
                }
            }
            Err(error) => prop_assert_eq!(error, JoinError::Nobody),
        }
    }

    #[test]
    fn join_does_not_care_for_order(a in label_of("DE"), b in label_of("DE")) {
        let schemes = Schemes::builtin();
        prop_assert_eq!(join(&a, &b, schemes), join(&b, &a, schemes));
        let (a, twice) = (free(&a), free(&join(&a, &a, schemes).unwrap()));
        prop_assert!(is_within(&a, &twice) && is_within(&twice, &a));
    }

    #[test]
    fn two_schemes_are_incomparable_without_an_agreement(a in label_of("DE"), b in label_of("NATO")) {
        prop_assert_eq!(within(&a, &b, [], Schemes::builtin(), now()), Order::Incomparable);
    }

    #[test]
    fn a_label_survives_its_raw_form(a in label_of("FR")) {
        prop_assert_eq!(Schemes::builtin().label(&a.to_raw()).unwrap(), a);
    }

    #[test]
    fn going_there_and_back_never_lowers_a_label_nor_raises_a_clearance(
        a in label_of("NATO"),
        other in select(vec!["UK", "US", "FR", "DE", "CH", "EU"]),
    ) {
        let schemes = Schemes::builtin();
        let (there, back) = (agreement("NATO", other), agreement(other, "NATO"));
        let read = there.label_in(&a, schemes).and_then(|label| back.label_in(&label, schemes));
        if let Some(read) = read {
            prop_assert!(read.rank() >= a.rank());
            prop_assert_eq!(read.audience(), a.audience());
        }
        let own = schemes.scheme("NATO").unwrap().level(a.level()).unwrap();
        let held = there.clearance_in(own, schemes).and_then(|level| back.clearance_in(level, schemes));
        if let Some(held) = held {
            prop_assert!(held.rank <= own.rank);
        }
    }
}

fn agreement(from: &str, to: &str) -> Agreement {
    let terms = Terms {
        from: from.into(),
        to: to.into(),
        valid_from: DateTime::UNIX_EPOCH,
        valid_until: now(),
        clearances: true,
        labels: true,
        carries: ["A", "B", "C"].map(str::to_owned).into(),
        levels: None,
    };
    Agreement::new(format!("{from}-{to}"), terms, Schemes::builtin()).unwrap()
}

#[test]
fn sharing_with_each_is_not_sharing_with_both() {
    // Releases are no lattice property: a reader may share one nation with a and another with b.
    let schemes = Schemes::builtin();
    let to = |nations: &[&str]| {
        let raw = RawLabel {
            releasable_to: Some(nations.iter().map(ToString::to_string).collect()),
            ..RawLabel::new("NATO", "NS")
        };
        schemes.label(&raw).unwrap()
    };
    assert_eq!(
        join(&to(&["DEU"]), &to(&["CHE"]), schemes),
        Err(JoinError::Nobody)
    );
}
