// SPDX-License-Identifier: Apache-2.0
//! JSON into values, one entry of the file at a time, without trusting it: members that occur
//! twice are faults, nesting is bounded, and memory never holds more than one entry as a tree.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::fault::{Fault, Path, quoted};

/// What goes on while a file is read.
#[derive(Debug)]
pub(super) struct Faults {
    found: Vec<Fault>,
    limit: usize,
    /// More faults than the limit.
    pub(super) more: usize,
}

impl Faults {
    pub(super) fn up_to(limit: usize) -> Self {
        Self {
            found: Vec::new(),
            limit,
            more: 0,
        }
    }

    pub(super) fn push(&mut self, fault: Fault) {
        if self.found.len() < self.limit {
            self.found.push(fault);
        } else {
            self.more += 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn into_vec(mut self) -> Vec<Fault> {
        if self.more > 0 {
            self.found
                .push(Path::Root.fault(format_args!("{} more faults are not listed", self.more)));
        }
        self.found
    }
}

/// Reads one value below `path`.
pub(super) struct Tree<'a> {
    pub(super) path: &'a Path<'a>,
    pub(super) faults: &'a mut Faults,
    pub(super) depth_left: usize,
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let depth_left = deeper(self.depth_left)?;
        let mut items = Vec::new();
        loop {
            let path = Path::Element(self.path, items.len());
            let seed = Tree {
                path: &path,
                faults: &mut *self.faults,
                depth_left,
            };
            match seq.next_element_seed(seed)? {
                Some(item) => items.push(item),
                None => return Ok(Value::Array(items)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let depth_left = deeper(self.depth_left)?;
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let path = Path::Member(self.path, &name);
            let value = map.next_value_seed(Tree {
                path: &path,
                faults: &mut *self.faults,
                depth_left,
            })?;
            if members.contains_key(&name) {
                self.faults.push(
                    self.path
                        .fault(format_args!("member {} occurs twice", quoted(&name))),
                );
            } else {
                members.insert(name, value);
            }
        }
        Ok(Value::Object(members))
    }
}

fn deeper<E: serde::de::Error>(depth_left: usize) -> Result<usize, E> {
    depth_left
        .checked_sub(1)
        .ok_or_else(|| E::custom("nested too deeply"))
}
