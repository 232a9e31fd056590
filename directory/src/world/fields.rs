// SPDX-License-Identifier: Apache-2.0
//! Takes an object apart field by field, so that each fault has its own path and none hides
//! another. What nobody has taken in the end is an unknown key.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::fault::{Path, quoted};
use super::tree::Faults;

/// An object under the knife.
pub(super) struct Fields<'a> {
    members: Map<String, Value>,
    path: &'a Path<'a>,
    pub(super) faults: &'a mut Faults,
}

impl<'a> Fields<'a> {
    /// The object at `path`, or a fault.
    pub(super) fn of(value: Value, path: &'a Path<'a>, faults: &'a mut Faults) -> Option<Self> {
        match value {
            Value::Object(members) => Some(Self {
                members,
                path,
                faults,
            }),
            other => {
                faults.push(path.fault(format_args!("an object is expected, not {}", kind(&other))));
                None
            }
        }
    }

    /// A field that must be there.
    pub(super) fn required<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let Some(value) = self.members.shift_remove(name) else {
            self.faults
                .push(self.path.fault(format_args!("`{name}` is missing")));
            return None;
        };
        typed(value, &Path::Member(self.path, name), self.faults)
    }

    /// A field that may be missing. Nothing inside means missing; nothing outside means a fault.
    #[expect(clippy::option_option, reason = "outside: a fault, inside: absent")]
    pub(super) fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Option<Option<T>> {
        match self.members.shift_remove(name) {
            None | Some(Value::Null) => Some(None),
            Some(value) => typed(value, &Path::Member(self.path, name), self.faults).map(Some),
        }
    }

    /// A field that has a default.
    pub(super) fn or_default<T: DeserializeOwned + Default>(&mut self, name: &str) -> Option<T> {
        self.optional(name).map(Option::unwrap_or_default)
    }

    /// A field that must be there and is read by `read`.
    pub(super) fn required_with<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Value, &Path<'_>, &mut Faults) -> Option<T>,
    ) -> Option<T> {
        let Some(value) = self.members.shift_remove(name) else {
            self.faults
                .push(self.path.fault(format_args!("`{name}` is missing")));
            return None;
        };
        read(value, &Path::Member(self.path, name), self.faults)
    }

    /// A field that may be missing and is read by `read`.
    #[expect(clippy::option_option, reason = "outside: a fault, inside: absent")]
    pub(super) fn optional_with<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(Value, &Path<'_>, &mut Faults) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.members.shift_remove(name) {
            None | Some(Value::Null) => Some(None),
            Some(value) => read(value, &Path::Member(self.path, name), self.faults).map(Some),
        }
    }

    /// An array, empty when missing, whose elements are read by `read`.
    pub(super) fn each<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(Value, &Path<'_>, &mut Faults) -> Option<T>,
    ) -> Option<Vec<T>> {
        let path = Path::Member(self.path, name);
        let items = match self.members.shift_remove(name) {
            None | Some(Value::Null) => return Some(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(other) => {
                self.faults
                    .push(path.fault(format_args!("an array is expected, not {}", kind(&other))));
                return None;
            }
        };
        let expected = items.len();
        let read: Vec<T> = items
            .into_iter()
            .enumerate()
            .filter_map(|(index, item)| read(item, &Path::Element(&path, index), self.faults))
            .collect();
        (read.len() == expected).then_some(read)
    }

    /// An array of plain values as a set, each with its own fault.
    pub(super) fn set<T: DeserializeOwned + Ord>(&mut self, name: &str) -> Option<crate::Set<T>> {
        Some(self.each(name, typed)?.into_iter().collect())
    }

    /// The same, when the field is there at all.
    #[expect(clippy::option_option, reason = "outside: a fault, inside: absent")]
    pub(super) fn optional_set<T: DeserializeOwned + Ord>(
        &mut self,
        name: &str,
    ) -> Option<Option<crate::Set<T>>> {
        match self.members.get(name) {
            None | Some(Value::Null) => {
                self.members.shift_remove(name);
                Some(None)
            }
            Some(_) => self.set(name).map(Some),
        }
    }

    /// A fault in the field `name`.
    pub(super) fn fault(&mut self, name: &str, message: impl std::fmt::Display) {
        self.faults.push(Path::Member(self.path, name).fault(message));
    }

    /// What is left is unknown.
    pub(super) fn finish(self) {
        for name in self.members.keys() {
            self.faults
                .push(Path::Member(self.path, name).fault("unknown key"));
        }
    }
}

/// Reads one plain value.
pub(super) fn typed<T: DeserializeOwned>(value: Value, path: &Path<'_>, faults: &mut Faults) -> Option<T> {
    let fault = match serde_path_to_error::deserialize(&value) {
        Ok(read) => return Some(read),
        Err(error) => error,
    };
    let inner = fault.path().to_string();
    let message = fault.into_inner().to_string();
    let mut found = path.fault(message);
    if inner != "." {
        let separator = if inner.starts_with('[') { "" } else { "." };
        found.path = format!("{}{separator}{inner}", found.path);
    }
    faults.push(found);
    None
}

fn kind(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => format!("`{value}`"),
        Value::String(text) => quoted(text),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
