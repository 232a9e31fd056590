// SPDX-License-Identifier: Apache-2.0
//! Markings of the European Union: one bilingual token, compartments, release to others.
//!
//! `SECRET UE/EU SECRET`, `CONFIDENTIEL UE/EU CONFIDENTIAL - CRYPTO - REL TO CHE, NATO`. The levels
//! are those of Decision 2013/488/EU; abbreviations and how a release is written are (unverified).

use super::{Cursor, end, known_caveats, level, no_conditions, recipients, tags};
use crate::release::{self, Release};
use crate::vocabulary::{Vocabulary, unsaid};
use crate::{Label, Refusal, Scribe};

/// Reads a marking of the Union.
pub(crate) fn read(scribe: &Scribe<'_>, text: &str) -> Result<Label, Refusal> {
    let vocabulary = Vocabulary::of(scribe, "EU")?;
    let mut cursor = Cursor::new(text);
    let mut raw = level(&mut cursor, vocabulary)?;
    // Both halves of the token say the same level, or it is none.
    if cursor.rest().starts_with('/') {
        return Err(cursor.refuse("both halves of the marking name one level, as in `SECRET UE/EU SECRET`"));
    }
    tags(&mut cursor, vocabulary, &mut raw)?;
    cursor.skip(&['-', ',']);
    let words = ["RELEASABLE TO", "REL TO", "REL"];
    if words.iter().any(|words| cursor.phrase(words)) {
        cursor.skip(&[':']);
        let at = cursor.at();
        let names = recipients(cursor.finish(), at, vocabulary)?;
        release::apply(&mut raw, Some(Release::Beside(names)), vocabulary)?;
    }
    end(&cursor)?;
    scribe.understand(&raw)
}

/// Writes a marking of the Union.
pub(crate) fn write(scribe: &Scribe<'_>, label: &Label) -> Result<String, Refusal> {
    let vocabulary = Vocabulary::of_label(scribe, "EU", label)?;
    no_conditions("eu", label)?;
    vocabulary.only_known(label)?;
    if label.nationals_only() {
        return Err(unsaid("eu", "that nationals alone may read it"));
    }
    let mut parts = vec![vocabulary.marking(label.level()).to_owned()];
    parts.extend(label.compartments().iter().cloned());
    parts.extend(
        known_caveats("eu", label, vocabulary)?
            .into_iter()
            .map(str::to_owned),
    );
    match release::of(scribe, label, None, vocabulary)? {
        None => {}
        Some(Release::Beside(names)) => {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            parts.push(format!("REL TO {}", names.join(", ")));
        }
        Some(Release::Only(_)) => return Err(unsaid("eu", "that it is kept from some members")),
    }
    Ok(parts.join(" - "))
}
