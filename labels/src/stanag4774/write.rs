// SPDX-License-Identifier: Apache-2.0
//! Writes the XML in its one form: elements in the order of the samples, values in alphabetical order.

use std::collections::{BTreeMap, BTreeSet};

use chrono::SecondsFormat;

use super::{
    CONTEXT, CONTROLLED, ConfidentialityLabel, NAMESPACE, NATIONALS, NOT_BEFORE, ONLY, PRIVACY_MARK,
    is_reserved, same,
};
use crate::release::{self, Release};
use crate::vocabulary::{Vocabulary, unsaid};
use crate::{Refusal, Scribe};

/// Writes a label.
pub(super) fn write(scribe: &Scribe<'_>, whole: &ConfidentialityLabel) -> Result<String, Refusal> {
    let vocabulary = Vocabulary::of(scribe, whole.label.scheme())?;
    vocabulary.only_known(&whole.label)?;
    let names = &vocabulary.words.tag_names;
    let (context, label) = release::without_context(&whole.label, vocabulary)?;
    let mut out = Xml::default();
    let root = if whole.alternative {
        "alternativeConfidentialityLabel"
    } else {
        "originatorConfidentialityLabel"
    };
    let review = whole
        .review
        .map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    let mut attributes = vec![("xmlns", NAMESPACE)];
    attributes.extend(review.as_deref().map(|at| ("ReviewDateTime", at)));
    out.open(0, root, &attributes)?;
    out.open(1, "ConfidentialityInformation", &[])?;
    let uri = vocabulary.scheme.oid.as_ref().map(|oid| format!("urn:oid:{oid}"));
    let policy = vocabulary
        .words
        .policy_names
        .first()
        .unwrap_or(&vocabulary.scheme.id);
    let attributes: Vec<_> = uri.iter().map(|uri| ("URI", uri.as_str())).collect();
    out.leaf(2, "PolicyIdentifier", &attributes, policy)?;
    out.leaf(2, "Classification", &[], vocabulary.plain(label.level()))?;
    let mut informative: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for caveat in label.caveats() {
        match caveat.split_once(": ") {
            Some((PRIVACY_MARK, mark)) => out.leaf(2, PRIVACY_MARK, &[], mark)?,
            Some((tag, value))
                if !tag.is_empty()
                    && tag.trim() == tag
                    && !same(tag, &names.caveats)
                    && !is_reserved(tag, names) =>
            {
                informative.entry(tag).or_default().insert(value);
            }
            _ => drop(informative.entry(&names.caveats).or_default().insert(caveat)),
        }
    }
    out.category(
        &names.compartments,
        "RESTRICTIVE",
        label.compartments().iter().map(String::as_str),
    )?;
    if label.nationals_only() {
        out.category(NATIONALS, "RESTRICTIVE", ["true"])?;
    }
    if let Some(moment) = label.not_before() {
        let text = moment.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        out.category(NOT_BEFORE, "RESTRICTIVE", [text.as_str()])?;
    }
    if let Some(agency) = label.originator_controlled_by() {
        out.category(CONTROLLED, "RESTRICTIVE", [agency])?;
    }
    let release = exact(scribe, &label, context, vocabulary)?;
    // A release needs two categories together.
    let beside = matches!(release, Some(Release::Beside(_))) && vocabulary.words.owner.is_some();
    let contexts = context.into_iter().chain(beside.then_some("Releasable"));
    out.category(CONTEXT, "PERMISSIVE", contexts)?;
    match &release {
        None => {}
        Some(Release::Beside(to)) => {
            out.category(&names.release, "PERMISSIVE", to.iter().map(String::as_str))?;
        }
        Some(Release::Only(to)) => out.category(ONLY, "PERMISSIVE", to.iter().map(String::as_str))?,
    }
    for (tag, values) in informative {
        out.category(tag, "INFORMATIVE", values)?;
    }
    out.close(1, "ConfidentialityInformation");
    if let Some((kind, id)) = &whole.originator {
        out.leaf(1, "OriginatorID", &[("IDType", kind)], id)?;
    }
    if let Some(moment) = whole.created {
        out.leaf(
            1,
            "CreationDateTime",
            &[],
            &moment.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        )?;
    }
    out.close(0, root);
    Ok(out.text)
}

/// What is said about the audience; a list that was written stays a list.
fn exact(
    scribe: &Scribe<'_>,
    label: &crate::Label,
    context: Option<&str>,
    vocabulary: Vocabulary<'_>,
) -> Result<Option<Release>, Refusal> {
    match (
        release::of(scribe, label, context, vocabulary)?,
        label.releasable_to(),
    ) {
        (None, Some(names)) if context.is_none() => Ok(Some(Release::Only(names.clone()))),
        (release, _) => Ok(release),
    }
}

#[derive(Default)]
struct Xml {
    text: String,
}

impl Xml {
    fn open(&mut self, depth: usize, name: &str, attributes: &[(&str, &str)]) -> Result<(), Refusal> {
        self.start(depth, name, attributes)?;
        self.text.push_str(">\n");
        Ok(())
    }

    fn start(&mut self, depth: usize, name: &str, attributes: &[(&str, &str)]) -> Result<(), Refusal> {
        self.indent(depth);
        self.text.push('<');
        self.text.push_str(name);
        for (attribute, value) in attributes {
            self.text.push(' ');
            self.text.push_str(attribute);
            self.text.push_str("=\"");
            self.words(value)?;
            self.text.push('"');
        }
        Ok(())
    }

    fn leaf(
        &mut self,
        depth: usize,
        name: &str,
        attributes: &[(&str, &str)],
        words: &str,
    ) -> Result<(), Refusal> {
        self.start(depth, name, attributes)?;
        self.text.push('>');
        self.words(words)?;
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push_str(">\n");
        Ok(())
    }

    fn category<'v>(
        &mut self,
        tag: &str,
        kind: &str,
        values: impl IntoIterator<Item = &'v str>,
    ) -> Result<(), Refusal> {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return Ok(());
        }
        self.open(2, "Category", &[("TagName", tag), ("Type", kind)])?;
        for value in values {
            self.leaf(3, "GenericValue", &[], value)?;
        }
        self.close(2, "Category");
        Ok(())
    }

    fn close(&mut self, depth: usize, name: &str) {
        self.indent(depth);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push_str(">\n");
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.text.push_str("  ");
        }
    }

    fn words(&mut self, words: &str) -> Result<(), Refusal> {
        for c in words.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' => self.text.push_str("&quot;"),
                c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                    return Err(unsaid("stanag4774", "a control character"));
                }
                c => self.text.push(c),
            }
        }
        Ok(())
    }
}
