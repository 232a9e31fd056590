// SPDX-License-Identifier: Apache-2.0
//! Whatever a source says of whomever: nothing comes of it beyond its cap.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use countersign_labels::Schemes;
use proptest::option::of as some;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::json;

use super::plan::{Around, plan};
use crate::amend::clearance_id;
use crate::source::mapping::Target;
use crate::source::{Cap, Create, Source, Sourced, SourcedClearance, read};
use crate::store::person_sources::Given;
use crate::{Clearance, ClearanceKind, ClearanceState, Person, PersonKind, Role, Set, Status};

const LEVELS: [&str; 5] = ["NU", "NR", "NC", "NS", "CTS"];
const COMPARTMENTS: [&str; 3] = ["ATOMAL", "BOHEMIA", "CRYPTO"];
const WORDS: [&str; 3] = ["one", "two", "three"];
const COUNTRIES: [&str; 3] = ["DEU", "FRA", "POL"];
const ROLES: [Role; 6] = [
    Role::Auditor,
    Role::External,
    Role::Guest,
    Role::Member,
    Role::SecurityOfficer,
    Role::Sysadmin,
];

fn now() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

fn set<T: Clone + Ord + std::fmt::Debug + 'static>(all: &[T]) -> impl Strategy<Value = Set<T>> + use<T> {
    subsequence(all.to_vec(), 0..=all.len()).prop_map(|some| some.into_iter().collect())
}

fn parsed<T>(all: &[&str]) -> impl Strategy<Value = Set<T>> + use<T>
where
    T: Clone + Ord + std::str::FromStr + std::fmt::Debug + 'static,
    T::Err: std::fmt::Debug,
{
    let all: Vec<T> = all.iter().map(|text| text.parse().unwrap()).collect();
    set(&all)
}

fn opened() -> impl Strategy<Value = Set<String>> {
    parsed(&COMPARTMENTS)
}

fn cap() -> impl Strategy<Value = Cap> {
    (
        parsed(&WORDS),
        some(select(LEVELS.to_vec())),
        opened(),
        parsed(&COUNTRIES),
        parsed(&WORDS),
        parsed(&WORDS),
        set(&ROLES),
        1_u32..100,
    )
        .prop_map(
            |(agencies, level, opened, nationalities, missions, briefings, roles, days)| Cap {
                agencies,
                levels: level
                    .map(|level| ("NATO".to_owned(), level.to_owned()))
                    .into_iter()
                    .collect(),
                compartments: BTreeMap::from([("NATO".to_owned(), opened)]),
                nationalities,
                missions,
                briefings,
                roles,
                clearance_days: days,
            },
        )
}

fn sourced() -> impl Strategy<Value = Sourced> {
    let vouched =
        (select(LEVELS.to_vec()), opened(), -10_i64..400).prop_map(|(level, compartments, days)| {
            SourcedClearance {
                scheme: "NATO".to_owned(),
                level: level.to_owned(),
                compartments,
                valid_until: now() + TimeDelta::days(days),
            }
        });
    (
        some(select(WORDS.to_vec())),
        some(parsed(&COUNTRIES)),
        some(parsed(&WORDS)),
        some(parsed(&WORDS)),
        some(set(&ROLES)),
        some(proptest::collection::vec(vouched, 0..4)),
        some(any::<bool>()),
        set(&[Target::Agency, Target::DisplayName, Target::Email]),
        some(select(vec!["a@mod.example", "b@mod.example", "c@evil.example"])),
    )
        .prop_map(
            |(agency, nationalities, missions, briefings, roles, clearances, is_active, withdrawn, email)| {
                Sourced {
                    agency: agency.map(|agency| agency.parse().unwrap()),
                    nationalities,
                    missions,
                    briefings,
                    roles,
                    clearances,
                    is_active,
                    withdrawn,
                    email: email.map(str::to_owned),
                    ..Sourced::default()
                }
            },
        )
}

fn person() -> impl Strategy<Value = Person> {
    let held = (
        select(LEVELS.to_vec()),
        opened(),
        1_i64..60,
        select(vec![
            ClearanceState::Active,
            ClearanceState::Suspended,
            ClearanceState::Revoked,
        ]),
    )
        .prop_map(|(level, compartments, days, state)| Clearance {
            scheme: "NATO".to_owned(),
            level: level.to_owned(),
            compartments,
            kind: ClearanceKind::Personnel,
            state,
            valid_from: now() - TimeDelta::days(days),
            valid_until: now() + TimeDelta::days(days),
            attestation: None,
            channel: None,
        });
    (
        some(select(WORDS.to_vec())),
        parsed(&COUNTRIES),
        parsed(&WORDS),
        parsed(&WORDS),
        set(&ROLES),
        proptest::collection::vec(held, 0..3),
        any::<bool>(),
    )
        .prop_map(
            |(agency, nationalities, missions, briefings, roles, mut clearances, is_active)| {
                let mut names = BTreeSet::new();
                clearances.retain(|held| names.insert(clearance_id(held)));
                Person {
                    kind: PersonKind::Government,
                    status: if is_active {
                        Status::Active
                    } else {
                        Status::Disabled
                    },
                    nationalities,
                    agency: agency.map(|agency| agency.parse().unwrap()),
                    roles,
                    missions,
                    briefings,
                    sponsor: None,
                    contract: None,
                    clearances,
                    display_name: None,
                    email: None,
                }
            },
        )
}

fn source(cap: Cap, adopt: bool, attributes: bool) -> Source {
    let record = json!({"id": "mod", "name": "Ministry", "protocol": {"oidc": {
        "issuer": "https://idp.mod.example", "client_id": "c", "authentication": "none"}}});
    let mut source = read(record).unwrap();
    source.cap = cap;
    source.linking.create = Create::Yes;
    source.linking.adopt = adopt;
    source.trust.attributes = attributes;
    source.trust.domains = ["mod.example".to_owned()].into_iter().collect();
    source
}

fn rank(level: &str) -> u8 {
    Schemes::builtin()
        .scheme("NATO")
        .unwrap()
        .level(level)
        .unwrap()
        .rank
}

fn added<T: Ord + Clone>(old: &Set<T>, new: &Set<T>) -> Set<T> {
    new.iter().filter(|item| !old.contains(*item)).cloned().collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn nothing_comes_of_it_beyond_the_cap(
        cap in cap(),
        said in sourced(),
        old in some(person()),
        own in subsequence(vec![Target::Agency, Target::Briefings, Target::IsActive, Target::Missions,
            Target::Nationalities, Target::Roles], 0..=6),
        (adopt, attributes, owns, gives_clearances) in any::<(bool, bool, bool, bool)>(),
    ) {
        let source = source(cap, adopt, attributes);
        let cap = &source.cap;
        let mut given = Given { owns, ..Given::default() };
        if let Some(old) = &old {
            given.parts.attributes.extend(own.iter().map(|part| (*part, now())));
            if gives_clearances {
                given.parts.clearances.extend(old.clearances.iter().map(|held| (clearance_id(held), now())));
            }
        }
        let around = Around {
            source: &source,
            agencies: &cap.agencies.iter().cloned().collect(),
            missions: &cap.missions.iter().cloned().collect(),
            addresses: &BTreeMap::from([("b@mod.example".to_owned(), BTreeSet::from(["bob".parse().unwrap()]))]),
            is_approved: false,
            now: now(),
        };
        let id = "ann".parse().unwrap();
        let planned = plan(&id, old.as_ref(), given.clone(), &said, &around).unwrap();
        let Some(new) = &planned.after else { return Ok(()) };
        let nobody = Person {
            kind: source.linking.kind, status: Status::Active, nationalities: Set::default(), agency: None,
            roles: Set::default(), missions: Set::default(), briefings: Set::default(), sponsor: None, contract: None,
            clearances: Vec::new(), display_name: None, email: None,
        };
        let is_new = old.is_none();
        let old = old.unwrap_or(nobody);

        // Offices: none beyond the cap, never a security officer, and none that forbids is lost beyond it.
        let roles = added(&old.roles, &new.roles);
        prop_assert!(roles.is_subset(&cap.roles) && !roles.contains(&Role::SecurityOfficer));
        prop_assert_eq!(old.roles.contains(&Role::SecurityOfficer), new.roles.contains(&Role::SecurityOfficer));
        for lost in &added(&new.roles, &old.roles) {
            let forbids = [Role::External, Role::Guest, Role::Sysadmin].contains(lost);
            prop_assert!(!forbids || cap.roles.contains(lost));
        }
        // Lists: nothing new beyond the cap; of nationalities nothing is lost beyond it either.
        prop_assert!(added(&old.missions, &new.missions).is_subset(&cap.missions));
        prop_assert!(added(&old.briefings, &new.briefings).is_subset(&cap.briefings));
        prop_assert!(added(&old.nationalities, &new.nationalities).is_subset(&cap.nationalities));
        prop_assert!(added(&new.nationalities, &old.nationalities).is_subset(&cap.nationalities));
        // She is placed only from and to its own agencies.
        if new.agency != old.agency {
            prop_assert!(new.agency.iter().chain(&old.agency).all(|agency| cap.agencies.contains(agency)));
        }
        // An address is of its domains and nobody else's.
        prop_assert!(new.email.as_deref().is_none_or(|address| address == "a@mod.example"));
        prop_assert_eq!(new.kind, old.kind);
        // Whom it did not disable itself does not come back by it.
        let comes_back = old.status == Status::Disabled && new.status == Status::Active;
        prop_assert!(!comes_back || own.contains(&Target::IsActive));
        // Clearances: what is new or longer is whole within the cap and ends with its days; those of others stay.
        let end = now() + TimeDelta::days(i64::from(cap.clearance_days));
        for held in &new.clearances {
            let id = clearance_id(held);
            let before = old.clearances.iter().find(|before| clearance_id(before) == id);
            match before {
                Some(before) if before == held => {}
                Some(before) => {
                    prop_assert!(given.parts.clearances.contains_key(&id), "of somebody else");
                    prop_assert_eq!(before.state, held.state);
                    if held.valid_until > before.valid_until {
                        prop_assert!(cap.levels.get("NATO").is_some_and(|most| rank(&held.level) <= rank(most)));
                        prop_assert!(held.compartments.is_subset(&cap.compartments["NATO"]));
                        prop_assert!(held.valid_until <= end && held.state == ClearanceState::Active);
                    }
                }
                None => {
                    prop_assert!(attributes);
                    prop_assert!(cap.levels.get("NATO").is_some_and(|most| rank(&held.level) <= rank(most)));
                    prop_assert!(held.compartments.is_subset(&cap.compartments["NATO"]));
                    prop_assert!(held.valid_until <= end);
                    prop_assert!(planned.given.parts.clearances.contains_key(&id), "carries no source");
                    // It was said just so: never cut down to fit.
                    prop_assert!(said.clearances.iter().flatten().any(|said|
                        said.level == held.level && said.compartments == held.compartments
                            && held.valid_until <= said.valid_until));
                    // What an officer ended is not given anew.
                    prop_assert!(!old.clearances.iter().any(|ended| ended.state != ClearanceState::Active
                        && given.parts.clearances.contains_key(&clearance_id(ended))));
                }
            }
        }
        prop_assert_eq!(old.clearances.len(), new.clearances.iter()
            .filter(|held| old.clearances.iter().any(|before| clearance_id(before) == clearance_id(held))).count());
        // Of whom it may not state anything, and takes nothing over, nothing changes but its own.
        if !adopt && !is_new {
            for (part, was_empty, is_changed) in [
                (Target::Missions, old.missions.is_empty(), old.missions != new.missions),
                (Target::Briefings, old.briefings.is_empty(), old.briefings != new.briefings),
                (Target::Nationalities, old.nationalities.is_empty(), old.nationalities != new.nationalities),
                (Target::Roles, old.roles.is_empty(), old.roles != new.roles),
            ] {
                prop_assert!(!is_changed || was_empty || own.contains(&part), "{part}");
            }
        }
    }
}
