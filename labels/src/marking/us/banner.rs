// SPDX-License-Identifier: Apache-2.0
//! The line itself: class, then categories in their order.

use super::control::{self, Part};
use super::dissemination::{self, DISPLAY_ONLY};
use super::foreign::{self, FGI, JOINT};
use super::{CUI, USA, high_enough, rel_to};
use crate::marking::{Group, is_default_audience};
use crate::vocabulary::{Vocabulary, unsaid};
use crate::{Label, RawLabel, Refusal, Scribe};

/// Which words are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// Those of a banner.
    Long,
    /// Those of a portion.
    Short,
}

/// The categories after the class, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Category {
    Control(Part),
    Foreign,
    Dissemination,
    NonIc,
}

/// Reads a line that begins at byte `at`; the second value says whether it has a bare `REL`.
pub(super) fn read(scribe: &Scribe<'_>, text: &str, at: usize) -> Result<(Label, bool), Refusal> {
    let vocabulary = Vocabulary::of(scribe, "US")?;
    let (mut raw, owners, rest, mut byte) = match text.strip_prefix("//") {
        None => {
            let (class, rest) = text
                .split_once("//")
                .map_or((text, None), |(class, rest)| (class, Some(rest)));
            (
                self::class(class, at, vocabulary)?,
                None,
                rest,
                at + class.len() + 2,
            )
        }
        Some(foreign) if !foreign.trim_start().to_ascii_uppercase().starts_with("JOINT ") => {
            return Ok((foreign::read(scribe, foreign, at + 2)?, false));
        }
        Some(joint) => {
            let (class, rest) = joint
                .split_once("//")
                .map_or((joint, None), |(class, rest)| (class, Some(rest)));
            let (raw, owners) = foreign::joint(class.trim(), at + 2, vocabulary)?;
            (raw, Some(owners), rest, at + 2 + class.len() + 2)
        }
    };
    let mut last = None;
    let mut bare = false;
    for category in rest.into_iter().flat_map(|rest| rest.split("//")) {
        let kind = kind(category, byte, vocabulary)?;
        if last.is_some_and(|last| last >= kind) {
            return Err(Refusal::at(
                byte,
                format!("`{}` stands out of order", category.trim()),
                "the order is SCI, SAP, AEA, FGI, dissemination, others, each once",
            ));
        }
        last = Some(kind);
        match kind {
            Category::Control(part) => {
                control::read(category, byte, part, vocabulary, &mut raw.compartments)?;
            }
            Category::Foreign => foreign::fgi(category, byte, vocabulary, &mut raw)?,
            Category::Dissemination => {
                let said =
                    dissemination::read(scribe, category, byte, Group::Handling, vocabulary, &mut raw)?;
                bare = said.bare;
                raw.releasable_to = said.release;
            }
            Category::NonIc => {
                dissemination::read(scribe, category, byte, Group::NonIc, vocabulary, &mut raw)?;
            }
        }
        byte += category.len() + 2;
    }
    if let Some(owners) = owners {
        // What is owned together may be received by its owners.
        match &raw.releasable_to {
            Some(release) if !owners.is_subset(release) || bare => {
                return Err(Refusal::at(
                    at,
                    "the release leaves out an owner of JOINT information",
                    "release it to every owner",
                ));
            }
            Some(_) => {}
            None => raw.releasable_to = Some(owners),
        }
    }
    high_enough(&raw, vocabulary)?;
    Ok((scribe.understand(&raw)?, bare))
}

fn class(text: &str, at: usize, vocabulary: Vocabulary<'_>) -> Result<RawLabel, Refusal> {
    let text = text.trim();
    let mut raw = RawLabel::new(&vocabulary.scheme.id, "U");
    if text.eq_ignore_ascii_case(CUI) {
        raw.compartments.insert(CUI.to_owned());
        return Ok(raw);
    }
    let same = |word: &str| word.eq_ignore_ascii_case(text);
    let mut levels = vocabulary.scheme.levels.iter();
    match levels.find(|level| same(&level.marking) || same(&level.short)) {
        Some(level) => {
            raw.level.clone_from(&level.id);
            Ok(raw)
        }
        None => Err(Refusal::at(
            at,
            format!("`{text}` is no US classification"),
            "begin with UNCLASSIFIED, CUI, CONFIDENTIAL, SECRET or TOP SECRET, and `//` before what follows",
        )),
    }
}

fn kind(text: &str, at: usize, vocabulary: Vocabulary<'_>) -> Result<Category, Refusal> {
    let first = text
        .split('/')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_uppercase();
    let word = first.split([' ', '-']).next().unwrap_or_default();
    let system = if first.starts_with("SAR-") { "SAR-" } else { word };
    if let Some(part) = control::part_of(system, vocabulary) {
        return Ok(Category::Control(part));
    }
    if word == FGI {
        return Ok(Category::Foreign);
    }
    if dissemination::is_one(&first, Group::Handling, vocabulary) {
        return Ok(Category::Dissemination);
    }
    if dissemination::is_one(&first, Group::NonIc, vocabulary) {
        return Ok(Category::NonIc);
    }
    Err(Refusal::at(
        at,
        format!("`{}` is of no category", text.trim()),
        "write control systems and controls that the scheme knows",
    ))
}

/// Writes a line.
pub(super) fn write(scribe: &Scribe<'_>, label: &Label, words: Words) -> Result<String, Refusal> {
    if label.scheme() != "US" {
        return foreign::write(scribe, label);
    }
    let vocabulary = Vocabulary::of(scribe, "US")?;
    vocabulary.only_known(label)?;
    if label.not_before().is_some() {
        return Err(unsaid("us", "an embargo"));
    }
    if label.nationals_only() {
        return Err(unsaid("us", "that nationals alone may read it"));
    }
    let level = vocabulary
        .scheme
        .levels
        .iter()
        .find(|level| level.id == label.level());
    let class = match (level, words) {
        _ if label.compartments().contains(CUI) => CUI,
        (Some(level), Words::Long) => &level.marking,
        (Some(level), Words::Short) => &level.short,
        (None, _) => "",
    };
    let mut line = class.to_owned();
    let owners = label
        .caveats()
        .iter()
        .find_map(|caveat| caveat.strip_prefix(JOINT));
    if let Some(owners) = owners {
        line = format!("//JOINT {class} {owners}");
    }
    for part in [Part::Sci, Part::Sap, Part::Aea] {
        if let Some(systems) = control::write(label.compartments(), part, vocabulary)? {
            line.push_str("//");
            line.push_str(&systems);
        }
    }
    if let Some(fgi) = foreign::write_fgi(label.caveats()) {
        line.push_str("//");
        line.push_str(&fgi);
    }
    for group in [Group::Handling, Group::NonIc] {
        let mut values = of_group(label, group, words, vocabulary);
        if group == Group::Handling {
            values = with_release(scribe, label, owners, values, words)?;
        }
        if !values.is_empty() {
            line.push_str("//");
            line.push_str(&values.join("/"));
        }
    }
    Ok(line)
}

fn of_group(label: &Label, group: Group, words: Words, vocabulary: Vocabulary<'_>) -> Vec<String> {
    let known = vocabulary.words.caveats.iter();
    known
        .filter(|caveat| caveat.group == group && label.caveats().contains(&caveat.id))
        .map(|caveat| match (&caveat.short, words) {
            (Some(short), Words::Short) => short.clone(),
            _ => caveat.id.clone(),
        })
        .collect()
}

/// ORCON, NOFORN, the others, then the lists.
fn with_release(
    scribe: &Scribe<'_>,
    label: &Label,
    owners: Option<&str>,
    others: Vec<String>,
    words: Words,
) -> Result<Vec<String>, Refusal> {
    let either = |long: &str, short: &str| {
        if words == Words::Long {
            long.to_owned()
        } else {
            short.to_owned()
        }
    };
    let mut values = Vec::new();
    if label.originator_controlled_by().is_some() {
        values.push(either("ORCON", "OC"));
    }
    let mut list = None;
    match label.releasable_to() {
        None if is_default_audience(scribe, label) => {}
        Some(names) if names.len() == 1 && names.contains(USA) => values.push(either("NOFORN", "NF")),
        Some(names)
            if label
                .audience()
                .nations()
                .is_some_and(|nations| nations.contains(USA)) =>
        {
            let names = rel_to(names);
            if owners != Some(names.as_str()) {
                list = Some(format!("REL TO {names}"));
            }
        }
        _ => return Err(unsaid("us", "that it is for everybody, or not for USA")),
    }
    values.extend(others);
    values.extend(list);
    values.extend(
        label
            .caveats()
            .iter()
            .filter(|caveat| caveat.starts_with(DISPLAY_ONLY))
            .cloned(),
    );
    Ok(values)
}
