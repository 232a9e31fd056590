// SPDX-License-Identifier: Apache-2.0
//! A record is read: its shape, then what its values say. Every fault is named with its place.

use std::cell::RefCell;

use countersign_labels::Schemes;
use serde_json::Value;

use super::fault::Checks;
use super::{Cap, Protocol, Source};
use crate::{Fault, Role};

/// The longest identifier of a source.
const LONGEST_ID: usize = 64;
/// The most days for which a clearance from a source is good.
const MOST_DAYS: u32 = 3_650;

/// Reads a record, or says what is wrong with it and where.
pub fn read(record: Value) -> Result<Source, Vec<Fault>> {
    let source: Source = serde_path_to_error::deserialize(record).map_err(|fault| {
        vec![Fault {
            path: fault.path().to_string(),
            message: fault.inner().to_string(),
        }]
    })?;
    let faults = source.faults();
    if faults.is_empty() {
        Ok(source)
    } else {
        Err(faults)
    }
}

impl Source {
    /// What is wrong with it.
    pub fn faults(&self) -> Vec<Fault> {
        let found = RefCell::default();
        let at = Checks::new(&found);
        let id = self.id.as_str();
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if id.len() > LONGEST_ID || !id.bytes().all(fits) {
            at.member("id").fault(format_args!(
                "stands in addresses: 1 to {LONGEST_ID} of `a-z`, `0-9` and `-`"
            ));
        }
        at.member("name").text(&self.name);
        let of_protocol = at.member("protocol").member(self.protocol.name());
        match &self.protocol {
            Protocol::Ldap(settings) => settings.check(&of_protocol),
            Protocol::Oidc(settings) => settings.check(&of_protocol),
            Protocol::Saml(settings) => settings.check(&of_protocol),
        }
        at.member("offer").member("domains").domains(&self.offer.domains);
        self.trust.check(&at.member("trust"));
        self.linking.check(&at.member("linking"));
        self.mapping.check(&at.member("mapping"));
        self.cap.check(&at.member("cap"));
        found.into_inner()
    }
}

impl Cap {
    fn check(&self, at: &Checks<'_>) {
        let schemes = Schemes::builtin();
        for (scheme, level) in &self.levels {
            let known = schemes
                .scheme(scheme)
                .is_some_and(|found| found.level(level).is_some());
            if !known {
                at.member("levels")
                    .member(scheme)
                    .fault(format_args!("scheme `{scheme}` has no level `{level}`"));
            }
        }
        for (scheme, opened) in &self.compartments {
            let at = at.member("compartments").member(scheme);
            if !self.levels.contains_key(scheme) {
                at.fault("`levels` gives nothing in this scheme");
            }
            at.texts(opened, 1_000);
        }
        if self.missions.iter().any(crate::MissionId::is_every) {
            at.member("missions")
                .fault("`*` stands for every mission, and no source may give it");
        }
        if self.roles.contains(&Role::SecurityOfficer) {
            at.member("roles")
                .fault("no source makes anybody a security officer");
        }
        at.member("briefings").texts(&self.briefings, 1_000);
        if self.clearance_days > MOST_DAYS {
            at.member("clearance_days")
                .fault(format_args!("is at most {MOST_DAYS}"));
        }
        if self.clearance_days == 0 && !self.levels.is_empty() {
            at.member("clearance_days")
                .fault("is 0: no clearance that `levels` allows would last");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn oidc() -> Value {
        json!({"id": "mod", "name": "Ministry", "protocol": {"oidc": {
            "issuer": "https://idp.mod.example", "client_id": "countersign", "secret": {"sealed": "00ff"}}}})
    }

    fn ldap() -> Value {
        json!({"id": "dir", "name": "Directory", "protocol": {"ldap": {
            "urls": ["ldaps://ldap.mod.example"], "base": "ou=people,dc=mod,dc=example",
            "authorities": "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n",
            "sync": {}, "groups": {"base": "ou=groups,dc=mod,dc=example"}}}})
    }

    fn saml() -> Value {
        json!({"id": "saml", "name": "SAML", "protocol": {"saml": {
            "entity_id": "https://idp.mod.example/saml", "metadata": {"document": "<EntityDescriptor/>"}}}})
    }

    #[test]
    fn a_small_record_is_enough_and_trusts_nobody() {
        for record in [oidc(), ldap(), saml()] {
            let source = read(record).unwrap();
            assert!(!source.signs_in() && !source.trust.attributes);
            assert_eq!(source.cap, Cap::default());
            // What is written is read again as the same.
            let written = serde_json::to_value(&source).unwrap();
            assert_eq!(read(written).unwrap(), source);
        }
    }

    #[test]
    fn each_fault_names_its_place() {
        let cases = [
            (
                "/protocol/oidc/issuer",
                json!("http://idp.mod.example"),
                "protocol.oidc.issuer",
            ),
            (
                "/protocol/oidc/issuer",
                json!("https://u:p@idp.example"),
                "protocol.oidc.issuer",
            ),
            (
                "/protocol/oidc/algorithms",
                json!(["HS256"]),
                "protocol.oidc.algorithms",
            ),
            (
                "/protocol/oidc/algorithms",
                json!(["none"]),
                "protocol.oidc.algorithms",
            ),
            ("/protocol/oidc/scopes", json!(["email"]), "protocol.oidc.scopes"),
            (
                "/protocol/oidc/skew_seconds",
                json!(181),
                "protocol.oidc.skew_seconds",
            ),
            (
                "/protocol/oidc/authentication",
                json!("none"),
                "protocol.oidc.secret",
            ),
            ("/protocol/oidc/isuer", json!("x"), "protocol.oidc.isuer"),
            ("/id", json!("Mod"), "id"),
            ("/name", json!(""), "name"),
            ("/trust", json!({"domains": ["Mod.example"]}), "trust.domains[0]"),
            (
                "/trust",
                json!({"assurance": {"highest": "aal2", "contexts": {"gold": "aal3"}}}),
                "trust.assurance.contexts.gold",
            ),
            ("/linking", json!({"kind": "service"}), "linking.kind"),
            (
                "/cap",
                json!({"levels": {"NATO": "XX"}, "clearance_days": 1}),
                "cap.levels.NATO",
            ),
            ("/cap", json!({"levels": {"NATO": "NS"}}), "cap.clearance_days"),
            ("/cap", json!({"roles": ["security_officer"]}), "cap.roles"),
            ("/cap", json!({"missions": ["*"]}), "cap.missions"),
            (
                "/mapping",
                json!({"rules": [{"to": "username"}]}),
                "mapping.rules[0].value",
            ),
            (
                "/mapping",
                json!({"rules": [{"to": "username", "value": {}}]}),
                "mapping.rules[0].value",
            ),
            (
                "/mapping",
                json!({"rules": [{"to": "roles", "value": {"constant": "king"}}]}),
                "mapping.rules[0].value.constant",
            ),
            (
                "/mapping",
                json!({"rules": [{"to": "roles", "when": "has", "value": {"from": "x"}}]}),
                "mapping.rules[0].when",
            ),
            (
                "/mapping",
                json!({"rules": [{"to": "agency", "value": {"from": "o", "pattern": "(?<a>x", "give": "{a}"}}]}),
                "mapping.rules[0].value.pattern",
            ),
            (
                "/mapping",
                json!({"rules": [{"to": "agency", "value": {"from": "o", "pattern": "(?<a>x)", "give": "{b}"}}]}),
                "mapping.rules[0].value.give",
            ),
        ];
        for (pointer, value, place) in cases {
            let mut record = oidc();
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            record.pointer_mut(parent).unwrap()[name] = value.clone();
            let faults = read(record).unwrap_err();
            let places: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
            assert!(places.contains(&place), "{pointer} {value}: {faults:?}");
        }
    }

    #[test]
    fn a_directory_is_spoken_to_by_tls_alone() {
        for (url, starttls, good) in [
            ("ldap://ldap.mod.example", false, false),
            ("ldap://ldap.mod.example", true, true),
            ("ldaps://ldap.mod.example:1636", false, true),
            ("ldaps://ldap.mod.example", true, false),
            ("ldaps://ldap.mod.example/dc=x??sub", false, false),
            ("https://ldap.mod.example", false, false),
        ] {
            let mut record = ldap();
            record["protocol"]["ldap"]["urls"] = json!([url]);
            record["protocol"]["ldap"]["starttls"] = json!(starttls);
            assert_eq!(read(record).is_ok(), good, "{url} {starttls}");
        }
    }

    #[test]
    fn a_name_that_changes_each_time_needs_an_attribute() {
        let mut record = saml();
        record["protocol"]["saml"]["name_id"] = json!("transient");
        assert_eq!(
            read(record.clone()).unwrap_err()[0].path,
            "protocol.saml.subject_attribute"
        );
        record["protocol"]["saml"]["subject_attribute"] = json!("uid");
        assert!(read(record).is_ok());
    }
}
