// SPDX-License-Identifier: Apache-2.0
//! `[[sources]]`: where people come from. The records themselves are read by the directory; docs/sources.md
//! has every key.

use serde_json::{Map, Value};

use super::ConfigError;

/// The most sources.
const MOST: usize = 100;

/// What can be seen without opening a file.
pub(super) fn check(records: &[Map<String, Value>]) -> Result<(), ConfigError> {
    let fault = |key: String, message: &str| {
        Err(ConfigError::Key {
            key,
            message: message.into(),
        })
    };
    if records.len() > MOST {
        return fault("sources".into(), "has at most 100 entries");
    }
    let mut ids = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let Some(id) = record.get("id").and_then(Value::as_str) else {
            return fault(format!("sources[{index}].id"), "is missing");
        };
        if ids.contains(&id) {
            return fault(format!("sources[{index}].id"), "is that of another source");
        }
        ids.push(id);
        let protocols = record.get("protocol").and_then(Value::as_object);
        for (protocol, settings) in protocols.into_iter().flatten() {
            for secret in ["secret", "password"] {
                if settings.get(secret).is_some() {
                    let key = format!("sources[{index}].protocol.{protocol}.{secret}");
                    return fault(
                        key,
                        "does not stand here: name its file, with `_file` at the end of the key",
                    );
                }
            }
        }
    }
    Ok(())
}
