// SPDX-License-Identifier: Apache-2.0
//! US markings of what is not US alone: `//NATO SECRET//ATOMAL`, `//GBR SECRET`, `//JOINT SECRET USA,
//! GBR`, and the category FGI. A foreign marking is a label of the foreign scheme, understood only when
//! its words are that scheme's own: `//DEU SECRET` is refused, because Germany has no level SECRET.

use std::collections::BTreeSet;

use crate::marking::{nato, recipients};
use crate::vocabulary::{Vocabulary, unsaid};
use crate::{Label, RawLabel, Refusal, Scheme, Scribe};

/// The caveat that keeps the owners of joint information.
pub(super) const JOINT: &str = "JOINT ";
/// The caveat of foreign information, alone where its origin is not told.
pub(super) const FGI: &str = "FGI";

/// Reads what stands after a leading `//`, unless it is joint.
pub(super) fn read(scribe: &Scribe<'_>, text: &str, at: usize) -> Result<Label, Refusal> {
    let (owner, class) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let owner = owner.to_ascii_uppercase();
    if owner == "NATO" || owner == "COSMIC" {
        let marking = text.replacen("//", " ", 1);
        let known = marking.to_ascii_uppercase();
        // Nothing but ATOMAL stands here.
        let allowed = known.trim().trim_end_matches("ATOMAL").trim_end();
        if Vocabulary::of(scribe, "NATO")?
            .scheme
            .levels
            .iter()
            .any(|level| level.marking == allowed)
        {
            return nato::read(scribe, &marking);
        }
        return Err(Refusal::at(
            at,
            format!("`{}` is no NATO level", text.trim()),
            "write a NATO level, and `//ATOMAL` where it applies",
        ));
    }
    let own = scribe
        .schemes
        .iter()
        .find(|scheme| nation(scheme) == Some(&owner) && scheme.id != "US");
    let Some(scheme) = own else {
        return Err(Refusal::at(
            at,
            format!("`{owner}` is no nation with a scheme in use"),
            "write the marking in the words of the nation's own scheme",
        ));
    };
    match scheme
        .levels
        .iter()
        .find(|level| level.marking.eq_ignore_ascii_case(class.trim()))
    {
        Some(level) => scribe.understand(&RawLabel::new(&scheme.id, &level.id)),
        None => Err(Refusal::at(
            at,
            format!("`{}` has no level `{}`", scheme.id, class.trim()),
            "write the marking in the words of the nation's own scheme",
        )),
    }
}

/// Writes a foreign label, if the marking holds all of it.
pub(super) fn write(scribe: &Scribe<'_>, label: &Label) -> Result<String, Refusal> {
    let vocabulary = Vocabulary::of(scribe, label.scheme())?;
    let marking = vocabulary.marking(label.level());
    if label.scheme() == "NATO" {
        let atomal = if label.compartments().is_empty() {
            ""
        } else {
            "//ATOMAL"
        };
        return Ok(format!("//{marking}{atomal}"));
    }
    match nation(vocabulary.scheme) {
        Some(nation) => Ok(format!("//{nation} {marking}")),
        None => Err(unsaid("us", &format!("a label of scheme `{}`", label.scheme()))),
    }
}

/// Reads `JOINT SECRET USA, GBR`: the class and the owners.
pub(super) fn joint(
    text: &str,
    at: usize,
    vocabulary: Vocabulary<'_>,
) -> Result<(RawLabel, BTreeSet<String>), Refusal> {
    let mut cursor = crate::marking::Cursor::new(text);
    cursor.phrase("JOINT");
    let mut raw = crate::marking::level(&mut cursor, vocabulary)?;
    let start = cursor.at();
    let list = cursor.finish();
    let separated = if list.contains(',') {
        list.trim().to_owned()
    } else {
        list.split_whitespace().collect::<Vec<_>>().join(",")
    };
    let owners = recipients(&separated, at + start, vocabulary)?;
    if !owners.contains(super::USA) || owners.len() < 2 {
        return Err(Refusal::at(
            at + start,
            "a JOINT marking names USA and another owner",
            "name every owner",
        ));
    }
    raw.caveats.insert(format!("{JOINT}{}", super::rel_to(&owners)));
    Ok((raw, owners))
}

/// Reads the category FGI into caveats.
pub(super) fn fgi(
    text: &str,
    at: usize,
    vocabulary: Vocabulary<'_>,
    raw: &mut RawLabel,
) -> Result<(), Refusal> {
    let mut words = text.split_whitespace();
    words.next();
    let mut named = false;
    for word in words {
        let name = vocabulary.recipient(word).ok_or_else(|| {
            Refusal::at(
                at,
                format!("`{word}` is no nation or community in use"),
                "name the origin by its code, or not at all",
            )
        })?;
        raw.caveats.insert(format!("{FGI} {name}"));
        named = true;
    }
    if !named {
        raw.caveats.insert(FGI.to_owned());
    }
    Ok(())
}

/// Writes the category FGI.
pub(super) fn write_fgi(caveats: &BTreeSet<String>) -> Option<String> {
    let names: Vec<&str> = caveats
        .iter()
        .filter_map(|caveat| caveat.strip_prefix("FGI "))
        .collect();
    if caveats.contains(FGI) {
        Some(FGI.to_owned())
    } else if names.is_empty() {
        None
    } else {
        Some(format!("{FGI} {}", names.join(" ")))
    }
}

/// The nation whose scheme it is.
fn nation(scheme: &Scheme) -> Option<&String> {
    let mut names = scheme.default_release.to.iter();
    names
        .next()
        .filter(|_| names.next().is_none())
        .filter(|name| crate::nations::name(name).is_some())
}
