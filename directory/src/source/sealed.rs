// SPDX-License-Identifier: Apache-2.0
//! A secret of a source as the record keeps it: sealed under the house's master key, for that source
//! alone. This room cannot open it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use crate::{ParametersHash, SourceId};

/// The longest sealed secret, in bytes.
const LONGEST: usize = 4_096;

/// Sealed bytes. Neither they nor what they hide is ever shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Vec<u8>);

impl Sealed {
    /// Bytes that the house sealed for [`purpose`].
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The bytes, for the house to open.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// A short name of these very bytes: it tells one secret from its successor and nothing of either.
    pub fn fingerprint(&self) -> String {
        let hash = String::from(ParametersHash::of_bytes(&self.0));
        hash.chars().take(12).collect()
    }
}

/// The place for which a source's secret is sealed: it opens nowhere else.
pub fn purpose(source: &SourceId) -> String {
    format!("source/{source}")
}

/// Puts in the place of each sealed secret in a written record what may be seen of it: `{"set": …}`.
pub fn veil(record: &mut Value) {
    match record {
        Value::Array(items) => items.iter_mut().for_each(veil),
        Value::Object(members) if members.len() == 1 && members.contains_key("sealed") => {
            let sealed = members.get("sealed").and_then(Value::as_str).unwrap_or_default();
            let name = Sealed(hex::decode(sealed).unwrap_or_default()).fingerprint();
            *record = json!({ "set": name });
        }
        Value::Object(members) => members.values_mut().for_each(veil),
        Value::Bool(_) | Value::Null | Value::Number(_) | Value::String(_) => {}
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(redacted)")
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    sealed: String,
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let sealed = hex::encode(&self.0);
        Written { sealed }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Written { sealed } = Written::deserialize(from)?;
        if sealed.len() > 2 * LONGEST {
            return Err(serde::de::Error::custom("a sealed secret has at most 4096 bytes"));
        }
        hex::decode(sealed)
            .map(Self)
            .map_err(|_| serde::de::Error::custom("a sealed secret is hexadecimal"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_secret_does_not_print() {
        let sealed = Sealed::new(vec![0xab; 20]);
        assert_eq!(format!("{sealed:?}"), "Sealed(redacted)");
        let text = serde_json::to_string(&sealed).unwrap();
        assert_eq!(serde_json::from_str::<Sealed>(&text).unwrap(), sealed);
        assert_ne!(sealed.fingerprint(), Sealed::new(vec![0xac; 20]).fingerprint());
    }
}
