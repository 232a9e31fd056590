// SPDX-License-Identifier: Apache-2.0
//! Claims as attributes: each name with its values as text. An object's members stand below its name,
//! with a dot between (`realm_access.roles`). What is about the token and not about the person is left out.

use countersign_directory::source::Attributes;
use serde_json::{Map, Value};

use super::Fault;

const MOST_ATTRIBUTES: usize = 300;
const MOST_VALUES: usize = 2000;
const LONGEST_VALUE: usize = 8 * 1024;
const DEEPEST: usize = 4;

/// Claims about the token itself.
const ABOUT_THE_TOKEN: [&str; 11] = [
    "at_hash", "aud", "azp", "c_hash", "exp", "iat", "iss", "jti", "nbf", "nonce", "sid",
];

/// Adds what `claims` say to `attributes`; what is there already stays.
pub fn add(claims: &Map<String, Value>, attributes: &mut Attributes) -> Result<(), Fault> {
    let mut said = Attributes::new();
    for (name, value) in claims {
        if !ABOUT_THE_TOKEN.contains(&name.as_str()) {
            read(name.clone(), value, DEEPEST, &mut said)?;
        }
    }
    for (name, values) in said {
        attributes.entry(name).or_insert(values);
    }
    if attributes.len() > MOST_ATTRIBUTES {
        return Err(Fault::Unreadable("a person with so many attributes"));
    }
    Ok(())
}

fn read(name: String, value: &Value, deeper: usize, said: &mut Attributes) -> Result<(), Fault> {
    match value {
        Value::Null => Ok(()),
        Value::Object(members) => {
            let deeper = deeper
                .checked_sub(1)
                .ok_or(Fault::Unreadable("a claim that nests so deep"))?;
            for (member, value) in members {
                read(format!("{name}.{member}"), value, deeper, said)?;
            }
            Ok(())
        }
        Value::Array(values) => {
            if values.len() > MOST_VALUES {
                return Err(Fault::Unreadable("a claim with so many values"));
            }
            // An empty list says that there is none, which is more than saying nothing.
            said.entry(name.clone()).or_default();
            for value in values {
                match value {
                    Value::Array(_) | Value::Object(_) | Value::Null => {}
                    scalar => push(&name, scalar, said)?,
                }
            }
            Ok(())
        }
        scalar => push(&name, scalar, said),
    }
}

fn push(name: &str, scalar: &Value, said: &mut Attributes) -> Result<(), Fault> {
    let text = match scalar {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.len() > LONGEST_VALUE || name.len() > LONGEST_VALUE || said.len() > MOST_ATTRIBUTES {
        return Err(Fault::Unreadable("a claim of that size"));
    }
    let values = said.entry(name.to_owned()).or_default();
    if values.len() >= MOST_VALUES {
        return Err(Fault::Unreadable("a claim with so many values"));
    }
    values.push(text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn attributes(claims: &Value) -> Result<Attributes, Fault> {
        let mut attributes = Attributes::new();
        add(claims.as_object().unwrap(), &mut attributes)?;
        Ok(attributes)
    }

    #[test]
    fn claims_become_names_with_values() {
        let said = attributes(&json!({
            "sub": "s", "iss": "x", "nonce": "n",
            "groups": ["a", "b", 3, {"no": 1}],
            "none": [],
            "email_verified": true,
            "realm_access": { "roles": ["r"] },
            "null": null,
        }))
        .unwrap();
        assert_eq!(said["groups"], ["a", "b", "3"]);
        assert_eq!(said["none"], [""; 0]);
        assert_eq!(said["email_verified"], ["true"]);
        assert_eq!(said["realm_access.roles"], ["r"]);
        assert!(!said.contains_key("iss") && !said.contains_key("nonce") && !said.contains_key("null"));
    }

    #[test]
    fn what_is_too_much_is_refused_and_not_cut() {
        let deep = json!({ "a": { "b": { "c": { "d": { "e": { "f": "g" } } } } } });
        let many: Map<String, Value> = (0..=MOST_ATTRIBUTES)
            .map(|n| (format!("a{n}"), json!(1)))
            .collect();
        for claims in [
            deep,
            json!({ "a": "x".repeat(LONGEST_VALUE + 1) }),
            json!({ "a": vec![1; MOST_VALUES + 1] }),
            Value::Object(many),
        ] {
            assert!(attributes(&claims).is_err());
        }
    }
}
