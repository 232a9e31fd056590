// SPDX-License-Identifier: Apache-2.0
//! `[[sources]]`: where people come from. The records themselves are read by the directory; docs/sources.md
//! has every key.

use serde_json::{Map, Value};

use super::ConfigError;

/// No secret stands in the configuration itself.
pub(super) fn check(records: &[Map<String, Value>]) -> Result<(), ConfigError> {
    for (index, record) in records.iter().enumerate() {
        let protocols = record.get("protocol").and_then(Value::as_object);
        for (protocol, settings) in protocols.into_iter().flatten() {
            for secret in ["secret", "password"] {
                if settings.get(secret).is_some() {
                    let key = format!("sources[{index}].protocol.{protocol}.{secret}");
                    return Err(ConfigError::Key {
                        key,
                        message: "does not stand here: name its file, with `_file` at the end of the key"
                            .to_owned(),
                    });
                }
            }
        }
    }
    Ok(())
}
