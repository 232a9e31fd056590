// SPDX-License-Identifier: Apache-2.0
//! Markings: labels as words for people. The grammars are rebuilt from published samples and general
//! knowledge; where that is all there is, the data says (unverified).

use std::collections::BTreeSet;

use crate::vocabulary::{Vocabulary, unsaid};
use crate::{Audience, Label, RawLabel, Refusal, Scribe};

mod cursor;
pub(crate) mod eu;
pub(crate) mod national;
pub(crate) mod nato;
pub(crate) mod uk;
pub(crate) mod us;
mod words;

use cursor::Cursor;
pub use words::{Caveat, Combined, Group, MarkingWords, TagNames};

/// Takes a level, with what its word says besides.
fn level(cursor: &mut Cursor<'_>, vocabulary: Vocabulary<'_>) -> Result<RawLabel, Refusal> {
    cursor.skip(&[]);
    let Some((level, compartments)) = cursor.longest(vocabulary.levels()) else {
        let names: Vec<&str> = vocabulary
            .scheme
            .levels
            .iter()
            .map(|level| level.marking.as_str())
            .collect();
        return Err(cursor.refuse(format!("begin with one of {}", names.join(", "))));
    };
    let mut raw = RawLabel::new(&vocabulary.scheme.id, level);
    raw.compartments
        .extend(compartments.into_iter().flatten().cloned());
    Ok(raw)
}

/// Takes compartments, caveats and the words for nationals, as many as stand here.
fn tags(cursor: &mut Cursor<'_>, vocabulary: Vocabulary<'_>, raw: &mut RawLabel) -> Result<(), Refusal> {
    enum Means<'a> {
        Caveat(&'a str),
        Compartment(&'a str),
        Nationals,
    }
    loop {
        let before = cursor.clone();
        cursor.skip(&['-', ',']);
        let compartments = vocabulary
            .compartments()
            .map(|tag| (tag, Means::Compartment(tag)));
        let caveats = vocabulary.caveats().map(|tag| (tag, Means::Caveat(tag)));
        let nationals = vocabulary
            .words
            .nationals_only
            .iter()
            .map(|words| (words.as_str(), Means::Nationals));
        // Longest first; a word that is both counts as the compartment, which comes first.
        match cursor.longest(compartments.chain(caveats).chain(nationals)) {
            Some(Means::Caveat(tag)) => drop(raw.caveats.insert(tag.to_owned())),
            Some(Means::Compartment(tag)) => drop(raw.compartments.insert(tag.to_owned())),
            Some(Means::Nationals) => {
                raw.nationals_only = true;
                raw.releasable_to = Some(vocabulary.scheme.default_release.to.clone());
            }
            None => {
                if !cursor.rest().trim().is_empty() {
                    *cursor = before;
                }
                break;
            }
        }
    }
    vocabulary.caveats_fit(&raw.level, &raw.caveats)
}

/// Refuses what is left.
fn end(cursor: &Cursor<'_>) -> Result<(), Refusal> {
    if cursor.rest().trim().is_empty() {
        Ok(())
    } else {
        Err(cursor.refuse("leave it out, or name it as a codeword in use"))
    }
}

/// The names of a release, separated by commas, in their official form.
fn recipients(list: &str, at: usize, vocabulary: Vocabulary<'_>) -> Result<BTreeSet<String>, Refusal> {
    let mut names = BTreeSet::new();
    let mut byte = at;
    for part in list.split(',') {
        let blanks = part.len() - part.trim_start().len();
        let name = vocabulary.recipient(part).ok_or_else(|| {
            Refusal::at(
                byte + blanks,
                format!("`{}` is no nation, community or organisation in use", part.trim()),
                "name it by its ISO 3166-1 code or its English name, separated by commas",
            )
        })?;
        names.insert(name);
        byte += part.len() + 1;
    }
    Ok(names)
}

/// Whether nothing has to be said about the audience.
fn is_default_audience(scribe: &Scribe<'_>, label: &Label) -> bool {
    *label.audience() == default_audience(scribe, label)
}

/// The audience of a label of that level that says nothing about it.
pub(crate) fn default_audience(scribe: &Scribe<'_>, label: &Label) -> Audience {
    scribe
        .schemes
        .label(&RawLabel::new(label.scheme(), label.level()))
        .map_or(Audience::Everybody, |plain| plain.audience().clone())
}

/// The caveats, if all of them have words.
fn known_caveats<'l>(
    format: &str,
    label: &'l Label,
    vocabulary: Vocabulary<'_>,
) -> Result<Vec<&'l str>, Refusal> {
    vocabulary.caveats_fit(label.level(), label.caveats())?;
    let mut known = Vec::new();
    for caveat in label.caveats() {
        if !vocabulary.caveats().any(|other| other == caveat) {
            return Err(unsaid(format, &format!("the caveat `{caveat}`")));
        }
        known.push(caveat.as_str());
    }
    Ok(known)
}

/// Refuses an embargo and an originator's control, for markings that have no words for them.
fn no_conditions(format: &str, label: &Label) -> Result<(), Refusal> {
    if label.not_before().is_some() {
        return Err(unsaid(format, "an embargo"));
    }
    if label.originator_controlled_by().is_some() {
        return Err(unsaid(format, "that its originator controls it"));
    }
    Ok(())
}
