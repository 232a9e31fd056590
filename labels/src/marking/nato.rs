// SPDX-License-Identifier: Apache-2.0
//! NATO markings: owner and level, compartments, administrative caveats, release.
//!
//! `NATO UNCLASSIFIED - STAFF`, `NATO RESTRICTED Releasable to Japan, Switzerland, Ukraine`,
//! `NATO/KFOR CONFIDENTIAL Ireland, Sweden, Ukraine, NATO ONLY`. COSMIC is a registry's word for the
//! top level and no fifth level. A context replaces the owner. "Releasable to" adds to the owner,
//! "ONLY" replaces it. Compatible with published samples; the grammar itself is (unverified).

use std::collections::BTreeSet;

use super::{Cursor, end, known_caveats, level, no_conditions, recipients, tags};
use crate::release::{self, Release};
use crate::vocabulary::{Vocabulary, unsaid};
use crate::{Label, RawLabel, Refusal, Scribe, nations};

/// Reads a NATO marking.
pub(crate) fn read(scribe: &Scribe<'_>, text: &str) -> Result<Label, Refusal> {
    let vocabulary = Vocabulary::of(scribe, "NATO")?;
    let mut cursor = Cursor::new(text);
    let inner = text
        .trim()
        .strip_prefix('(')
        .and_then(|text| text.strip_suffix(')'));
    if let Some(inner) = inner {
        cursor = Cursor::new(inner);
    }
    let mut raw = context(&mut cursor, vocabulary)?.map_or_else(|| level(&mut cursor, vocabulary), Ok)?;
    tags(&mut cursor, vocabulary, &mut raw)?;
    let release = release(&mut cursor, vocabulary)?;
    end(&cursor)?;
    release::apply(&mut raw, release, vocabulary)?;
    scribe.understand(&raw)
}

/// `NATO/KFOR CONFIDENTIAL`: the context in place of the owner.
fn context(cursor: &mut Cursor<'_>, vocabulary: Vocabulary<'_>) -> Result<Option<RawLabel>, Refusal> {
    cursor.skip(&[]);
    let mut ahead = cursor.clone();
    if !ahead.phrase("NATO/") {
        return Ok(None);
    }
    let names = vocabulary.words.organisations.iter().map(String::as_str);
    let Some(name) = ahead.longest(names.map(|name| (name, name))) else {
        return Err(ahead.refuse("after `NATO/` stands an organisation in use"));
    };
    ahead.skip(&[]);
    let plain = vocabulary.words.plain.iter();
    let Some(level) = ahead.longest(plain.map(|(level, word)| (word.as_str(), level))) else {
        return Err(
            ahead.refuse("after the context stands a level without its owner, as in `NATO/KFOR SECRET`")
        );
    };
    *cursor = ahead;
    let mut raw = RawLabel::new(&vocabulary.scheme.id, level);
    raw.caveats.insert(release::context_caveat(name));
    Ok(Some(raw))
}

fn release(cursor: &mut Cursor<'_>, vocabulary: Vocabulary<'_>) -> Result<Option<Release>, Refusal> {
    cursor.skip(&['-', ',']);
    if ["Releasable to", "REL TO"]
        .iter()
        .any(|words| cursor.phrase(words))
    {
        let at = cursor.at();
        return Ok(Some(Release::Beside(recipients(
            cursor.finish(),
            at,
            vocabulary,
        )?)));
    }
    let rest = cursor.rest().trim_end();
    let cut = rest.len().saturating_sub("ONLY".len());
    match rest.split_at_checked(cut) {
        Some((list, only)) if only.eq_ignore_ascii_case("ONLY") && list.ends_with(char::is_whitespace) => {
            let at = cursor.at();
            let names = recipients(list, at, vocabulary)?;
            cursor.finish();
            Ok(Some(Release::Only(names)))
        }
        _ => Ok(None),
    }
}

/// Writes a NATO marking.
pub(crate) fn write(scribe: &Scribe<'_>, label: &Label) -> Result<String, Refusal> {
    let vocabulary = Vocabulary::of_label(scribe, "NATO", label)?;
    no_conditions("nato", label)?;
    vocabulary.only_known(label)?;
    if label.nationals_only() {
        return Err(unsaid("nato", "that nationals alone may read it"));
    }
    let (context, label) = release::without_context(label, vocabulary)?;
    let mut text = match context {
        None => vocabulary.marking(label.level()).to_owned(),
        Some(name) => format!("NATO/{name} {}", vocabulary.plain(label.level())),
    };
    for tag in label.compartments() {
        text.push(' ');
        text.push_str(tag);
    }
    let caveats = known_caveats("nato", &label, vocabulary)?;
    if !caveats.is_empty() {
        text.push_str(" - ");
        text.push_str(&caveats.join(", "));
    }
    match release::of(scribe, &label, context, vocabulary)? {
        None => {}
        Some(Release::Beside(names)) => {
            text.push_str(" Releasable to ");
            text.push_str(&list(&names));
        }
        Some(Release::Only(names)) => {
            text.push(' ');
            text.push_str(&list(&names));
            text.push_str(" ONLY");
        }
    }
    Ok(text)
}

/// Nations by their names, then organisations.
fn list(names: &BTreeSet<String>) -> String {
    let mut nations: Vec<&str> = names.iter().filter_map(|name| nations::name(name)).collect();
    nations.sort_unstable();
    let others = names.iter().filter(|name| nations::name(name).is_none());
    nations.extend(others.map(String::as_str));
    nations.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::{Format, Schemes, Scribe};

    #[test]
    fn a_context_without_a_release_is_for_its_own_members() {
        let scribe = Scribe::new(Schemes::builtin());
        let label = scribe.read(Format::Nato, "NATO/KFOR SECRET").unwrap();
        assert_eq!(label.audience().nations().unwrap().len(), 1);
        assert_eq!(scribe.write(Format::Nato, &label).unwrap(), "NATO/KFOR SECRET");
    }

    #[test]
    fn atomal_is_not_below_confidential() {
        let scribe = Scribe::new(Schemes::builtin());
        let label = scribe.read(Format::Nato, "(CTSA)").unwrap();
        assert!(label.compartments().contains("ATOMAL"));
        assert!(scribe.read(Format::Nato, "NATO RESTRICTED ATOMAL").is_err());
    }
}
