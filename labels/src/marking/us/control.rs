// SPDX-License-Identifier: Apache-2.0
//! US control systems with their compartments: `SI-G ABCD`, `SAR-MB`, `RD-SIGMA 14`.
//!
//! A label holds a system, its compartments and their sub-compartments each as a compartment of its
//! own (`SI`, `SI-G`, `SI-G ABCD`), so that a reader has to hold every one.

use std::collections::{BTreeMap, BTreeSet};

use crate::Refusal;
use crate::vocabulary::Vocabulary;

/// Which part of the marking a system stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Sensitive compartmented information.
    Sci,
    /// Special access programs.
    Sap,
    /// Atomic energy information.
    Aea,
}

const SAR: &str = "SAR-";
const AEA: [&str; 3] = ["FRD", "RD", "TFNI"];

/// Which part a system belongs to; `SAR-` is part of a program's name.
pub(super) fn part_of(system: &str, vocabulary: Vocabulary<'_>) -> Option<Part> {
    if system.starts_with(SAR) {
        Some(Part::Sap)
    } else if AEA.contains(&system) {
        Some(Part::Aea)
    } else {
        vocabulary.words.needs.contains_key(system).then_some(Part::Sci)
    }
}

/// Reads the systems of one part, `/` between them, into compartments.
pub(super) fn read(
    text: &str,
    at: usize,
    part: Part,
    vocabulary: Vocabulary<'_>,
    tags: &mut BTreeSet<String>,
) -> Result<(), Refusal> {
    let mut byte = at;
    let text = text.to_ascii_uppercase();
    for (number, value) in text.split('/').enumerate() {
        let refuse = |what: &str, next: &str| Refusal::at(byte, what.to_owned(), next);
        let mut value_text = value.trim();
        if part == Part::Sap {
            match value_text.strip_prefix(SAR) {
                Some(program) => value_text = program,
                None if number == 0 => return Err(refuse("a program without `SAR-`", "begin with `SAR-`")),
                None => {}
            }
        }
        let mut pieces = value_text.split('-');
        let name = pieces.next().unwrap_or_default();
        if !is_word(name) || (part == Part::Sap && name == "SAR") {
            return Err(refuse(
                &format!("`{}` names no system", value.trim()),
                "write capitals and digits, as in `SI-G ABCD`",
            ));
        }
        let system = if part == Part::Sap {
            format!("{SAR}{name}")
        } else {
            name.to_owned()
        };
        if part_of(&system, vocabulary) != Some(part) {
            return Err(refuse(
                &format!("`{system}` is no control system of this part"),
                "name one that the scheme knows",
            ));
        }
        for piece in pieces {
            let mut words = piece.split_whitespace();
            let compartment = words.next().unwrap_or_default();
            let subs: Vec<&str> = words.collect();
            if !fits(&system, compartment, &subs) {
                return Err(refuse(
                    &format!("`{piece}` is no compartment of `{system}`"),
                    "write capitals and digits; sub-compartments follow after blanks",
                ));
            }
            tags.extend(subs.iter().map(|sub| format!("{system}-{compartment} {sub}")));
            tags.insert(format!("{system}-{compartment}"));
        }
        tags.insert(system);
        byte += value.len() + 1;
    }
    Ok(())
}

/// Writes the systems of one part, or says which compartment stands without what it belongs to.
pub(super) fn write(
    tags: &BTreeSet<String>,
    part: Part,
    vocabulary: Vocabulary<'_>,
) -> Result<Option<String>, Refusal> {
    let mut systems: BTreeMap<String, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for tag in tags {
        let Some((system, rest)) = split(tag) else {
            continue;
        };
        if part_of(&system, vocabulary) != Some(part) {
            continue;
        }
        let compartments = systems.entry(system.clone()).or_default();
        let Some((compartment, sub)) = rest else { continue };
        let parent = if sub.is_some() {
            format!("{system}-{compartment}")
        } else {
            system
        };
        if !tags.contains(&parent) {
            return Err(Refusal::whole(
                format!("`{tag}` stands without `{parent}`"),
                "name both: a marking cannot say one without the other",
            ));
        }
        compartments.entry(compartment).or_default().extend(sub);
    }
    if systems.is_empty() {
        return Ok(None);
    }
    let written: Vec<String> = systems
        .iter()
        .enumerate()
        .map(|(number, (system, compartments))| {
            let name = if number > 0 {
                system.strip_prefix(SAR).unwrap_or(system)
            } else {
                system
            };
            let mut text = name.to_owned();
            for (compartment, subs) in compartments {
                text.push('-');
                text.push_str(compartment);
                for sub in subs {
                    text.push(' ');
                    text.push_str(sub);
                }
            }
            text
        })
        .collect();
    Ok(Some(written.join("/")))
}

/// A compartment of a control system in its official spelling, if it is one. Names below a system
/// are open.
pub(crate) fn known(vocabulary: Vocabulary<'_>, text: &str) -> Option<String> {
    if vocabulary.scheme.id != "US" {
        return super::super::uk::is_organisation(text)
            .then(|| text.to_owned())
            .filter(|_| vocabulary.scheme.id == "UK");
    }
    let text = text.to_ascii_uppercase();
    let (system, rest) = split(&text)?;
    part_of(&system, vocabulary)?;
    let whole = match rest {
        None => true,
        Some((compartment, sub)) => {
            // `RD-SIGMA` alone is what `RD-SIGMA 14` belongs to.
            let subs: Vec<&str> = sub.into_iter().collect();
            fits(&system, compartment, &subs)
                || (AEA.contains(&system.as_str()) && compartment == "SIGMA" && sub.is_none())
        }
    };
    whole.then_some(text)
}

/// A compartment, and what is below it.
type Below<'t> = (&'t str, Option<&'t str>);

/// `SI-G ABCD` into `SI` and (`G`, `ABCD`).
fn split(tag: &str) -> Option<(String, Option<Below<'_>>)> {
    let (prefix, bare) = match tag.strip_prefix(SAR) {
        Some(program) => (SAR, program),
        None => ("", tag),
    };
    let (name, rest) = match bare.split_once('-') {
        Some((name, rest)) => (name, Some(rest)),
        None => (bare, None),
    };
    let rest = match rest.map(|rest| rest.split_once(' ').map_or((rest, None), |(a, b)| (a, Some(b)))) {
        Some((compartment, sub)) if is_word(compartment) && sub.is_none_or(is_word) => {
            Some((compartment, sub))
        }
        Some(_) => return None,
        None => None,
    };
    is_word(name).then(|| (format!("{prefix}{name}"), rest))
}

fn fits(system: &str, compartment: &str, subs: &[&str]) -> bool {
    let numbers = || !subs.is_empty() && subs.iter().all(|sub| sub.chars().all(|c| c.is_ascii_digit()));
    is_word(compartment)
        && subs.iter().all(|sub| is_word(sub))
        && match (system, compartment) {
            ("RD", "CNWDI") => subs.is_empty(),
            ("RD" | "FRD", "SIGMA") => numbers(),
            ("RD" | "FRD" | "TFNI", _) => false,
            _ => true,
        }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.len() <= 40 && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}
