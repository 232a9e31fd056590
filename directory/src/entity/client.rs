// SPDX-License-Identifier: Apache-2.0
//! An application that people sign in to, as far as its record is amended: sign-in knows what the parts mean;
//! here they are members with values, and it is known which change of which can only narrow.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The record of an application, as sign-in writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Client(Map<String, Value>);

impl Client {
    /// The record.
    pub fn record(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Its parts, those of `saml` each by itself: `saml.consumers`.
    pub(crate) fn parts(&self) -> Map<String, Value> {
        let mut parts = Map::new();
        for (name, value) in &self.0 {
            match value {
                Value::Object(members) if name == "saml" => {
                    for (inner, value) in members {
                        parts.insert(format!("saml.{inner}"), value.clone());
                    }
                }
                value => drop(parts.insert(name.clone(), value.clone())),
            }
        }
        parts
    }
}

impl From<Map<String, Value>> for Client {
    fn from(record: Map<String, Value>) -> Self {
        Self(record)
    }
}
