// SPDX-License-Identifier: Apache-2.0
//! Releases of schemes that have an owner: "releasable to" adds to the owner, "only" replaces it, and
//! a context stands in for the owner.

use std::collections::BTreeSet;

use crate::marking::default_audience;
use crate::vocabulary::{Vocabulary, unsaid};
use crate::{Audience, Label, RawLabel, Refusal, Scribe};

/// What is said about the audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Release {
    /// The owner, and these.
    Beside(BTreeSet<String>),
    /// These and nobody else.
    Only(BTreeSet<String>),
}

/// The caveat that keeps a context.
pub(crate) fn context_caveat(name: &str) -> String {
    format!("NATO/{name}")
}

/// The context that a label's caveats name.
pub(crate) fn context<'l>(caveats: &'l BTreeSet<String>, vocabulary: Vocabulary<'_>) -> Option<&'l str> {
    caveats
        .iter()
        .filter_map(|caveat| caveat.strip_prefix("NATO/"))
        .find(|name| vocabulary.words.organisations.contains(*name))
}

/// Puts a release into a label. A context without one is for the members of the context.
pub(crate) fn apply(
    raw: &mut RawLabel,
    release: Option<Release>,
    vocabulary: Vocabulary<'_>,
) -> Result<(), Refusal> {
    let context = context(&raw.caveats, vocabulary).map(str::to_owned);
    raw.releasable_to = match release {
        Some(Release::Only(names)) => Some(names),
        Some(Release::Beside(mut names)) => {
            vocabulary.may_release(&raw.level)?;
            names.extend(context.or_else(|| vocabulary.words.owner.clone()));
            Some(names)
        }
        None => context.map(|name| BTreeSet::from([name])),
    };
    Ok(())
}

/// Takes the context out of a label that is to be written.
pub(crate) fn without_context<'l>(
    label: &'l Label,
    vocabulary: Vocabulary<'_>,
) -> Result<(Option<&'l str>, Label), Refusal> {
    let context = context(label.caveats(), vocabulary);
    let mut rest = label.clone();
    if let Some(name) = context {
        rest = rest.without_caveat(&context_caveat(name));
        if self::context(rest.caveats(), vocabulary).is_some() {
            return Err(unsaid("nato", "two contexts"));
        }
    }
    Ok((context, rest))
}

/// What has to be said about the audience of a label, given its context.
pub(crate) fn of(
    scribe: &Scribe<'_>,
    label: &Label,
    context: Option<&str>,
    vocabulary: Vocabulary<'_>,
) -> Result<Option<Release>, Refusal> {
    let owner = context.or(vocabulary.words.owner.as_deref());
    let usual = match context {
        None => default_audience(scribe, label),
        Some(name) => Audience::Nations(std::sync::Arc::new(scribe.schemes.communities().expand([name]))),
    };
    if *label.audience() == usual {
        return Ok(None);
    }
    let Some(names) = label.releasable_to() else {
        // The default, in words; where it is everybody there are none.
        return match label.audience() {
            Audience::Everybody => Err(unsaid(&vocabulary.scheme.id, "that everybody may receive it")),
            Audience::Nations(_) => Ok(Some(Release::Only(vocabulary.scheme.default_release.to.clone()))),
        };
    };
    let mut others = names.clone();
    Ok(Some(match owner {
        Some(owner) if others.remove(owner) && !others.is_empty() => {
            vocabulary.may_release(label.level())?;
            Release::Beside(others)
        }
        _ => Release::Only(names.clone()),
    }))
}
