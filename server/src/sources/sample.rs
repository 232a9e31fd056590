// SPDX-License-Identifier: Apache-2.0
//! A sample of what a source says, as somebody writes it to try a mapping: members with a value or a list of
//! values.

use countersign_directory::source::Attributes;
use serde_json::Value;

/// The most attributes of a sample.
const MOST: usize = 1_000;

/// Reads a sample, or says what it is not.
pub fn read(sample: &Value) -> Result<Attributes, String> {
    let members = sample
        .as_object()
        .ok_or("the sample is an object: a member for each attribute")?;
    if members.len() > MOST {
        return Err(format!("the sample has at most {MOST} attributes"));
    }
    let mut attributes = Attributes::new();
    for (name, value) in members {
        let values = match value {
            Value::Array(values) => values.iter().map(one).collect(),
            value => one(value).map(|value| vec![value]),
        };
        let values = values.ok_or_else(|| {
            format!("`{name}`: a text, a number, `true` or `false`, or a list of such is expected")
        })?;
        attributes.insert(name.clone(), values);
    }
    Ok(attributes)
}

fn one(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(_) | Value::Null | Value::Object(_) => None,
    }
}
