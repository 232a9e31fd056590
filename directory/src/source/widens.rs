// SPDX-License-Identifier: Apache-2.0
//! Which parts of a changed source may let somebody do more than before. Sound, not sharp: of the protocol
//! and the mapping every change counts.

use std::collections::BTreeSet;

use countersign_labels::Schemes;

use super::{Assurance, Cap, Conflict, Create, Linking, Source, State, Trust};

/// The parts that may widen. What is disabled lets nobody in; its record is weighed all the same, because
/// enabling it is weighed by its state alone.
pub(crate) fn widening(old: &Source, new: &Source) -> Vec<&'static str> {
    let mut wider = Vec::new();
    let mut says = |part, widens: bool| {
        if widens {
            wider.push(part);
        }
    };
    says("protocol", old.protocol != new.protocol);
    // Who types an address of a domain trusts where she is sent.
    says("offer", !new.offer.domains.is_subset(&old.offer.domains));
    says("trust", trust(&old.trust, &new.trust));
    says("linking", linking(&old.linking, &new.linking));
    says("mapping", old.mapping != new.mapping);
    says("cap", cap(&old.cap, &new.cap));
    says(
        "state",
        old.state == State::Disabled && new.state == State::Active,
    );
    wider
}

fn trust(old: &Trust, new: &Trust) -> bool {
    (new.identity && !old.identity)
        || (new.attributes && !old.attributes)
        || !new.domains.is_subset(&old.domains)
        || assurance(old.assurance.as_ref(), new.assurance.as_ref())
}

/// Whether some word, or silence, may give more than before; or methods that were not believed.
fn assurance(old: Option<&Assurance>, new: Option<&Assurance>) -> bool {
    let Some(new) = new else { return false };
    let before = |word: Option<&str>| old.map_or_else(Default::default, |old| old.level(word));
    let known: BTreeSet<&String> = new
        .contexts
        .keys()
        .chain(old.into_iter().flat_map(|old| old.contexts.keys()))
        .collect();
    (new.methods && old.is_none_or(|old| !old.methods || new.highest > old.highest))
        || new.level(None) > before(None)
        || known
            .into_iter()
            .any(|word| new.level(Some(word.as_str())) > before(Some(word.as_str())))
}

fn linking(old: &Linking, new: &Linking) -> bool {
    let reach = |create| match create {
        Create::No => 0,
        Create::WithApproval => 1,
        Create::Yes => 2,
    };
    reach(new.create) > reach(old.create)
        || (new.adopt && !old.adopt)
        // A kind exempts and excludes.
        || new.kind != old.kind
        || (new.conflict != old.conflict && new.conflict != Conflict::Fail)
}

fn cap(old: &Cap, new: &Cap) -> bool {
    let none = crate::Set::default();
    !new.agencies.is_subset(&old.agencies)
        || !new.nationalities.is_subset(&old.nationalities)
        || !new.missions.is_subset(&old.missions)
        || !new.briefings.is_subset(&old.briefings)
        || !new.roles.is_subset(&old.roles)
        || new.clearance_days > old.clearance_days
        || new
            .compartments
            .iter()
            .any(|(scheme, opened)| !opened.is_subset(old.compartments.get(scheme).unwrap_or(&none)))
        || new.levels.iter().any(|(scheme, level)| {
            let before = old.levels.get(scheme);
            before != Some(level) && !before.is_some_and(|before| at_most(scheme, level, before))
        })
}

fn at_most(scheme: &str, level: &str, before: &str) -> bool {
    let rank = |level: &str| Some(Schemes::builtin().scheme(scheme)?.level(level)?.rank);
    matches!((rank(level), rank(before)), (Some(new), Some(old)) if new <= old)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::source::read;

    fn record() -> Value {
        json!({"id": "mod", "name": "Ministry", "protocol": {"oidc": {"issuer": "https://idp.mod.example",
            "client_id": "c", "authentication": "none"}},
            "offer": {"button": false, "domains": ["mod.example"]},
            "trust": {"identity": true, "attributes": true, "domains": ["mod.example"],
                "assurance": {"highest": "aal2", "floor": "aal1", "contexts": {"gold": "aal2", "iron": "aal1"}}},
            "linking": {"create": "with_approval", "kind": "government"},
            "mapping": {"rules": [{"to": "username", "value": {"from": "uid"}}]},
            "cap": {"agencies": ["de-mod", "de-bnd"], "levels": {"NATO": "NC"}, "compartments": {"NATO": ["ATOMAL"]},
                "nationalities": ["DEU"], "missions": ["baltic"], "briefings": ["b"], "roles": ["member"],
                "clearance_days": 30},
            "state": "active"})
    }

    fn weighed(pointer: &str, value: Value) -> Vec<&'static str> {
        let old = read(record()).unwrap();
        let mut changed = record();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        changed.pointer_mut(parent).unwrap()[name] = value;
        widening(&old, &read(changed).unwrap())
    }

    #[test]
    fn what_may_let_somebody_do_more_takes_two() {
        for (pointer, value, part) in [
            (
                "/protocol/oidc/issuer",
                json!("https://other.example"),
                "protocol",
            ),
            ("/protocol/oidc/algorithms", json!(["RS256"]), "protocol"),
            ("/offer/domains", json!(["mod.example", "x.example"]), "offer"),
            ("/trust/domains", json!(["mod.example", "x.example"]), "trust"),
            ("/trust/assurance/highest", json!("aal3"), ""),
            ("/trust/assurance/methods", json!(true), "trust"),
            ("/trust/assurance/floor", json!("aal2"), "trust"),
            (
                "/trust/assurance/contexts",
                json!({"gold": "aal2", "iron": "aal2"}),
                "trust",
            ),
            (
                "/trust/assurance/contexts",
                json!({"gold": "aal2", "new": "aal2"}),
                "trust",
            ),
            ("/linking/create", json!("yes"), "linking"),
            ("/linking/adopt", json!(true), "linking"),
            ("/linking/kind", json!("outsider"), "linking"),
            ("/linking/conflict", json!("add"), "linking"),
            ("/mapping/rules", json!([]), "mapping"),
            ("/cap/agencies", json!(["de-mod", "fr-mod"]), "cap"),
            ("/cap/levels", json!({"NATO": "NS"}), "cap"),
            ("/cap/levels", json!({"NATO": "NC", "DE": "VS-NfD"}), "cap"),
            ("/cap/compartments", json!({"NATO": ["ATOMAL", "X"]}), "cap"),
            ("/cap/nationalities", json!(["DEU", "FRA"]), "cap"),
            ("/cap/missions", json!(["arctic"]), "cap"),
            ("/cap/briefings", json!(["b", "c"]), "cap"),
            ("/cap/roles", json!(["member", "auditor"]), "cap"),
            ("/cap/clearance_days", json!(31), "cap"),
        ] {
            let expected: Vec<&str> = [part].into_iter().filter(|part| !part.is_empty()).collect();
            assert_eq!(weighed(pointer, value.clone()), expected, "{pointer} {value}");
        }
    }

    #[test]
    fn what_only_narrows_takes_one() {
        for (pointer, value) in [
            ("/name", json!("Renamed")),
            ("/offer/button", json!(true)),
            ("/offer/domains", json!([])),
            ("/trust/identity", json!(false)),
            ("/trust/attributes", json!(false)),
            ("/trust/domains", json!([])),
            ("/trust/assurance", Value::Null),
            ("/trust/assurance/contexts", json!({"gold": "aal1"})),
            ("/linking/create", json!("no")),
            ("/cap/levels", json!({"NATO": "NR"})),
            ("/cap/clearance_days", json!(1)),
            ("/cap/roles", json!([])),
            ("/cap/agencies", json!(["de-mod"])),
            ("/state", json!("disabled")),
        ] {
            assert_eq!(
                weighed(pointer, value.clone()),
                Vec::<&str>::new(),
                "{pointer} {value}"
            );
        }
    }

    #[test]
    fn enabling_takes_two() {
        let new = read(record()).unwrap();
        let old = Source {
            state: State::Disabled,
            ..new.clone()
        };
        assert_eq!(widening(&old, &new), ["state"]);
    }
}
