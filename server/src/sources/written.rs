// SPDX-License-Identifier: Apache-2.0
//! A record as somebody writes it becomes the record that is kept: its secret is sealed, or taken over from
//! the record before.

use authn::secret::Sealer;
use countersign_authn as authn;
use countersign_directory::source::{self, Protocol, Sealed, Source, State};
use countersign_directory::{Fault, SourceId};
use rand::CryptoRng;
use serde_json::{Value, json};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

/// The longest secret, in bytes.
const LONGEST_SECRET: usize = 1_000;

/// Makes the record that is kept. A secret that is not given is taken over from `old`, if it goes nowhere
/// else than before.
pub fn kept(
    mut record: Value,
    id: &SourceId,
    old: Option<&Source>,
    sealer: &Sealer,
    rng: &mut impl CryptoRng,
) -> Result<Source, Vec<Fault>> {
    let Some(members) = record.as_object_mut() else {
        return Err(fault("$", "an object is expected"));
    };
    let named = members.entry("id").or_insert_with(|| json!(id));
    if *named != json!(id) {
        return Err(fault("id", &format!("is not `{id}`, which the address names")));
    }
    let place = secret_place(&record);
    let mut is_taken_over = false;
    if let Some((place, path)) = &place {
        let held = old.and_then(|old| old.protocol.secret());
        let given = record.pointer_mut(place).map(Value::take);
        let new = match given {
            Some(Value::String(text)) => Some(seal(id, held, Zeroizing::new(text), path, sealer, rng)?),
            None | Some(Value::Null) => {
                is_taken_over = true;
                needs_secret(&record).then(|| held.cloned()).flatten()
            }
            // As it is shown.
            Some(Value::Object(shown)) if shown.len() == 1 && shown.contains_key("set") => {
                is_taken_over = true;
                held.cloned()
            }
            Some(_) => return Err(fault(path, "is a text; it is never given sealed")),
        };
        put(&mut record, place, new.as_ref());
    }
    let source = source::read(record)?;
    let moves = is_taken_over
        && source.protocol.secret().is_some()
        && !old.is_some_and(|old| source.protocol.sends_secret_where(&old.protocol));
    if moves {
        let path = place.map_or_else(String::new, |(_, path)| path);
        return Err(fault(
            &path,
            "is missing: it is given anew where it would be sent elsewhere than before",
        ));
    }
    Ok(source)
}

/// What is wrong, in one line.
pub fn told(faults: &[Fault]) -> String {
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    faults.join("; ")
}

/// Whether a source counts, as it is written.
pub fn word(state: State) -> &'static str {
    match state {
        State::Active => "active",
        State::Disabled => "disabled",
    }
}

/// Where in a record its secret stands: as a pointer, and as it is told.
fn secret_place(record: &Value) -> Option<(String, String)> {
    let protocol = record.get("protocol")?.as_object()?;
    let (name, _) = protocol.iter().next()?;
    let member = Protocol::secret_member(name)?;
    Some((
        format!("/protocol/{name}/{member}"),
        format!("protocol.{name}.{member}"),
    ))
}

fn needs_secret(record: &Value) -> bool {
    let is_basic = |oidc: &Value| {
        let how = oidc.get("authentication").and_then(Value::as_str);
        how.is_none_or(|how| how.starts_with("client_secret"))
    };
    record.pointer("/protocol/oidc").is_some_and(is_basic)
        || record
            .pointer("/protocol/ldap/bind_dn")
            .is_some_and(Value::is_string)
}

/// The same secret again stays as it was sealed: it is no change.
fn seal(
    id: &SourceId,
    held: Option<&Sealed>,
    secret: Zeroizing<String>,
    path: &str,
    sealer: &Sealer,
    rng: &mut impl CryptoRng,
) -> Result<Sealed, Vec<Fault>> {
    if secret.is_empty() || secret.len() > LONGEST_SECRET {
        return Err(fault(path, &format!("has 1 to {LONGEST_SECRET} bytes")));
    }
    let purpose = source::purpose(id);
    if let Some(held) = held
        && let Ok(opened) = sealer.open(&purpose, held.as_bytes())
        && bool::from(opened.as_slice().ct_eq(secret.as_bytes()))
    {
        return Ok(held.clone());
    }
    sealer
        .seal(&purpose, secret.as_bytes(), rng)
        .map(Sealed::new)
        .map_err(|cause| fault(path, &cause.to_string()))
}

fn put(record: &mut Value, place: &str, sealed: Option<&Sealed>) {
    let Some((parent, member)) = place.rsplit_once('/') else {
        return;
    };
    let Some(members) = record.pointer_mut(parent).and_then(Value::as_object_mut) else {
        return;
    };
    match sealed {
        Some(sealed) => members.insert(member.to_owned(), json!(sealed)),
        None => members.remove(member),
    };
}

fn fault(path: &str, message: &str) -> Vec<Fault> {
    vec![Fault {
        path: path.to_owned(),
        message: message.to_owned(),
    }]
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand::rngs::StdRng;

    use super::*;

    fn shown(source: &Source) -> Value {
        let mut record = json!(source);
        source::veil(&mut record);
        record
    }

    fn record(changes: &[(&str, Value)]) -> Value {
        let mut record = json!({"name": "Ministry", "protocol": {"oidc": {
            "issuer": "https://idp.mod.example", "client_id": "countersign"}}});
        for (pointer, value) in changes {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            record.pointer_mut(parent).unwrap()[name] = value.clone();
        }
        record
    }

    fn keep(record: Value, old: Option<&Source>) -> Result<Source, String> {
        let sealer = Sealer::new(&[7; 32]).unwrap();
        let rng = &mut StdRng::seed_from_u64(1);
        kept(record, &"mod".parse().unwrap(), old, &sealer, rng).map_err(|faults| told(&faults))
    }

    #[test]
    fn a_secret_is_sealed_for_its_source_and_never_shown() {
        let source = keep(record(&[("/protocol/oidc/secret", json!("hunter2"))]), None).unwrap();
        let held = source.protocol.secret().unwrap();
        let sealer = Sealer::new(&[7; 32]).unwrap();
        assert_eq!(
            sealer.open("source/mod", held.as_bytes()).unwrap().as_slice(),
            b"hunter2"
        );
        assert!(sealer.open("source/other", held.as_bytes()).is_err());
        let told = shown(&source);
        assert_eq!(
            told["protocol"]["oidc"]["secret"],
            json!({"set": held.fingerprint()})
        );
        assert!(!told.to_string().contains("sealed"));
    }

    #[test]
    fn a_secret_is_taken_over_only_where_it_goes_nowhere_else() {
        let secret = ("/protocol/oidc/secret", json!("hunter2"));
        let old = keep(record(std::slice::from_ref(&secret)), None).unwrap();
        let same = keep(record(&[("/name", json!("Renamed"))]), Some(&old)).unwrap();
        assert_eq!(same.protocol, old.protocol);
        // What was shown may be sent back.
        let shown = keep(shown(&old), Some(&old)).unwrap();
        assert_eq!(shown, old);
        let again = keep(record(&[secret]), Some(&old)).unwrap();
        assert_eq!(again, old, "the same secret is no change");
        let elsewhere = record(&[("/protocol/oidc/issuer", json!("https://evil.example"))]);
        let fault = keep(elsewhere, Some(&old)).unwrap_err();
        assert!(fault.contains("protocol.oidc.secret"), "{fault}");
        let sealed = record(&[("/protocol/oidc/secret", json!({"sealed": "00"}))]);
        assert!(keep(sealed, Some(&old)).is_err());
        let none = record(&[("/protocol/oidc/authentication", json!("none"))]);
        assert_eq!(keep(none, Some(&old)).unwrap().protocol.secret(), None);
        assert!(keep(record(&[]), None).is_err());
        assert!(keep(record(&[("/id", json!("other"))]), Some(&old)).is_err());
    }
}
