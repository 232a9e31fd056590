// SPDX-License-Identifier: Apache-2.0
//! US markings: banner lines and portion marks.
//!
//! `TOP SECRET//SI-G ABCD/TK//ORCON/NOFORN`, `(S//REL TO USA, GBR)`. `//` stands between categories,
//! which come in one order, `/` between values. The grammar as a whole is (unverified).

use std::collections::BTreeSet;

use crate::vocabulary::Vocabulary;
use crate::{Label, RawLabel, Refusal, Scribe};

mod banner;
pub(crate) mod control;
mod dissemination;
mod foreign;
mod portion;
mod roll_up;

pub use portion::Portion;
pub use roll_up::roll_up;

/// The compartment that keeps controlled unclassified information to a channel's recipients.
pub(super) const CUI: &str = "CUI";
const USA: &str = "USA";

/// Reads a banner line, or a portion mark that says everything itself.
pub(crate) fn read(scribe: &Scribe<'_>, text: &str) -> Result<Label, Refusal> {
    if text.trim_start().starts_with('(') {
        let portion = Portion::read(scribe, text)?;
        return portion.label(None);
    }
    let blanks = text.len() - text.trim_start().len();
    let (label, bare) = banner::read(scribe, text.trim(), blanks)?;
    if bare {
        return Err(Refusal::whole(
            "`REL` without a list stands in portion marks only",
            "write the list, as in `REL TO USA, GBR`",
        ));
    }
    Ok(label)
}

/// Writes a banner line.
pub(crate) fn write(scribe: &Scribe<'_>, label: &Label) -> Result<String, Refusal> {
    banner::write(scribe, label, banner::Words::Long)
}

/// Writes a portion mark, with the abbreviations.
pub(crate) fn write_portion(scribe: &Scribe<'_>, label: &Label) -> Result<String, Refusal> {
    Ok(format!(
        "({})",
        banner::write(scribe, label, banner::Words::Short)?
    ))
}

/// Refuses control systems below the level that they need.
fn high_enough(raw: &RawLabel, vocabulary: Vocabulary<'_>) -> Result<(), Refusal> {
    let rank = |level: &str| vocabulary.scheme.level(level).map(|level| level.rank);
    for (system, level) in &vocabulary.words.needs {
        let below = format!("{system}-");
        let stands = |tag: &String| tag == system || tag.starts_with(&below);
        if raw.compartments.iter().any(stands) && rank(&raw.level) < rank(level) {
            return Err(Refusal::whole(
                format!(
                    "`{system}` needs at least `{level}`, the marking says `{}`",
                    raw.level
                ),
                "raise the level or leave the control system out",
            ));
        }
    }
    Ok(())
}

/// USA, then nations, then communities and organisations.
fn rel_to(names: &BTreeSet<String>) -> String {
    let others = |nation: bool| {
        names
            .iter()
            .filter(move |name| *name != USA && crate::nations::name(name).is_some() == nation)
    };
    let list: Vec<&str> = [USA]
        .into_iter()
        .chain(others(true).map(String::as_str))
        .chain(others(false).map(String::as_str))
        .collect();
    list.join(", ")
}
