// SPDX-License-Identifier: Apache-2.0
//! Which names a scheme knows. Everything else is refused by the formats that promise it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::fold::fold;
use crate::marking::{MarkingWords, us};
use crate::{Label, Refusal, Scheme, Scribe, nations};

static NO_WORDS: LazyLock<MarkingWords> = LazyLock::new(MarkingWords::default);

/// A scheme together with what the scribe knows of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Vocabulary<'a> {
    pub(crate) scheme: &'a Scheme,
    pub(crate) words: &'a MarkingWords,
    scribe: &'a Scribe<'a>,
}

impl<'a> Vocabulary<'a> {
    pub(crate) fn new(scribe: &'a Scribe<'a>, scheme: &'a Scheme) -> Self {
        Self {
            scheme,
            words: scheme.markings.as_ref().unwrap_or(&NO_WORDS),
            scribe,
        }
    }

    /// Of the scheme of that id.
    pub(crate) fn of(scribe: &'a Scribe<'a>, scheme: &str) -> Result<Self, Refusal> {
        let scheme = scribe.schemes.scheme(scheme).ok_or_else(|| {
            Refusal::whole(
                format!("unknown scheme `{scheme}`"),
                "name a scheme that is in use",
            )
        })?;
        Ok(Self::new(scribe, scheme))
    }

    /// Of the scheme of `label`, which has to be this one.
    pub(crate) fn of_label(scribe: &'a Scribe<'a>, scheme: &str, label: &Label) -> Result<Self, Refusal> {
        if label.scheme() != scheme {
            return Err(Refusal::whole(
                format!(
                    "a label of scheme `{}` has no marking of `{scheme}`",
                    label.scheme()
                ),
                "bring it across by an agreement that covers labels first",
            ));
        }
        Self::of(scribe, scheme)
    }

    /// Phrases for a level, each with the level's id and the compartments that it says too.
    pub(crate) fn levels(self) -> impl Iterator<Item = (&'a str, (&'a str, Option<&'a BTreeSet<String>>))> {
        let single = self.scheme.levels.iter().flat_map(move |level| {
            let more = self.words.words.get(&level.id).into_iter().flatten();
            [&level.marking, &level.id, &level.short]
                .into_iter()
                .chain(more)
                .map(|phrase| (phrase.as_str(), (level.id.as_str(), None)))
        });
        let combined = self.words.combined.iter().map(|combined| {
            let means = (combined.level.as_str(), Some(&combined.compartments));
            (combined.words.as_str(), means)
        });
        single.chain(combined)
    }

    /// The word of a level without its owner.
    pub(crate) fn plain(self, level: &str) -> &'a str {
        let marking = || {
            self.scheme
                .levels
                .iter()
                .find(|other| other.id == level)
                .map_or("", |level| level.marking.as_str())
        };
        self.words.plain.get(level).map_or_else(marking, String::as_str)
    }

    /// The words of a level.
    pub(crate) fn marking(self, level: &str) -> &'a str {
        self.scheme.level(level).map_or("", |level| &level.marking)
    }

    /// The compartments that are known by name.
    pub(crate) fn compartments(self) -> impl Iterator<Item = &'a str> {
        self.scheme
            .tags
            .iter()
            .chain(&self.words.tags)
            .map(|tag| tag.id.as_str())
            .chain(self.scribe.codewords.iter().map(String::as_str))
    }

    /// A compartment in its official spelling.
    pub(crate) fn compartment(self, text: &str) -> Option<String> {
        self.compartments()
            .find(|known| *known == text)
            .or_else(|| self.compartments().find(|known| fold(known) == fold(text)))
            .map(str::to_owned)
            .or_else(|| us::control::known(self, text))
    }

    /// Refuses a label that names a compartment that reading would refuse, or in another spelling.
    pub(crate) fn only_known(self, label: &Label) -> Result<(), Refusal> {
        let known = |tag: &&String| self.compartment(tag).as_ref() == Some(*tag);
        if let Some(tag) = label.compartments().iter().find(|tag| !known(tag)) {
            return Err(Refusal::whole(
                format!("`{tag}` is no compartment of `{}`", self.scheme.id),
                "name it as a codeword in use",
            ));
        }
        Ok(())
    }

    /// The caveats that are known by name.
    pub(crate) fn caveats(self) -> impl Iterator<Item = &'a str> {
        self.words.caveats.iter().map(|caveat| caveat.id.as_str())
    }

    /// Who is meant by a name in a release: a nation's code, a community or an organisation.
    pub(crate) fn recipient(self, text: &str) -> Option<String> {
        let folded = fold(text);
        self.recipients()
            .find(|known| fold(known) == folded)
            .cloned()
            .or_else(|| nations::code(text).map(str::to_owned))
    }

    /// Organisations and communities.
    pub(crate) fn recipients(self) -> impl Iterator<Item = &'a String> {
        self.scribe
            .schemes
            .communities()
            .names()
            .chain(&self.words.organisations)
    }

    /// Refuses a recipient at a level at which nothing goes beyond the owner.
    pub(crate) fn may_release(self, level: &str) -> Result<(), Refusal> {
        if self.words.release_excluded_at.contains(level) {
            return Err(Refusal::whole(
                format!(
                    "`{level}` of `{}` is not released beyond its owner",
                    self.scheme.id
                ),
                "leave the release out, or ask the originator for another level",
            ));
        }
        Ok(())
    }

    /// Refuses caveats at levels at which they must not stand.
    pub(crate) fn caveats_fit(self, level: &str, caveats: &BTreeSet<String>) -> Result<(), Refusal> {
        let excluded = |caveat: &&String| {
            self.words
                .caveat_excluded_at
                .get(*caveat)
                .is_some_and(|levels| levels.contains(level))
        };
        match caveats.iter().find(excluded) {
            None => Ok(()),
            Some(caveat) => Err(Refusal::whole(
                format!("`{caveat}` does not go with `{level}` in `{}`", self.scheme.id),
                "leave one of the two out",
            )),
        }
    }
}

/// What a format has no words for.
pub(crate) fn unsaid(format: &str, what: &str) -> Refusal {
    Refusal::whole(
        format!("a marking of `{format}` cannot say {what}"),
        "write it as stanag4774 or json, which can",
    )
}
