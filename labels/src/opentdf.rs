// SPDX-License-Identifier: Apache-2.0
//! Labels as OpenTDF attribute names, `https://{ns}/attr/{name}/value/{value}`, one a line.
//!
//! The attributes of a scheme are `{scheme}-level` (HIERARCHY, index 0 is the highest),
//! `{scheme}-compartment` (ALL_OF) and `{scheme}-release` (ANY_OF). Definitions are ANDed. What has no
//! such rule (caveats, nationals only, an embargo, an originator's control) cannot be written. An
//! unknown name is refused. Names of attributes are the product's own; compatible with published
//! samples of the form of a name (unverified).
//!
//! Some servers take nothing but letters, digits, `-` and `_` for a value. To them `streng-geheim` says
//! `STRENG GEHEIM` ([`plain`]), and it is read wherever nothing else could be meant.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::fold::fold;
use crate::vocabulary::{Vocabulary, unsaid};
use crate::{Label, RawLabel, Refusal, Scheme, Scribe};

/// How the values of an attribute are tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Values in order, the highest first: entitled at or above.
    Hierarchy,
    /// Entitled to every one.
    AllOf,
    /// Entitled to one.
    AnyOf,
}

/// An attribute of a scheme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// How it is tested.
    pub rule: Rule,
    /// Its values as they stand in names; for [`Rule::Hierarchy`] the highest first. Where values
    /// are open (control systems, codewords), those that the scheme names.
    pub values: Vec<String>,
}

impl Definition {
    /// Whether somebody entitled to `held` may have what carries `required`. Unknown is no.
    pub fn satisfied(&self, required: &BTreeSet<String>, held: &BTreeSet<String>) -> bool {
        let place = |value: &String| self.values.iter().position(|known| known == value);
        match self.rule {
            Rule::AllOf => required.is_subset(held),
            Rule::AnyOf => required.is_empty() || !required.is_disjoint(held),
            Rule::Hierarchy => required.iter().all(|value| {
                place(value).is_some_and(|needed| held.iter().filter_map(place).any(|have| have <= needed))
            }),
        }
    }
}

/// The attributes of a scheme, to be entered where OpenTDF keeps them.
pub fn definitions(scheme: &Scheme, recipients: impl IntoIterator<Item = String>) -> [Definition; 3] {
    let name = |what: &str| format!("{}-{what}", fold(&scheme.id));
    [
        Definition {
            name: name(LEVEL),
            rule: Rule::Hierarchy,
            values: scheme.levels.iter().rev().map(|level| value(&level.id)).collect(),
        },
        Definition {
            name: name(COMPARTMENT),
            rule: Rule::AllOf,
            values: scheme.tags.iter().map(|tag| value(&tag.id)).collect(),
        },
        Definition {
            name: name(RELEASE),
            rule: Rule::AnyOf,
            values: recipients.into_iter().map(|name| value(&name)).collect(),
        },
    ]
}

const LEVEL: &str = "level";
const COMPARTMENT: &str = "compartment";
const RELEASE: &str = "release";

/// Reads names, one a line or between blanks.
pub(crate) fn read(scribe: &Scribe<'_>, text: &str) -> Result<Label, Refusal> {
    let mut raw: Option<RawLabel> = None;
    let mut rank = None;
    let mut count = 0;
    for (byte, word) in words(text) {
        count += 1;
        if count > scribe.limits.values {
            return Err(Refusal::at(
                byte,
                format!("more than {} names", scribe.limits.values),
                "name fewer values",
            ));
        }
        let (attribute, text) = split(word, &scribe.namespace).ok_or_else(|| {
            Refusal::at(
                byte,
                format!("`{word}` is no attribute name of this namespace"),
                format!(
                    "write `https://{}/attr/{{name}}/value/{{value}}`",
                    scribe.namespace
                ),
            )
        })?;
        let unknown = |what: &str| {
            Refusal::at(
                byte,
                format!("`{what}` is not in use"),
                "name an attribute and a value of a scheme in use",
            )
        };
        let attribute = attribute.to_ascii_lowercase();
        let (scheme, kind) = attribute.rsplit_once('-').ok_or_else(|| unknown(&attribute))?;
        let scheme = scribe
            .schemes
            .iter()
            .find(|other| fold(&other.id) == scheme)
            .ok_or_else(|| unknown(&attribute))?;
        let vocabulary = Vocabulary::new(scribe, scheme);
        let text = decoded(text).ok_or_else(|| unknown(text))?;
        let raw = raw.get_or_insert_with(|| RawLabel::new(&scheme.id, ""));
        if raw.scheme != scheme.id {
            return Err(Refusal::at(
                byte,
                format!("the names are of `{}` and of `{}`", raw.scheme, scheme.id),
                "write one label at a time",
            ));
        }
        match kind {
            LEVEL => {
                let ids = || scheme.levels.iter().map(|level| level.id.as_str());
                let id = ids().find(|id| fold(id) == fold(&text));
                let id = id.or_else(|| only(ids(), &text)).ok_or_else(|| unknown(&text))?;
                let level = scheme.level(id).ok_or_else(|| unknown(&text))?;
                // Every value has to be satisfied, so that the highest counts.
                if rank < Some(level.rank) {
                    rank = Some(level.rank);
                    raw.level.clone_from(&level.id);
                }
            }
            COMPARTMENT => {
                let known = vocabulary.compartment(&text);
                let known = known.or_else(|| only(vocabulary.compartments(), &text).map(str::to_owned));
                raw.compartments.insert(known.ok_or_else(|| unknown(&text))?);
            }
            RELEASE => {
                let name = vocabulary.recipient(&text);
                let others = || vocabulary.recipients().map(String::as_str);
                let name = name.or_else(|| only(others(), &text).map(str::to_owned));
                let releasable_to = raw.releasable_to.get_or_insert_default();
                releasable_to.insert(name.ok_or_else(|| unknown(&text))?);
            }
            _ => return Err(unknown(&attribute)),
        }
    }
    match raw {
        Some(raw) if rank.is_some() => scribe.understand(&raw),
        _ => Err(Refusal::whole(
            "no name says the level",
            "name the level of the scheme",
        )),
    }
}

/// Writes names, one a line: the level, the compartments, the release.
pub(crate) fn write(scribe: &Scribe<'_>, label: &Label) -> Result<String, Refusal> {
    let vocabulary = Vocabulary::of(scribe, label.scheme())?;
    vocabulary.only_known(label)?;
    let unsaid = |what: &str| Err(unsaid("opentdf", what));
    if let Some(caveat) = label.caveats().first() {
        return unsaid(&format!("the caveat `{caveat}`"));
    }
    if label.nationals_only() {
        return unsaid("that nationals alone may read it");
    }
    if label.not_before().is_some() {
        return unsaid("an embargo");
    }
    if label.originator_controlled_by().is_some() {
        return unsaid("that its originator controls it");
    }
    let scheme = fold(label.scheme());
    let name = |kind: &str, text: &str| {
        format!(
            "https://{}/attr/{scheme}-{kind}/value/{}",
            scribe.namespace,
            value(text)
        )
    };
    let mut lines = vec![name(LEVEL, label.level())];
    lines.extend(label.compartments().iter().map(|tag| name(COMPARTMENT, tag)));
    lines.extend(
        label
            .releasable_to()
            .into_iter()
            .flatten()
            .map(|to| name(RELEASE, to)),
    );
    Ok(lines.join("\n"))
}

/// What a name is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    /// One of the compartments.
    Compartment,
    /// The level.
    Level,
    /// One of those to whom it is released.
    Release,
}

/// The name of a value in letters, digits, `-` and `_` alone. Read it back before relying on it: two
/// values may have one such name, and then it is refused.
pub fn plain(namespace: &str, scheme: &str, attribute: Attribute, text: &str) -> String {
    let kind = match attribute {
        Attribute::Compartment => COMPARTMENT,
        Attribute::Level => LEVEL,
        Attribute::Release => RELEASE,
    };
    format!(
        "https://{namespace}/attr/{}-{kind}/value/{}",
        fold(scheme),
        hyphened(text)
    )
}

/// The one of `known` that is meant by a plain value.
fn only<'k>(known: impl Iterator<Item = &'k str>, text: &str) -> Option<&'k str> {
    let wanted = hyphened(text);
    let mut meant: Vec<&str> = known.filter(|id| hyphened(id) == wanted).collect();
    meant.sort_unstable();
    meant.dedup();
    match meant.as_slice() {
        [one] => Some(*one),
        _ => None,
    }
}

/// A value in letters, digits, `-` and `_` alone.
fn hyphened(text: &str) -> String {
    let folded = fold(text);
    let letters = folded.chars().map(|letter| match letter {
        letter if letter.is_ascii_alphanumeric() || letter == '_' => letter,
        _ => '-',
    });
    letters.collect()
}

/// Words with the byte at which each begins.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut byte = 0;
    text.split_inclusive(char::is_whitespace)
        .map(move |piece| {
            let at = byte;
            byte += piece.len();
            (at, piece.trim_end())
        })
        .filter(|(_, word)| !word.is_empty())
}

fn split<'w>(word: &'w str, namespace: &str) -> Option<(&'w str, &'w str)> {
    let rest = word.strip_prefix("https://")?;
    let (host, rest) = rest.split_once('/')?;
    let rest = rest.strip_prefix("attr/")?;
    let (name, value) = rest.split_once("/value/")?;
    (host.eq_ignore_ascii_case(namespace) && !name.is_empty() && !value.is_empty()).then_some((name, value))
}

/// A value as it stands in a name: lower case, everything but letters, digits, `-` and `_` encoded.
fn value(text: &str) -> String {
    let mut out = String::new();
    for byte in text.to_lowercase().bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            out.push(char::from(byte));
        } else {
            // INVARIANT: writing into a text cannot fail.
            let _ = write!(out, "%{byte:02x}");
        }
    }
    out
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut given = text.bytes();
    while let Some(byte) = given.next() {
        bytes.push(match byte {
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(given.next()?)?, digit(given.next()?)?);
                u8::try_from(high * 16 + low).ok()?
            }
            b if b.is_ascii_alphanumeric() || b == b'-' || b == b'_' => b,
            _ => return None,
        });
    }
    String::from_utf8(bytes).ok()
}
