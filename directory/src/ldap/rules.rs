// SPDX-License-Identifier: Apache-2.0
//! What the rules of a source come to, so that a change of them is seen where no entry changed: whoever lost
//! something by a rule that is gone, or may have more by a cap that was raised, is read anew.

use super::sum;
use crate::source::{Ldap, Source};

/// What the rules of a source come to: equal as long as none of them changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rules {
    /// What becomes of an entry: mapping, cap, trust and linking. Part of what each entry comes to.
    pub outcome: [u8; 32],
    /// Besides these, which entries are read and as what: servers, account, branch, filter, groups.
    pub all: [u8; 32],
}

impl Rules {
    /// Those of a source that is a directory.
    pub(super) fn of(source: &Source, ldap: &Ldap) -> Result<Self, serde_json::Error> {
        let outcome = (&source.mapping, &source.cap, &source.trust, &source.linking);
        let outcome = serde_json::to_vec(&outcome)?;
        // A password, how long is waited and how often is asked change nothing about what is read.
        let reading = Ldap {
            password: None,
            timeout_seconds: 0,
            connections: 0,
            sync: None,
            ..ldap.clone()
        };
        let reading = serde_json::to_vec(&reading)?;
        Ok(Self {
            outcome: sum([outcome.as_slice()]),
            all: sum([outcome.as_slice(), &reading]),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn rules(change: impl FnOnce(&mut Value)) -> Rules {
        let mut record = json!({
            "id": "agency", "name": "Agency",
            "protocol": {"ldap": {"urls": ["ldaps://one.example"], "authorities": "pem", "base": "dc=x",
                "sync": {"every_seconds": 60}}},
            "mapping": {"rules": [{"to": "missions", "value": {"from": "groups"}}]}
        });
        change(&mut record);
        let source: Source = serde_json::from_value(record).unwrap();
        Rules::of(&source, source.ldap().unwrap()).unwrap()
    }

    #[test]
    fn each_rule_that_shapes_the_outcome_is_part_of_it() {
        let before = rules(|_| {});
        for change in [
            |record: &mut Value| record["mapping"]["rules"] = json!([]),
            |record: &mut Value| record["cap"] = json!({"missions": ["BALTIC"]}),
            |record: &mut Value| record["trust"] = json!({"attributes": true}),
            |record: &mut Value| record["linking"] = json!({"create": "yes"}),
        ] {
            let after = rules(change);
            assert_ne!(before.outcome, after.outcome);
            assert_ne!(before.all, after.all);
        }
        for change in [
            |record: &mut Value| record["protocol"]["ldap"]["filter"] = json!("(uid=a)"),
            |record: &mut Value| record["protocol"]["ldap"]["base"] = json!("ou=people,dc=x"),
            |record: &mut Value| record["protocol"]["ldap"]["groups"] = json!({"base": "dc=x"}),
        ] {
            let after = rules(change);
            assert_eq!(
                before.outcome, after.outcome,
                "no entry says something else for it"
            );
            assert_ne!(before.all, after.all);
        }
    }

    #[test]
    fn what_shapes_nothing_is_no_part_of_it() {
        for change in [
            |record: &mut Value| record["name"] = json!("Another"),
            |record: &mut Value| record["protocol"]["ldap"]["timeout_seconds"] = json!(30),
            |record: &mut Value| record["protocol"]["ldap"]["sync"]["every_seconds"] = json!(30),
        ] {
            assert_eq!(rules(|_| {}), rules(change));
        }
    }
}
