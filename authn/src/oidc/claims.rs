// SPDX-License-Identifier: Apache-2.0
//! What clients learn about a person (OpenID Connect Core, section 5.1), by the scopes granted.

use countersign_directory::Person;
use countersign_directory::id::PersonId;
use serde_json::{Map, Value, json};

/// Adds the claims about `person` that `scope` opens.
pub fn about(id: &PersonId, person: &Person, scope: &str, claims: &mut Map<String, Value>) {
    let has = |name: &str| scope.split(' ').any(|granted| granted == name);
    if has("profile") {
        claims.insert("preferred_username".into(), id.as_str().into());
        if let Some(name) = &person.display_name {
            claims.insert("name".into(), name.as_str().into());
        }
    }
    if let (true, Some(email)) = (has("email"), &person.email) {
        claims.insert("email".into(), email.as_str().into());
        // The directory is the source of the address; people cannot set it.
        claims.insert("email_verified".into(), true.into());
    }
    if has("affiliation") {
        if let Some(agency) = &person.agency {
            claims.insert("organisation".into(), agency.as_str().into());
        }
        claims.insert("groups".into(), json!(person.missions));
        claims.insert("roles".into(), json!(person.roles));
        claims.insert("nationality".into(), json!(person.nationalities));
    }
}

/// Adds for what a person is cleared at a connected server: the highest level of each scheme, `NATO:NS`, and
/// compartments, `NATO:ATOMAL`.
pub fn cleared_for(levels: &[String], compartments: &[String], claims: &mut Map<String, Value>) {
    claims.insert("clearance".into(), json!(levels));
    claims.insert("compartments".into(), json!(compartments));
}
