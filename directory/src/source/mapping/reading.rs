// SPDX-License-Identifier: Apache-2.0
//! How values are taken and what becomes of each, always in this order: taken, split, made small, matched,
//! translated, read as a moment; at the end, what stands in for nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{DateForm, Pattern, Target};
use crate::source::Attributes;
use crate::source::fault::Checks;
use crate::world::quoted;

/// The most values of one attribute, also once they are split.
pub(super) const MOST_VALUES: usize = 5_000;
/// The longest value that is read.
pub(super) const LONGEST_VALUE: usize = 8 * 1_024;
/// The most entries of a table.
const MOST_ENTRIES: usize = 500;

/// How values are taken. Exactly one of `from`, `join`, `constant` and `part` says from where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Reading {
    /// All values of this attribute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// One value, made of the first of each of several attributes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub join: Option<Join>,
    /// This value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constant: Option<String>,
    /// A part of what `each` of a clearance matched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<String>,
    /// Each value is cut at every place where this stands; blanks around the pieces go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split: Option<String>,
    /// Each value is made small letters.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lowercase: bool,
    /// Values that do not match as a whole are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<Pattern>,
    /// What a match becomes: a text in which `{name}` stands for a part. Absent, the pattern's only named part,
    /// or else the value as it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub give: Option<String>,
    /// What each value becomes; values that are not in the table are left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<BTreeMap<String, String>>,
    /// Each value is a moment, written so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<DateForm>,
    /// Of several values the first counts; else several are a fault where one is expected.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub first: bool,
    /// The value where nothing else came out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<String>,
}

/// One value out of several attributes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// Which; those that are not there are passed over.
    pub of: Vec<String>,
    /// What stands between their values.
    pub with: String,
}

impl Reading {
    /// The attributes that it reads.
    pub fn names(&self) -> BTreeSet<&str> {
        let joined = self.join.iter().flat_map(|join| &join.of);
        self.from.iter().chain(joined).map(String::as_str).collect()
    }

    /// What comes of it, or in words why it cannot be read. `parts` are those of a clearance's `each`.
    pub(super) fn values(
        &self,
        attributes: &Attributes,
        parts: &BTreeMap<String, String>,
    ) -> Result<Vec<String>, String> {
        let mut values = Vec::new();
        for taken in self.taken(attributes, parts)? {
            if taken.len() > LONGEST_VALUE {
                return Err(format!("a value is longer than {LONGEST_VALUE} bytes"));
            }
            match &self.split {
                None => self.pass(&taken, &mut values)?,
                Some(between) => {
                    for piece in taken.split(between.as_str()) {
                        self.pass(piece.trim(), &mut values)?;
                    }
                }
            }
        }
        let mut seen = BTreeSet::new();
        values.retain(|value: &String| seen.insert(value.clone()));
        if self.first {
            values.truncate(1);
        }
        if values.is_empty() {
            values.extend(self.otherwise.clone());
        }
        Ok(values)
    }

    fn taken(
        &self,
        attributes: &Attributes,
        parts: &BTreeMap<String, String>,
    ) -> Result<Vec<String>, String> {
        if let Some(name) = &self.from {
            let values = attributes.get(name).map(Vec::as_slice).unwrap_or_default();
            if values.len() > MOST_VALUES {
                return Err(format!("it has more than {MOST_VALUES} values"));
            }
            return Ok(values.to_vec());
        }
        if let Some(Join { of, with }) = &self.join {
            let firsts = of.iter().filter_map(|name| attributes.get(name)?.first());
            let texts: Vec<&str> = firsts
                .map(|text| text.trim())
                .filter(|text| !text.is_empty())
                .collect();
            return Ok(Vec::from([texts.join(with)]));
        }
        let named = self.part.as_ref().and_then(|part| parts.get(part)).cloned();
        Ok(self.constant.clone().or(named).into_iter().collect())
    }

    /// One value goes through the steps.
    fn pass(&self, value: &str, out: &mut Vec<String>) -> Result<(), String> {
        let mut value = if self.lowercase {
            value.to_lowercase()
        } else {
            value.to_owned()
        };
        if let Some(pattern) = &self.pattern {
            let Some(matched) = pattern.matched(&value) else {
                return Ok(());
            };
            let only = || {
                let parts = pattern.parts();
                let mut parts = parts.iter();
                parts.next().filter(|_| parts.next().is_none()).copied()
            };
            let part = |name: &str| matched.name(name).map(|found| found.as_str()).unwrap_or_default();
            let made = match &self.give {
                Some(template) => Some(filled(template, part)),
                None => only().map(|name| part(name).to_owned()),
            };
            if let Some(made) = made {
                value = made;
            }
        }
        if let Some(table) = &self.table {
            let Some(found) = table.get(&value) else {
                return Ok(());
            };
            value.clone_from(found);
        }
        if let Some(form) = self.date
            && !value.is_empty()
        {
            let moment = form
                .read(&value)
                .ok_or_else(|| format!("{} is no moment of that form", quoted(&value)))?;
            value = moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        }
        if !value.is_empty() {
            if out.len() >= MOST_VALUES {
                return Err(format!("more than {MOST_VALUES} values come of it"));
            }
            out.push(value);
        }
        Ok(())
    }

    /// `parts` are those that it may name.
    pub(super) fn check(&self, target: Option<Target>, parts: &BTreeSet<&str>, at: &Checks<'_>) {
        let sources = [
            self.from.is_some(),
            self.join.is_some(),
            self.constant.is_some(),
            self.part.is_some(),
        ];
        if sources.iter().filter(|given| **given).count() != 1 {
            at.fault("takes its value from exactly one of `from`, `join`, `constant` and `part`");
        }
        at.member("from").texts(&self.from, 1);
        if let Some(join) = &self.join {
            at.member("join").member("of").texts(&join.of, 10);
            if join.of.is_empty() || join.with.len() > 100 {
                at.member("join")
                    .fault("`of` names attributes, and `with` has at most 100 bytes");
            }
        }
        if let Some(part) = &self.part
            && !parts.contains(part.as_str())
        {
            at.member("part")
                .fault(format_args!("`each` has no part `{part}` in its pattern"));
        }
        at.member("split").texts(&self.split, 1);
        if let Some(template) = &self.give {
            match &self.pattern {
                None => at.member("give").fault("stands beside no `pattern`"),
                Some(pattern) => template_check(template, &pattern.parts(), &at.member("give")),
            }
        }
        if let Some(table) = &self.table {
            if table.is_empty() || table.len() > MOST_ENTRIES {
                at.member("table")
                    .fault(format_args!("has 1 to {MOST_ENTRIES} entries"));
            }
            for (word, meaning) in table {
                let at = at.member("table").member(word);
                at.text(meaning);
                if self.date.is_none() {
                    fits(target, meaning, &at);
                }
            }
        }
        if let Some(word) = &self.otherwise {
            at.member("otherwise").text(word);
            fits(target, word, &at.member("otherwise"));
        }
        if let Some(word) = &self.constant {
            at.member("constant").text(word);
            if self.split.is_none() && self.pattern.is_none() && self.table.is_none() && !self.lowercase {
                fits(target, word, &at.member("constant"));
            }
        }
        if self.date.is_some() && target.is_some() {
            at.member("date")
                .fault("only `valid_until` of a clearance is a moment");
        }
    }
}

fn fits(target: Option<Target>, word: &str, at: &Checks<'_>) {
    if let Some(fault) = target.and_then(|target| target.fault(word)) {
        at.fault(fault);
    }
}

/// A template with its parts put in. What is in braces was checked when it was read.
fn filled<'t>(template: &str, part: impl Fn(&str) -> &'t str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(part(name));
        rest = behind;
    }
    text.push_str(rest);
    text
}

fn template_check(template: &str, parts: &BTreeSet<&str>, at: &Checks<'_>) {
    at.text(template);
    let mut rest = template;
    while let Some((_, after)) = rest.split_once('{') {
        match after.split_once('}') {
            None => {
                at.fault("a `{` is not closed");
                return;
            }
            Some((name, behind)) => {
                if !parts.contains(name) {
                    at.fault(format_args!("the pattern has no part `{name}`"));
                }
                rest = behind;
            }
        }
    }
}
