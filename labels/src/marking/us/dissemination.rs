// SPDX-License-Identifier: Apache-2.0
//! US dissemination controls and those from outside the intelligence community.

use std::collections::BTreeSet;

use super::USA;
use crate::marking::{Group, recipients};
use crate::scribe::UNNAMED_ORIGINATOR;
use crate::vocabulary::Vocabulary;
use crate::{RawLabel, Refusal, Scribe};

/// The caveat that keeps to whom it may be shown and not given.
pub(super) const DISPLAY_ONLY: &str = "DISPLAY ONLY ";

/// What the controls of one category said.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Who may receive it.
    pub(super) release: Option<BTreeSet<String>>,
    /// `REL` without a list.
    pub(super) bare: bool,
    noforn: bool,
}

/// Reads one category of controls.
pub(super) fn read(
    scribe: &Scribe<'_>,
    text: &str,
    at: usize,
    group: Group,
    vocabulary: Vocabulary<'_>,
    raw: &mut RawLabel,
) -> Result<Said, Refusal> {
    let mut said = Said::default();
    let mut byte = at;
    for value in text.split('/') {
        let start = byte + value.len() - value.trim_start().len();
        byte += value.len() + 1;
        let upper = value.trim().to_ascii_uppercase();
        let known = |caveat: &&crate::marking::Caveat| {
            caveat.group == group && (caveat.id == upper || caveat.short.as_deref() == Some(&upper))
        };
        if let Some(caveat) = vocabulary.words.caveats.iter().find(known) {
            raw.caveats.insert(caveat.id.clone());
            continue;
        }
        if group != Group::Handling {
            return Err(unknown(value, start));
        }
        match upper.as_str() {
            "NOFORN" | "NF" => said.noforn = true,
            "ORCON" | "OC" => {
                let agency = scribe.originator.as_deref().unwrap_or(UNNAMED_ORIGINATOR);
                raw.originator_controlled_by = Some(agency.to_owned());
            }
            "REL" => said.bare = true,
            _ => {
                let Some((words, list)) = listed(value.trim_start()) else {
                    return Err(unknown(value, start));
                };
                let names = names(list, start + words.len(), vocabulary)?;
                if words.starts_with(['R', 'r']) {
                    let twice = said.release.replace(names).is_some();
                    if twice {
                        return Err(Refusal::at(start, "two lists of `REL TO`", "write one list"));
                    }
                } else {
                    let names: Vec<String> = names.into_iter().collect();
                    raw.caveats.insert(format!("{DISPLAY_ONLY}{}", names.join(", ")));
                }
            }
        }
    }
    said.settled(at)
}

/// Whether a category begins with a control of this kind.
pub(super) fn is_one(value: &str, group: Group, vocabulary: Vocabulary<'_>) -> bool {
    let upper = value.trim().to_ascii_uppercase();
    let mut caveats = vocabulary
        .words
        .caveats
        .iter()
        .filter(|caveat| caveat.group == group);
    caveats.any(|caveat| caveat.id == upper || caveat.short.as_deref() == Some(&upper))
        || (group == Group::Handling
            && (["NOFORN", "NF", "ORCON", "OC", "REL"].contains(&upper.as_str())
                || listed(value.trim_start()).is_some()))
}

impl Said {
    fn settled(mut self, at: usize) -> Result<Self, Refusal> {
        if self.noforn {
            if self.bare || self.release.is_some() {
                return Err(Refusal::at(
                    at,
                    "`NOFORN` and `REL TO` exclude each other",
                    "keep the one that is meant",
                ));
            }
            self.release = Some(BTreeSet::from([USA.to_owned()]));
        }
        if self.bare && self.release.is_some() {
            return Err(Refusal::at(
                at,
                "`REL` with and without a list",
                "write the list once",
            ));
        }
        match &self.release {
            Some(names) if !names.contains(USA) => Err(Refusal::at(
                at,
                "`REL TO` leaves out USA",
                "begin the list with USA",
            )),
            _ => Ok(self),
        }
    }
}

/// `REL TO USA, GBR` into its words and its list.
fn listed(value: &str) -> Option<(&str, &str)> {
    ["REL TO ", "DISPLAY ONLY "].into_iter().find_map(|words| {
        let (start, list) = value.split_at_checked(words.len())?;
        start.eq_ignore_ascii_case(words).then_some((start, list))
    })
}

/// A list with commas, or with blanks alone where no name has one.
fn names(list: &str, at: usize, vocabulary: Vocabulary<'_>) -> Result<BTreeSet<String>, Refusal> {
    recipients(list, at, vocabulary).or_else(|refusal| {
        if list.contains(',') || !list.trim().contains(' ') {
            return Err(refusal);
        }
        let mut names = BTreeSet::new();
        for word in list.split_whitespace() {
            names.insert(vocabulary.recipient(word).ok_or_else(|| refusal.clone())?);
        }
        Ok(names)
    })
}

fn unknown(value: &str, at: usize) -> Refusal {
    Refusal::at(
        at,
        format!("`{}` is no control of this category", value.trim()),
        "write one that the scheme knows, `/` between values and `//` between categories",
    )
}
