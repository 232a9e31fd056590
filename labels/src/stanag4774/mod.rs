// SPDX-License-Identifier: Apache-2.0
//! XML confidentiality labels, compatible with published samples of STANAG 4774; the text of the
//! standard is not public, so that everything here is (unverified).
//!
//! Read leniently: element names in any case, `URL` for `URI`, any prefix or none, a policy's name in
//! any case, a version attribute. Written strictly, in one form. What is not understood is refused:
//! an element, a `Type`, a compartment, a recipient. An unknown caveat is kept. There is no document
//! type, and so no entity.
//!
//! Three restrictions of the product's own are RESTRICTIVE categories, so that another reader refuses
//! what it does not know instead of overlooking it: [`NATIONALS`], [`NOT_BEFORE`], [`CONTROLLED`].

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::{Label, Refusal, Scribe};

mod category;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use read::read;

pub(crate) const NAMESPACE: &str = "urn:nato:stanag:4774:confidentialitymetadatalabel:1:0";
/// The tag of what nationals alone may read; its value is `true`.
pub const NATIONALS: &str = "Nationals Only";
/// The tag of an embargo; its value is the moment, RFC 3339.
pub const NOT_BEFORE: &str = "Not Before";
/// The tag of an originator's control; its value is the agency.
pub const CONTROLLED: &str = "Originator Controlled";
const CONTEXT: &str = "Context";
const ONLY: &str = "Only";
const PRIVACY_MARK: &str = "PrivacyMark";

/// A label with what the XML says around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfidentialityLabel {
    /// What it says.
    pub label: Label,
    /// Whether it is the same in another policy, beside the originator's own.
    pub alternative: bool,
    /// When it is to be reviewed.
    pub review: Option<DateTime<Utc>>,
    /// When it was made.
    pub created: Option<DateTime<Utc>>,
    /// Who made it: the kind of id, and the id.
    pub originator: Option<(String, String)>,
}

impl ConfidentialityLabel {
    /// A label with nothing around it.
    pub fn plain(label: Label) -> Self {
        Self {
            label,
            alternative: false,
            review: None,
            created: None,
            originator: None,
        }
    }

    /// Reads the XML.
    pub fn read(scribe: &Scribe<'_>, text: &str) -> Result<Self, Refusal> {
        read::read(scribe, text)
    }

    /// Writes the XML, in its one canonical form.
    pub fn write(&self, scribe: &Scribe<'_>) -> Result<String, Refusal> {
        write::write(scribe, self)
    }
}

/// Writes a label with nothing around it.
pub(crate) fn write(scribe: &Scribe<'_>, label: &Label) -> Result<String, Refusal> {
    ConfidentialityLabel::plain(label.clone()).write(scribe)
}

/// Compares names of tags and elements: without case and blanks.
fn same(one: &str, other: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = char> {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
    }
    letters(one).eq(letters(other))
}

/// Whether a tag has a meaning of its own and is no caveat.
fn is_reserved(tag: &str, words: &crate::marking::TagNames) -> bool {
    let fixed = [NATIONALS, NOT_BEFORE, CONTROLLED, CONTEXT, ONLY, "Releasable To"];
    fixed
        .into_iter()
        .chain([words.compartments.as_str(), words.release.as_str()])
        .any(|name| same(name, tag))
}

/// Which values stand for no further restriction in the context.
fn owner_names(owner: Option<&String>) -> BTreeSet<String> {
    owner.cloned().into_iter().collect()
}
