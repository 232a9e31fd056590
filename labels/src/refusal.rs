// SPDX-License-Identifier: Apache-2.0
//! Why a text is no label, or a label cannot be written: what, where, and what to do.

use std::fmt;

use crate::LabelError;

/// A text that is refused, or a label that a format cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    what: String,
    place: Place,
    next: String,
}

/// Where the fault is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At this byte of the text.
    Byte(usize),
    /// In this element, and at this byte.
    Element(String, usize),
    /// In the label as a whole.
    Label,
}

impl Refusal {
    pub(crate) fn at(byte: usize, what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Place::Byte(byte), what, next)
    }

    pub(crate) fn whole(what: impl Into<String>, next: impl Into<String>) -> Self {
        Self::new(Place::Label, what, next)
    }

    pub(crate) fn new(place: Place, what: impl Into<String>, next: impl Into<String>) -> Self {
        let (what, next) = (what.into(), next.into());
        Self { what, place, next }
    }

    /// What is wrong.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Where.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What to do about it.
    pub fn next(&self) -> &str {
        &self.next
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.what))?;
        match &self.place {
            Place::Byte(byte) => write!(f, " (at byte {byte})")?,
            Place::Element(path, byte) => write!(f, " (in {path}, at byte {byte})")?,
            Place::Label => {}
        }
        write!(f, ": {}", one_line(&self.next))
    }
}

impl std::error::Error for Refusal {}

impl From<LabelError> for Refusal {
    fn from(fault: LabelError) -> Self {
        Self::whole(fault.to_string(), "name a scheme and a level that are in use")
    }
}

/// What strangers wrote stays on one line and short.
fn one_line(text: &str) -> String {
    let mut line: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(400)
        .collect();
    if text.chars().count() > 400 {
        line.push('…');
    }
    line
}
