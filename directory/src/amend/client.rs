// SPDX-License-Identifier: Apache-2.0
//! Which parts of a changed application may let somebody do more: sign in to it from elsewhere or more
//! weakly, be told of where she was not, learn more of people. A part that is not named here counts.

use serde_json::{Map, Value};

use crate::Client;
use crate::source::Level;

/// A rule: whether a part only narrows as `old` becomes `new`.
type Narrows = fn(&Value, &Value) -> bool;

/// The parts of which some changes only narrow.
const RULES: &[(&str, Narrows)] = &[
    ("admits", admits_narrow),
    ("consent", |_, new| new == "ask"),
    ("grants", is_part_of),
    ("introspects", is_part_of),
    ("level", rises::<Level>),
    ("max_age", |old, new| {
        new.as_i64()
            .is_some_and(|new| old.as_i64().is_none_or(|old| new <= old))
    }),
    // What people read.
    ("name", |_, _| true),
    ("pkce", |_, new| new == "required"),
    ("post_logout_redirect_uris", is_part_of),
    ("redirect_uris", is_part_of),
    ("reports_posture", turned_off),
    ("require_pushed_authorization_requests", turned_on),
    ("scopes", |old, new| {
        !new.is_null() && (old.is_null() || is_part_of(old, new))
    }),
    ("tls_client_certificate_bound_access_tokens", turned_on),
    ("saml.attributes", is_part_of),
    ("saml.consumers", is_part_of),
    ("saml.encrypt", |old, new| {
        order(new, ENCRYPT) >= order(old, ENCRYPT) && order(new, ENCRYPT).is_some()
    }),
    ("saml.idp_initiated", turned_off),
    ("saml.name_id_formats", is_part_of),
    ("saml.requests_signed", turned_on),
    ("saml.signing", is_part_of),
    ("saml.valid_until", |old, new| {
        // Both are moments of one form, in UTC: they sort as they follow.
        new.as_str()
            .is_some_and(|new| old.as_str().is_none_or(|old| new <= old))
    }),
];

/// How careful each is.
const ENCRYPT: &[&str] = &["never", "when_possible", "required"];

/// The parts that may widen.
pub(super) fn widening(old: &Client, new: &Client) -> Vec<&'static str> {
    let (old, new) = (old.parts(), new.parts());
    let is_same = |name: &str| part(&old, name) == part(&new, name);
    let mut wider: Vec<&'static str> = RULES
        .iter()
        .filter(|(name, narrows)| !is_same(name) && !narrows(part(&old, name), part(&new, name)))
        .map(|(name, _)| *name)
        .collect();
    for name in old.keys().chain(new.keys()) {
        let is_ruled = RULES.iter().any(|(ruled, _)| ruled == name);
        if !is_ruled && !is_same(name) {
            wider.push(named(name));
        }
    }
    wider.sort_unstable();
    wider.dedup();
    wider
}

/// The parts that always count, by name. Whatever else there will be is told as a whole.
fn named(name: &str) -> &'static str {
    const KNOWN: &[&str] = &[
        "acr_values",
        "assertion_audience",
        "backchannel_logout_uri",
        "id",
        "id_token_algorithm",
        "jwks",
        "refresh_reuse",
        "saml",
        "saml.encryption",
        "saml.encryption_methods",
        "saml.entity_id",
        "saml.logout",
        "saml.name_id",
        "server",
        "subject_type",
        "tls_certificates",
        "tls_dns_name",
        "token_endpoint_auth_method",
    ];
    KNOWN
        .iter()
        .find(|known| **known == name)
        .copied()
        .unwrap_or("everything")
}

fn part<'a>(parts: &'a Map<String, Value>, name: &str) -> &'a Value {
    parts.get(name).unwrap_or(&Value::Null)
}

/// A list of which every item was there before. No list is an empty one.
fn is_part_of(old: &Value, new: &Value) -> bool {
    fn items(list: &Value) -> Option<&[Value]> {
        match list {
            Value::Null => Some(&[]),
            Value::Array(items) => Some(items),
            _ => None,
        }
    }
    match (items(old), items(new)) {
        (Some(old), Some(new)) => new.iter().all(|item| old.contains(item)),
        _ => false,
    }
}

/// Who is admitted: each line that says something keeps others out.
fn admits_narrow(old: &Value, new: &Value) -> bool {
    let Some(new) = new.as_object() else { return false };
    let is_kept = |(name, was): (&String, &Value)| {
        was.is_null()
            || new
                .get(name)
                .is_some_and(|now| !now.is_null() && is_part_of(was, now))
    };
    let kept = old.as_object().is_none_or(|old| old.iter().all(is_kept));
    let known = |name: &String| ["agencies", "missions", "roles"].contains(&name.as_str());
    kept && new.keys().all(known)
}

fn rises<T: serde::de::DeserializeOwned + Ord>(old: &Value, new: &Value) -> bool {
    let read = |value: &Value| serde_json::from_value::<T>(value.clone()).ok();
    match (read(old), read(new)) {
        (Some(old), Some(new)) => new >= old,
        _ => false,
    }
}

fn order(value: &Value, words: &[&str]) -> Option<usize> {
    words.iter().position(|word| value == word)
}

fn turned_on(_: &Value, new: &Value) -> bool {
    *new == true
}

/// What is not said is off.
fn turned_off(_: &Value, new: &Value) -> bool {
    new.is_null() || *new == false
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn service(changes: &[(&str, Value)]) -> Client {
        let mut record = json!({
            "id": "wiki", "name": "Wiki", "level": "aal2", "consent": "given", "scopes": ["profile", "email"],
            "saml": {
                "entity_id": "https://wiki.example", "signing": ["one", "two"], "encryption": ["three"],
                "consumers": [{"index": 0, "location": "https://wiki.example/acs", "is_default": true}],
                "logout": [], "encrypt": "when_possible", "requests_signed": false, "idp_initiated": false,
                "valid_until": "2027-01-01T00:00:00Z", "name_id": "persistent",
                "attributes": [{"name": "uid", "fact": "username"}, {"name": "mail", "fact": "email"}],
            },
        });
        for (at, value) in changes {
            let (path, last) = at.rsplit_once('/').unwrap();
            let holder = record.pointer_mut(path).unwrap().as_object_mut().unwrap();
            if value.is_null() {
                holder.remove(last);
            } else {
                holder.insert((*last).to_owned(), value.clone());
            }
        }
        serde_json::from_value(record).unwrap()
    }

    fn wider(changes: &[(&str, Value)]) -> Vec<&'static str> {
        widening(&service(&[]), &service(changes))
    }

    #[test]
    fn what_only_narrows_is_one_persons_to_do() {
        for change in [
            ("/name", json!("Other")),
            ("/level", json!("aal3")),
            ("/consent", json!("ask")),
            ("/max_age", json!(60)),
            ("/scopes", json!(["profile"])),
            ("/scopes", json!([])),
            ("/admits", json!({"roles": ["member"]})),
            ("/saml/signing", json!(["one"])),
            ("/saml/encrypt", json!("required")),
            ("/saml/requests_signed", json!(true)),
            ("/saml/valid_until", json!("2026-12-01T00:00:00Z")),
            ("/saml/attributes", json!([{"name": "mail", "fact": "email"}])),
            ("/saml/consumers", json!([])),
        ] {
            assert_eq!(
                wider(std::slice::from_ref(&change)),
                Vec::<&str>::new(),
                "{change:?}"
            );
        }
    }

    #[test]
    fn what_may_widen_takes_a_second_one() {
        let acs = |at: &str| json!({"index": 0, "location": at, "is_default": true});
        for (at, value, name) in [
            ("/level", json!("aal1"), "level"),
            ("/level", Value::Null, "level"),
            ("/level", json!("best"), "level"),
            ("/scopes", Value::Null, "scopes"),
            ("/scopes", json!(["clearance"]), "scopes"),
            ("/server", json!("chat"), "server"),
            ("/grants", json!(["authorization_code"]), "grants"),
            ("/unheard_of", json!(1), "everything"),
            ("/saml/signing", json!(["one", "three"]), "saml.signing"),
            ("/saml/encryption", json!([]), "saml.encryption"),
            ("/saml/encrypt", json!("never"), "saml.encrypt"),
            ("/saml/encrypt", json!("rot13"), "saml.encrypt"),
            ("/saml/requests_signed", Value::Null, "saml.requests_signed"),
            ("/saml/idp_initiated", json!(true), "saml.idp_initiated"),
            ("/saml/valid_until", Value::Null, "saml.valid_until"),
            (
                "/saml/valid_until",
                json!("2027-01-01T00:00:01Z"),
                "saml.valid_until",
            ),
            (
                "/saml/logout",
                json!([{"location": "https://evil.example"}]),
                "saml.logout",
            ),
            (
                "/saml/entity_id",
                json!("https://other.example"),
                "saml.entity_id",
            ),
            ("/saml/name_id", json!("email"), "saml.name_id"),
            (
                "/saml/attributes",
                json!([{"name": "uid", "fact": "clearance"}]),
                "saml.attributes",
            ),
            (
                "/saml/consumers",
                json!([acs("https://wiki.example/acs"), acs("https://evil.example")]),
                "saml.consumers",
            ),
            ("/saml/consumers", json!({}), "saml.consumers"),
        ] {
            assert_eq!(wider(&[(at, value.clone())]), [name], "{at} {value}");
        }
    }

    #[test]
    fn who_is_admitted_narrows_line_by_line() {
        let with = |admits: Value| service(&[("/admits", admits)]);
        let narrows = |old: Value, new: Value| widening(&with(old), &with(new)).is_empty();
        let two = json!({"roles": ["member", "owner"]});
        assert!(narrows(two.clone(), json!({"roles": ["member"]})));
        assert!(narrows(
            two.clone(),
            json!({"roles": ["owner"], "agencies": ["de-mod"]})
        ));
        assert!(!narrows(two.clone(), json!({"roles": ["auditor"]})));
        assert!(!narrows(two.clone(), json!({"agencies": ["de-mod"]})));
        assert!(!narrows(two.clone(), json!({"roles": null})));
        assert!(!narrows(two, Value::Null));
    }
}
