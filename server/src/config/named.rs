// SPDX-License-Identifier: Apache-2.0
//! Lists of records, each with an id: what can be seen of them without reading one.

use serde_json::{Map, Value};

use super::ConfigError;

/// The most entries of one list.
const MOST: usize = 100;

/// Each record of `list` has an id of its own.
pub(super) fn check(list: &str, records: &[Map<String, Value>]) -> Result<(), ConfigError> {
    let fault = |key: String, message: String| Err(ConfigError::Key { key, message });
    if records.len() > MOST {
        return fault(list.to_owned(), format!("has at most {MOST} entries"));
    }
    let mut ids = Vec::new();
    for (index, record) in records.iter().enumerate() {
        let Some(id) = record.get("id").and_then(Value::as_str) else {
            return fault(format!("{list}[{index}].id"), "is missing".to_owned());
        };
        if ids.contains(&id) {
            return fault(format!("{list}[{index}].id"), "stands there twice".to_owned());
        }
        ids.push(id);
    }
    Ok(())
}
