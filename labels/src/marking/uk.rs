// SPDX-License-Identifier: Apache-2.0
//! Markings of the United Kingdom: parts joined by hyphens, from the tier on.
//!
//! `OFFICIAL-SENSITIVE-RECIPIENTS ONLY-COMMERCIAL`, `UK SECRET-UK EYES ONLY`. SENSITIVE marks a subset
//! of OFFICIAL and is no tier. There is no UNCLASSIFIED. EYES ONLY is read as "these nationals and no
//! others", the stricter of its readings. Everything but the tiers is (unverified).

use std::collections::BTreeSet;

use super::{Cursor, Group, is_default_audience, known_caveats, level, unsaid};
use crate::fold::fold;
use crate::vocabulary::Vocabulary;
use crate::{Label, RawLabel, Refusal, Scribe};

const EYES_ONLY: &str = " EYES ONLY";
const USE_ONLY: &str = " USE ONLY";
const SENSITIVE: &str = "SENSITIVE";
const EMBARGOED: &str = "EMBARGOED";

/// Reads a marking of the United Kingdom.
pub(crate) fn read(scribe: &Scribe<'_>, text: &str) -> Result<Label, Refusal> {
    let vocabulary = Vocabulary::of(scribe, "UK")?;
    let mut cursor = Cursor::new(text);
    cursor.skip(&[]);
    cursor.phrase("UK");
    cursor.skip(&[]);
    if cursor.phrase("UNCLASSIFIED") {
        return Err(Refusal::whole(
            "the United Kingdom has no level `UNCLASSIFIED`",
            "write OFFICIAL, or nothing",
        ));
    }
    let mut raw = level(&mut cursor, vocabulary)?;
    let mut byte = cursor.at();
    for part in cursor
        .rest()
        .split(['-', '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}'])
    {
        let blanks = part.len() - part.trim_start().len();
        let first = byte == cursor.at();
        // Between the tier and the first hyphen nothing has to stand.
        if !(first && part.trim().is_empty()) {
            self::part(scribe, vocabulary, part.trim(), byte + blanks, &mut raw)?;
        }
        let next = text.get(byte + part.len()..).and_then(|rest| rest.chars().next());
        byte += part.len() + next.map_or(0, char::len_utf8);
    }
    vocabulary.caveats_fit(&raw.level, &raw.caveats)?;
    if raw.nationals_only && raw.level == "OFFICIAL" {
        return Err(Refusal::whole(
            "EYES ONLY does not go with `OFFICIAL`",
            "raise the tier or leave the national caveat out",
        ));
    }
    scribe.understand(&raw)
}

fn part(
    scribe: &Scribe<'_>,
    vocabulary: Vocabulary<'_>,
    part: &str,
    byte: usize,
    raw: &mut RawLabel,
) -> Result<(), Refusal> {
    let folded = fold(part);
    if let Some(tag) = vocabulary.compartments().find(|tag| fold(tag) == folded) {
        raw.compartments.insert(tag.to_owned());
    } else if let Some(caveat) = vocabulary.caveats().find(|caveat| fold(caveat) == folded) {
        raw.caveats.insert(caveat.to_owned());
    } else if folded == fold(EMBARGOED) {
        raw.not_before = Some(scribe.not_before.ok_or_else(|| {
            Refusal::at(
                byte,
                "`EMBARGOED` does not say until when",
                "give the moment beside the marking",
            )
        })?);
    } else if let Some(nations) = before(part, EYES_ONLY) {
        if raw.releasable_to.is_some() {
            return Err(Refusal::at(
                byte,
                "two national caveats",
                "write one list of nations",
            ));
        }
        raw.releasable_to = Some(eyes(nations, byte, vocabulary)?);
        raw.nationals_only = true;
    } else if let Some(organisation) = before(part, USE_ONLY).and_then(organisation) {
        raw.compartments.insert(format!("{organisation}{USE_ONLY}"));
    } else {
        return Err(Refusal::at(
            byte,
            format!("`{part}` is not understood"),
            "after the tier stand SENSITIVE, a handling instruction, a descriptor, a codeword in use or a national caveat",
        ));
    }
    Ok(())
}

/// What stands before these words at the end.
fn before<'t>(part: &'t str, words: &str) -> Option<&'t str> {
    let (start, end) = part.split_at_checked(part.len().checked_sub(words.len())?)?;
    end.eq_ignore_ascii_case(words).then_some(start.trim())
}

fn eyes(list: &str, byte: usize, vocabulary: Vocabulary<'_>) -> Result<BTreeSet<String>, Refusal> {
    let mut nations = BTreeSet::new();
    for name in list.split('/') {
        nations.insert(vocabulary.recipient(name).ok_or_else(|| {
            Refusal::at(
                byte,
                format!("`{name}` is no nation in use"),
                "write codes, as in `AUS/GBR EYES ONLY`",
            )
        })?);
    }
    if nations.contains("GBR") {
        Ok(nations)
    } else {
        Err(Refusal::at(
            byte,
            "a national caveat of the United Kingdom leaves it out",
            "name UK among the nations",
        ))
    }
}

/// An organisation's name: capitals, digits and blanks.
fn organisation(name: &str) -> Option<String> {
    let name = name.to_ascii_uppercase();
    let fits = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == ' ' || c == '&';
    (!name.is_empty() && name.len() <= 40 && !name.contains("  ") && name.chars().all(fits)).then_some(name)
}

/// Whether a compartment is `[ORGANISATION] USE ONLY`, officially spelt.
pub(crate) fn is_organisation(tag: &str) -> bool {
    tag.strip_suffix(USE_ONLY)
        .is_some_and(|name| organisation(name).as_deref() == Some(name) && name.trim() == name)
}

/// Writes a marking of the United Kingdom.
pub(crate) fn write(scribe: &Scribe<'_>, label: &Label) -> Result<String, Refusal> {
    let vocabulary = Vocabulary::of_label(scribe, "UK", label)?;
    vocabulary.only_known(label)?;
    if label.originator_controlled_by().is_some() {
        return Err(unsaid("uk", "that its originator controls it"));
    }
    let tags = label.compartments();
    let handling = |tag: &&String| vocabulary.words.is_handling(tag) || is_organisation(tag);
    let mut parts = vec![vocabulary.marking(label.level()).to_owned()];
    parts.extend(tags.get(SENSITIVE).cloned());
    parts.extend(
        tags.iter()
            .filter(|tag| *tag != SENSITIVE && handling(tag))
            .cloned(),
    );
    if label.not_before().is_some() {
        parts.push(EMBARGOED.to_owned());
    }
    let caveats = known_caveats("uk", label, vocabulary)?;
    for group in [Group::Handling, Group::Descriptor] {
        let of_group = vocabulary
            .words
            .caveats
            .iter()
            .filter(|caveat| caveat.group == group);
        parts.extend(
            of_group
                .filter(|caveat| caveats.contains(&caveat.id.as_str()))
                .map(|caveat| caveat.id.clone()),
        );
    }
    parts.extend(
        tags.iter()
            .filter(|tag| *tag != SENSITIVE && !handling(tag))
            .cloned(),
    );
    let text = parts.join("-");
    if !label.nationals_only() {
        return if is_default_audience(scribe, label) {
            Ok(text)
        } else {
            Err(unsaid("uk", "who else may receive it"))
        };
    }
    let of_default = || label.audience().nations().cloned();
    let nations = label
        .releasable_to()
        .cloned()
        .or_else(of_default)
        .unwrap_or_default();
    if !nations.contains("GBR") || label.level() == "OFFICIAL" {
        return Err(unsaid("uk", "which nationals alone may read it"));
    }
    let alone = nations.len() == 1;
    let names: Vec<&str> = nations.iter().map(String::as_str).collect();
    let list = if alone { "UK".to_owned() } else { names.join("/") };
    // What goes abroad says whose it is.
    let prefix = if alone { "" } else { "UK " };
    Ok(format!("{prefix}{text}-{list}{EYES_ONLY}"))
}

#[cfg(test)]
mod tests {
    use crate::{Format, Schemes, Scribe};

    #[test]
    fn an_embargo_needs_its_moment() {
        let mut scribe = Scribe::new(Schemes::builtin());
        let text = "OFFICIAL-SENSITIVE-EMBARGOED";
        assert!(scribe.read(Format::Uk, text).is_err());
        scribe.not_before = chrono::DateTime::from_timestamp(1000, 0);
        let label = scribe.read(Format::Uk, text).unwrap();
        assert_eq!(label.not_before(), scribe.not_before);
        assert_eq!(scribe.write(Format::Uk, &label).unwrap(), text);
    }

    #[test]
    fn sensitive_is_no_tier_and_unclassified_does_not_exist() {
        let scribe = Scribe::new(Schemes::builtin());
        let read = |text| scribe.read(Format::Uk, text).map(|label| label.rank());
        assert_eq!(read("OFFICIAL SENSITIVE"), Ok(0));
        assert!(read("SECRET-SENSITIVE").is_err());
        assert!(read("UK UNCLASSIFIED").is_err());
        assert!(read("SENSITIVE").is_err());
    }
}
