// SPDX-License-Identifier: Apache-2.0
//! The mark of one portion of a document.

use super::banner;
use crate::{Label, RawLabel, Refusal, Scribe};

/// A portion mark. A bare `REL` stands for the list of the banner, which the mark does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portion {
    label: Label,
    bare: bool,
}

impl Portion {
    /// Reads `(S//NF)`, `(U)`, `(S//REL)`.
    pub fn read(scribe: &Scribe<'_>, text: &str) -> Result<Self, Refusal> {
        let blanks = text.len() - text.trim_start().len();
        let inner = text
            .trim()
            .strip_prefix('(')
            .and_then(|text| text.strip_suffix(')'));
        let Some(inner) = inner else {
            return Err(Refusal::at(
                blanks,
                "a portion mark stands in brackets",
                "write it as in `(S//NF)`",
            ));
        };
        let (label, bare) = banner::read(scribe, inner, blanks + 1)?;
        Ok(Self { label, bare })
    }

    /// Writes the mark of a label.
    pub fn write(scribe: &Scribe<'_>, label: &Label) -> Result<String, Refusal> {
        super::write_portion(scribe, label)
    }

    /// The label of the portion, given the banner's.
    pub fn label(&self, banner: Option<(&Scribe<'_>, &Label)>) -> Result<Label, Refusal> {
        if !self.bare {
            return Ok(self.label.clone());
        }
        let list = banner.and_then(|(scribe, label)| Some((scribe, label.releasable_to()?)));
        let Some((scribe, list)) = list else {
            return Err(Refusal::whole(
                "`REL` without a list means the banner's, and there is no banner with one",
                "give the banner, or write the list as in `REL TO USA, GBR`",
            ));
        };
        let raw = RawLabel {
            releasable_to: Some(list.clone()),
            ..self.label.to_raw()
        };
        scribe.understand(&raw)
    }
}
