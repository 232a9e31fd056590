// SPDX-License-Identifier: Apache-2.0
//! A fault in a file, and where it stands.

use std::fmt;

/// What is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct Fault {
    /// The JSON path: `users.alice.clearances[0].level`. `$` is the file itself.
    pub path: String,
    /// What is wrong there.
    pub message: String,
}

/// Where a reader stands. Kept as borrowed steps, so that a file without faults pays nothing.
#[derive(Debug, Clone, Copy)]
pub enum Path<'a> {
    /// The file itself.
    Root,
    /// A member of an object.
    Member(&'a Path<'a>, &'a str),
    /// An element of an array.
    Element(&'a Path<'a>, usize),
}

impl Path<'_> {
    /// A fault here.
    pub fn fault(&self, message: impl fmt::Display) -> Fault {
        Fault {
            path: self.to_string(),
            message: message.to_string(),
        }
    }
}

/// Whether a member's name can stand in a path as it is.
fn plain(name: &str) -> bool {
    !name.is_empty()
        && !name
            .chars()
            .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '.' | '[' | ']' | '"'))
}

/// Names are cut in messages: a fault is a line, not a copy of the file.
const LONGEST_NAME: usize = 80;

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("$"),
            Self::Member(Self::Root, name) if plain(name) => f.write_str(&cut(name)),
            Self::Member(parent, name) if plain(name) => write!(f, "{parent}.{}", cut(name)),
            Self::Member(parent, name) => write!(f, "{parent}[{}]", quoted(name)),
            Self::Element(parent, index) => write!(f, "{parent}[{index}]"),
        }
    }
}

fn cut(text: &str) -> String {
    let mut characters = text.chars();
    let start: String = characters.by_ref().take(LONGEST_NAME).collect();
    if characters.next().is_some() {
        format!("{start}…")
    } else {
        start
    }
}

/// A foreign text as it may stand in a message: quoted, escaped, cut.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(cut(text)).to_string()
}
