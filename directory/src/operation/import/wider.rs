// SPDX-License-Identifier: Apache-2.0
//! What a file changes so that somebody may do more than before: what a second person is shown and approves.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::amend::Part;
use crate::{ParametersHash, PersonId};

/// The most such things of one file: one approval is for no more.
pub const MOST: usize = 10_000;
/// How many of them the record and a command line name.
pub const LISTED: usize = 500;

/// A thing that may let somebody do more once the file is imported.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wider {
    /// The map of the file that it stands in: `users`.
    pub map: String,
    /// Its identifier.
    pub id: String,
    /// What may widen, as a weighing names it: parts, `new`, `removal`.
    pub widens: Vec<String>,
    /// All parts of it that differ, with what they were and become.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
}

impl Wider {
    /// Whether it is this person.
    pub fn is(&self, person: &PersonId) -> bool {
        self.map == "users" && self.id == person.as_str()
    }

    /// The same without what its parts were and become.
    #[must_use]
    pub fn in_short(&self) -> Self {
        Self {
            parts: Vec::new(),
            ..self.clone()
        }
    }
}

impl fmt::Display for Wider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}: {}", self.map, self.id, self.widens.join(", "))
    }
}

/// What an approval of an import is bound to: the bytes of the file, whether it replaces, and everything that
/// widens, with what that was when it was compared. If one of them differs later, the approval does not fit.
pub fn parameters(file: ParametersHash, replace: bool, wider: &[Wider]) -> ParametersHash {
    ParametersHash::of(&json!({"import": file, "replace": replace, "wider": wider}))
}
