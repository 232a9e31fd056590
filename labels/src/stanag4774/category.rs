// SPDX-License-Identifier: Apache-2.0
//! What the categories of an XML label mean. Restrictive: hold all. Permissive: belong to one.
//! Informative: shown.

use std::collections::BTreeSet;

use chrono::DateTime;

use super::{CONTEXT, CONTROLLED, NATIONALS, NOT_BEFORE, ONLY, is_reserved, owner_names, same};
use crate::release::{self, Release};
use crate::vocabulary::Vocabulary;
use crate::{RawLabel, Refusal};

/// One category as it was written.
pub(super) struct Category<'a> {
    pub(super) tag: &'a str,
    pub(super) kind: &'a str,
    pub(super) values: Vec<String>,
}

/// What was said about the audience, until all of it is known.
#[derive(Debug, Default)]
pub(super) struct Categories {
    context: Option<String>,
    releasable: bool,
    beside: Option<BTreeSet<String>>,
    only: Option<BTreeSet<String>>,
}

type Fault = (String, &'static str);

impl Categories {
    /// Takes one category.
    pub(super) fn take(
        &mut self,
        category: Category<'_>,
        vocabulary: Vocabulary<'_>,
        raw: &mut RawLabel,
    ) -> Result<(), Fault> {
        match category.kind.trim().to_ascii_uppercase().as_str() {
            "RESTRICTIVE" => restrictive(&category, vocabulary, raw),
            "PERMISSIVE" => self.permissive(category, vocabulary),
            "INFORMATIVE" => informative(category, vocabulary, raw),
            _ => Err((
                format!("`{}` is no type of a category", category.kind),
                "write RESTRICTIVE, PERMISSIVE or INFORMATIVE",
            )),
        }
    }

    fn permissive(&mut self, category: Category<'_>, vocabulary: Vocabulary<'_>) -> Result<(), Fault> {
        if same(category.tag, CONTEXT) {
            return self.context(category, vocabulary);
        }
        let list = if same(category.tag, ONLY) {
            &mut self.only
        } else if same(category.tag, &vocabulary.words.tag_names.release)
            || same(category.tag, "Releasable To")
        {
            &mut self.beside
        } else {
            return Err((
                format!("`{}` is no permissive tag in use", category.tag),
                "name who may receive it under `Releasable To` or `Only`",
            ));
        };
        for value in category.values {
            let name = vocabulary.recipient(&value).ok_or_else(|| {
                (
                    format!("`{value}` is no nation, community or organisation in use"),
                    "name it by its ISO 3166-1 code or its English name",
                )
            })?;
            list.get_or_insert_default().insert(name);
        }
        Ok(())
    }

    fn context(&mut self, category: Category<'_>, vocabulary: Vocabulary<'_>) -> Result<(), Fault> {
        for value in category.values {
            if same(&value, "Releasable") {
                self.releasable = true;
            } else if owner_names(vocabulary.words.owner.as_ref())
                .iter()
                .any(|owner| same(owner, &value))
            {
                // The owner itself is the usual context.
            } else if let Some(name) = vocabulary
                .words
                .organisations
                .iter()
                .find(|name| same(name, &value))
            {
                if self.context.as_ref().is_some_and(|other| other != name) {
                    return Err(("two contexts".to_owned(), "name one"));
                }
                self.context = Some(name.clone());
            } else {
                return Err((
                    format!("`{value}` is no context in use"),
                    "name an organisation in use",
                ));
            }
        }
        Ok(())
    }

    /// Puts the audience into the label.
    pub(super) fn settle(self, vocabulary: Vocabulary<'_>, raw: &mut RawLabel) -> Result<(), Refusal> {
        if self.beside.is_some() && self.only.is_some() {
            return Err(Refusal::whole(
                "`Releasable To` and `Only` exclude each other",
                "keep the one that is meant",
            ));
        }
        if self.releasable && self.beside.is_none() {
            return Err(Refusal::whole(
                "the context says `Releasable`, and nothing says to whom",
                "add `Releasable To`",
            ));
        }
        if let Some(name) = self.context {
            raw.caveats.insert(release::context_caveat(&name));
        }
        let release = self.only.map(Release::Only).or(self.beside.map(Release::Beside));
        release::apply(raw, release, vocabulary)
    }
}

fn restrictive(category: &Category<'_>, vocabulary: Vocabulary<'_>, raw: &mut RawLabel) -> Result<(), Fault> {
    let one = || match category.values.as_slice() {
        [value] => Ok(value.clone()),
        _ => Err((format!("`{}` has one value", category.tag), "say it once")),
    };
    if same(category.tag, NATIONALS) {
        if one()? != "true" {
            return Err((format!("`{NATIONALS}` is `true` or left out"), "write `true`"));
        }
        raw.nationals_only = true;
    } else if same(category.tag, NOT_BEFORE) {
        let text = one()?;
        let moment = DateTime::parse_from_rfc3339(&text).map_err(|_| {
            (
                format!("`{text}` is no moment"),
                "write it as 2026-11-26T12:00:00Z",
            )
        })?;
        // Of two embargoes the later one holds.
        raw.not_before = raw.not_before.max(Some(moment.to_utc()));
    } else if same(category.tag, CONTROLLED) {
        let agency = one()?;
        if raw.originator_controlled_by.replace(agency).is_some() {
            return Err(("two originators control it".to_owned(), "name one"));
        }
    } else {
        for value in &category.values {
            let tag = vocabulary.compartment(value).ok_or_else(|| {
                (
                    format!("`{value}` is no compartment of `{}`", vocabulary.scheme.id),
                    "name it as a codeword in use",
                )
            })?;
            raw.compartments.insert(tag);
        }
    }
    Ok(())
}

fn informative(category: Category<'_>, vocabulary: Vocabulary<'_>, raw: &mut RawLabel) -> Result<(), Fault> {
    let names = &vocabulary.words.tag_names;
    if is_reserved(category.tag, names) {
        return Err((
            format!("`{}` restricts, and is given as INFORMATIVE", category.tag),
            "give it the type that it has",
        ));
    }
    for value in category.values {
        if let Some(tag) = vocabulary.compartment(&value) {
            return Err((
                format!("`{tag}` is a compartment, and is given as INFORMATIVE"),
                "give it as RESTRICTIVE",
            ));
        }
        raw.caveats.insert(if same(category.tag, &names.caveats) {
            value
        } else {
            format!("{}: {value}", category.tag)
        });
    }
    Ok(())
}
