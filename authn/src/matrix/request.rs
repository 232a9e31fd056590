// SPDX-License-Identifier: Apache-2.0
//! Requests between servers, signed by their origin (server-server API, section "Request authentication").

use serde_json::{Map, Value};

use super::canonical::NotCanonical;
use super::key::{SigningKey, VerifyKey};

/// The longest `Authorization` that is read, bytes.
const LONGEST: usize = 2_048;

/// Who says that it is asking, and the proof, not yet checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The server that asks.
    pub origin: String,
    /// Whom it asks, where it says so.
    pub destination: Option<String>,
    /// The name of its key.
    pub key: String,
    signature: String,
}

impl Claim {
    /// Reads an `Authorization` of the scheme `X-Matrix`.
    pub fn read(authorization: &str) -> Option<Self> {
        if authorization.len() > LONGEST {
            return None;
        }
        let (scheme, rest) = authorization.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("x-matrix") {
            return None;
        }
        let (mut origin, mut destination, mut key, mut signature) = (None, None, None, None);
        for (name, value) in parameters(rest)? {
            let place = match name.to_ascii_lowercase().as_str() {
                "origin" => &mut origin,
                "destination" => &mut destination,
                "key" => &mut key,
                "sig" => &mut signature,
                _ => continue,
            };
            // One that is there twice says neither this nor that.
            if place.replace(value).is_some() {
                return None;
            }
        }
        Some(Self {
            origin: origin?,
            destination,
            key: key?,
            signature: signature?,
        })
    }

    /// Whether `key` signed this very request to `us`.
    pub fn fits(&self, key: &VerifyKey, method: &str, uri: &str, us: &str, content: Option<&Value>) -> bool {
        self.destination.as_deref().is_none_or(|named| named == us)
            && key.fits(&signed(method, uri, &self.origin, us, content), &self.signature)
    }
}

/// The `Authorization` of a request of ours.
pub fn authorization(
    key: &SigningKey,
    us: &str,
    method: &str,
    uri: &str,
    destination: &str,
    content: Option<&Value>,
) -> Result<String, NotCanonical> {
    let signature = key.signature(&signed(method, uri, us, destination, content))?;
    Ok(format!(
        "X-Matrix origin=\"{us}\",destination=\"{destination}\",key=\"{}\",sig=\"{signature}\"",
        key.id()
    ))
}

fn signed(
    method: &str,
    uri: &str,
    origin: &str,
    destination: &str,
    content: Option<&Value>,
) -> Map<String, Value> {
    let mut members = Map::new();
    for (name, value) in [
        ("method", method),
        ("uri", uri),
        ("origin", origin),
        ("destination", destination),
    ] {
        members.insert(name.to_owned(), value.into());
    }
    members.extend(content.map(|content| ("content".to_owned(), content.clone())));
    members
}

/// `name=value` or `name="value"`, between commas.
fn parameters(text: &str) -> Option<Vec<(&str, String)>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let (value, after) = if let Some(quoted) = after.strip_prefix('"') {
            unquoted(quoted)?
        } else {
            let (value, _) = after.split_once(',').unwrap_or((after, ""));
            (value.trim().to_owned(), after.strip_prefix(value)?)
        };
        found.push((name.trim(), value));
        rest = match after.trim_start() {
            "" => "",
            more => more.strip_prefix(',')?.trim_start(),
        };
    }
    Some(found)
}

fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_request_is_recognised_and_no_other() {
        let key = SigningKey::from_seed("ed25519:1", &[7; 32]).unwrap();
        let public = VerifyKey::read(&key.public()).unwrap();
        let body = json!({"a": 1});
        let sent = authorization(&key, "them:1", "PUT", "/x?y=%20", "us:2", Some(&body)).unwrap();
        let claim = Claim::read(&sent).unwrap();
        assert_eq!(
            (claim.origin.as_str(), claim.key.as_str()),
            ("them:1", "ed25519:1")
        );
        assert!(claim.fits(&public, "PUT", "/x?y=%20", "us:2", Some(&body)));
        for (method, uri, us, content) in [
            ("GET", "/x?y=%20", "us:2", Some(&body)),
            ("PUT", "/x", "us:2", Some(&body)),
            ("PUT", "/x?y=%20", "us:3", Some(&body)),
            ("PUT", "/x?y=%20", "us:2", None),
        ] {
            assert!(
                !claim.fits(&public, method, uri, us, content),
                "{method} {uri} {us}"
            );
        }
    }

    #[test]
    fn headers_are_read_quoted_or_not_and_never_with_a_parameter_twice() {
        let claim = |text: &str| Claim::read(text).map(|claim| (claim.origin, claim.key, claim.signature));
        let read = Some(("a".to_owned(), "k".to_owned(), "s=".to_owned()));
        assert_eq!(claim("X-Matrix origin=a,key=k,sig=s="), read);
        assert_eq!(claim("x-matrix origin=\"a\", key=\"k\" ,sig=\"s=\",more=1"), read);
        assert_eq!(claim("X-Matrix origin=a,origin=b,key=k,sig=s"), None);
        assert_eq!(claim("X-Matrix origin=a,key=\"k,sig=s"), None);
        assert_eq!(claim("Bearer a"), None);
        assert_eq!(claim("X-Matrix"), None);
    }
}
