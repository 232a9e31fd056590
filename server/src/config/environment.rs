// SPDX-License-Identifier: Apache-2.0
//! `COUNTERSIGN_SECTION__KEY=value`: the same keys as the file, one level down per double underscore.

use super::ConfigError;

const PREFIX: &str = "COUNTERSIGN_";
/// Names that the test harness owns; the product ignores them.
const RESERVED: [&str; 2] = ["COUNTERSIGN_BIN", "COUNTERSIGN_TEST_"];

/// Lays the variables that carry our prefix over `table`.
pub(super) fn overlay(
    table: &mut toml::Table,
    variables: impl Iterator<Item = (String, String)>,
) -> Result<(), ConfigError> {
    for (name, value) in variables {
        let Some(key) = name.strip_prefix(PREFIX) else {
            continue;
        };
        if RESERVED.iter().any(|reserved| name.starts_with(reserved)) {
            continue;
        }
        set(table, &key.to_lowercase(), &value)?;
    }
    Ok(())
}

fn set(table: &mut toml::Table, key: &str, value: &str) -> Result<(), ConfigError> {
    match key.split_once("__") {
        None => {
            table.insert(key.to_owned(), typed(value));
            Ok(())
        }
        Some((section, rest)) => {
            let entry = table
                .entry(section.to_owned())
                .or_insert_with(|| toml::Value::Table(toml::Table::new()));
            match entry {
                toml::Value::Table(inner) => set(inner, rest, value),
                _ => Err(ConfigError::Key {
                    key: section.to_owned(),
                    message: format!("is a value, yet the environment sets `{section}.{rest}`"),
                }),
            }
        }
    }
}

/// Numbers, truth values and lists (`[…]`, as in the file) as such; everything else is text.
fn typed(value: &str) -> toml::Value {
    if value.starts_with('[')
        && let Ok(mut list) = format!("list = {value}").parse::<toml::Table>()
        && let Some(list) = list.remove("list")
    {
        return list;
    }
    match (value.parse::<i64>(), value) {
        (Ok(number), _) => toml::Value::Integer(number),
        (_, "true") => toml::Value::Boolean(true),
        (_, "false") => toml::Value::Boolean(false),
        _ => toml::Value::String(value.to_owned()),
    }
}
