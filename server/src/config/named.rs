// SPDX-License-Identifier: Apache-2.0
//! Lists of records, each with an id, and the files that records name.

use std::path::Path;

use serde_json::{Map, Value};

use super::ConfigError;

/// The most entries of one list.
const MOST: usize = 100;
/// The largest file that a record names.
const LARGEST_FILE: u64 = 1_024 * 1_024;

/// Whether one of them has that id.
pub(crate) fn has(records: &[Map<String, Value>], id: &str) -> bool {
    records
        .iter()
        .any(|record| record.get("id").and_then(Value::as_str) == Some(id))
}

/// What a file that a record names holds, without the end of its last line.
pub(crate) fn content(file: &str) -> Result<String, String> {
    let file = Path::new(file);
    let size = std::fs::metadata(file).map_err(|cause| cause.to_string())?.len();
    if size > LARGEST_FILE {
        return Err(format!("is larger than {LARGEST_FILE} bytes"));
    }
    let text = std::fs::read_to_string(file).map_err(|cause| cause.to_string())?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

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
