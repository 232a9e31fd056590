// SPDX-License-Identifier: Apache-2.0
//! A record for one reader: no secret, and a pseudonym for each mission, briefing and compartment above her.

use countersign_authz::explain::Pen;
use countersign_directory::source::{self, Source};
use serde_json::{Map, Value};

/// The record as this reader may see it.
pub fn shown(source: &Source, pen: &mut Pen<'_>) -> Value {
    let mut record = serde_json::to_value(source).unwrap_or_default();
    source::veil(&mut record);
    if let Some(members) = record.as_object_mut() {
        for (name, value) in members {
            part(name, value, pen);
        }
    }
    record
}

/// One part of a record, by its name.
pub fn part(name: &str, value: &mut Value, pen: &mut Pen<'_>) {
    match name {
        "cap" => cap(value, pen),
        "mapping" => {
            let rules = value.get_mut("rules").and_then(Value::as_array_mut);
            rules.into_iter().flatten().for_each(|rule| of_rule(rule, pen));
        }
        _ => {}
    }
}

fn cap(cap: &mut Value, pen: &mut Pen<'_>) {
    let Some(members) = cap.as_object_mut() else {
        return;
    };
    for (name, value) in members {
        match name.as_str() {
            "missions" => words(value, &mut |word| pen.mission(word)),
            "briefings" => words(value, &mut |word| pen.briefing(word)),
            "compartments" => {
                let opened = value.as_object_mut().into_iter().flat_map(Map::values_mut);
                opened.for_each(|opened| words(opened, &mut |word| pen.compartment(word)));
            }
            "levels" => {
                for (scheme, level) in value.as_object_mut().into_iter().flatten() {
                    words(level, &mut |word| pen.level(scheme, word));
                }
            }
            _ => {}
        }
    }
}

/// What a rule can give by itself: constants, and what tables say. What it reads are names of the source's.
fn of_rule(rule: &mut Value, pen: &mut Pen<'_>) {
    let to = rule
        .get("to")
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_owned();
    if let Some(value) = rule.get_mut("value") {
        match to.as_str() {
            "missions" => reading(value, &mut |word| pen.mission(word)),
            "briefings" => reading(value, &mut |word| pen.briefing(word)),
            _ => {}
        }
    }
    let scheme = rule
        .pointer("/clearance/scheme/constant")
        .and_then(Value::as_str)
        .map(str::to_owned);
    if let Some(opened) = rule.pointer_mut("/clearance/compartments") {
        reading(opened, &mut |word| pen.compartment(word));
    }
    if let (Some(scheme), Some(level)) = (scheme, rule.pointer_mut("/clearance/level")) {
        reading(level, &mut |word| pen.level(&scheme, word));
    }
}

fn reading(reading: &mut Value, write: &mut dyn FnMut(&str) -> String) {
    let Some(members) = reading.as_object_mut() else {
        return;
    };
    for (name, value) in members {
        match name.as_str() {
            "constant" | "otherwise" => words(value, write),
            "table" => {
                let meanings = value.as_object_mut().into_iter().flat_map(Map::values_mut);
                meanings.for_each(|meaning| words(meaning, write));
            }
            _ => {}
        }
    }
}

fn words(value: &mut Value, write: &mut dyn FnMut(&str) -> String) {
    match value {
        Value::String(text) => *text = write(text),
        Value::Array(items) => items.iter_mut().for_each(|item| words(item, write)),
        Value::Bool(_) | Value::Null | Value::Number(_) | Value::Object(_) => {}
    }
}
