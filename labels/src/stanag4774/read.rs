// SPDX-License-Identifier: Apache-2.0
//! Reads the XML, element by element; what is not in the list is refused.

use chrono::{DateTime, Utc};
use roxmltree::{Document, Node, ParsingOptions};

use super::category::{Categories, Category};
use super::{ConfidentialityLabel, NAMESPACE, PRIVACY_MARK, same};
use crate::fold::fold;
use crate::refusal::Place;
use crate::vocabulary::Vocabulary;
use crate::{RawLabel, Refusal, Scheme, Scribe};

/// Reads a label.
pub(crate) fn read(scribe: &Scribe<'_>, text: &str) -> Result<ConfidentialityLabel, Refusal> {
    if text.len() > scribe.limits.bytes {
        return Err(scribe.too_long());
    }
    shallow(scribe, text)?;
    let options = ParsingOptions {
        allow_dtd: false,
        // Elements, texts between them, and some to spare.
        nodes_limit: u32::try_from(scribe.limits.values.saturating_mul(8).saturating_add(64))
            .unwrap_or(u32::MAX),
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options).map_err(|fault| {
        let row = usize::try_from(fault.pos().row).unwrap_or(1);
        let column = usize::try_from(fault.pos().col).unwrap_or(1);
        Refusal::at(
            crate::scribe::byte_of(text, row, column),
            format!("not XML that is read here: {fault}"),
            "send one element, without a document type",
        )
    })?;
    // What looks like an end inside a comment may have hidden depth from the look before.
    let deep = |node: &Node<'_, '_>| node.ancestors().filter(Node::is_element).count() > scribe.limits.depth;
    if let Some(node) = document.descendants().find(deep) {
        return Err(too_deep(scribe, node.range().start));
    }
    root(scribe, document.root_element())
}

fn too_deep(scribe: &Scribe<'_>, byte: usize) -> Refusal {
    Refusal::at(
        byte,
        format!("elements stand deeper than {}", scribe.limits.depth),
        "a label is flat: check what was sent",
    )
}

fn root(scribe: &Scribe<'_>, root: Node<'_, '_>) -> Result<ConfidentialityLabel, Refusal> {
    let alternative = is(root, "alternativeConfidentialityLabel");
    if !alternative && !is(root, "originatorConfidentialityLabel") {
        return Err(refuse(
            root,
            "it is no confidentiality label",
            format!("send `originatorConfidentialityLabel` of namespace {NAMESPACE}"),
        ));
    }
    let review = attribute(root, &["ReviewDateTime"])?
        .map(|text| moment(root, text))
        .transpose()?;
    let mut information = None;
    let mut created = None;
    let mut originator = None;
    for child in elements(root)? {
        if is(child, "ConfidentialityInformation") {
            once(child, information.replace(child).is_some())?;
        } else if is(child, "CreationDateTime") {
            let at = moment(child, &self::text(child)?)?;
            once(child, created.replace(at).is_some())?;
        } else if is(child, "OriginatorID") {
            let kind = attribute(child, &["IDType"])?.unwrap_or_default().to_owned();
            let id = self::text(child)?;
            once(child, originator.replace((kind, id)).is_some())?;
        } else {
            return Err(refuse(
                child,
                "the element is not understood",
                "leave it out: a succession is not followed",
            ));
        }
    }
    let Some(information) = information else {
        return Err(refuse(
            root,
            "there is no ConfidentialityInformation",
            "say the policy and the classification",
        ));
    };
    Ok(ConfidentialityLabel {
        label: scribe.understand(&self::information(scribe, information)?)?,
        alternative,
        review,
        created,
        originator,
    })
}

fn information(scribe: &Scribe<'_>, node: Node<'_, '_>) -> Result<RawLabel, Refusal> {
    attribute(node, &[])?;
    let mut policy = None;
    let mut class = None;
    let mut marks = Vec::new();
    let mut categories = Vec::new();
    for child in elements(node)? {
        if is(child, "PolicyIdentifier") {
            once(child, policy.replace(self::policy(scribe, child)?).is_some())?;
        } else if is(child, "Classification") {
            attribute(child, &["URI", "URL"])?;
            once(child, class.replace(child).is_some())?;
        } else if is(child, PRIVACY_MARK) {
            attribute(child, &[])?;
            marks.push(format!("{PRIVACY_MARK}: {}", self::text(child)?));
        } else if is(child, "Category") {
            categories.push(child);
        } else {
            return Err(refuse(
                child,
                "the element is not understood",
                "leave it out, or send what it says in another way",
            ));
        }
    }
    let (Some(scheme), Some(class)) = (policy, class) else {
        return Err(refuse(
            node,
            "the policy or the classification is missing",
            "say both",
        ));
    };
    let vocabulary = Vocabulary::new(scribe, scheme);
    let level = level(class, vocabulary)?;
    let mut raw = RawLabel::new(&scheme.id, level);
    raw.caveats.extend(marks);
    let mut said = Categories::default();
    for node in categories {
        let mut values = Vec::new();
        for child in elements(node)? {
            if !is(child, "GenericValue") {
                return Err(refuse(
                    child,
                    "the value is not understood",
                    "write it as a GenericValue",
                ));
            }
            attribute(child, &["URI", "URL"])?;
            values.push(self::text(child)?);
        }
        attribute(node, &["TagName", "Type", "URI", "URL"])?;
        let tag = attribute(node, &["TagName", "*"])?.unwrap_or_default();
        let kind = attribute(node, &["Type", "*"])?.unwrap_or_default();
        if values.is_empty() || tag.is_empty() {
            return Err(refuse(node, "a category without a name or a value", "say both"));
        }
        said.take(Category { tag, kind, values }, vocabulary, &mut raw)
            .map_err(|(what, next)| refuse(node, what, next))?;
    }
    said.settle(vocabulary, &mut raw)
        .map_err(|fault| match fault.place() {
            Place::Label => refuse(node, fault.what(), fault.next()),
            _ => fault,
        })?;
    Ok(raw)
}

/// By object identifier first, then by name.
fn policy<'s>(scribe: &'s Scribe<'_>, node: Node<'_, '_>) -> Result<&'s Scheme, Refusal> {
    let name = fold(&self::text(node)?);
    let uri = attribute(node, &["URI", "URL"])?.unwrap_or_default().trim();
    let prefix = uri.split_at_checked("urn:oid:".len());
    let oid = match prefix {
        Some((prefix, oid)) if prefix.eq_ignore_ascii_case("urn:oid:") => oid,
        _ => uri,
    };
    let by_oid = scribe
        .schemes
        .iter()
        .find(|scheme| !oid.is_empty() && scheme.oid.as_deref() == Some(oid));
    let named = |scheme: &&Scheme| {
        let names = scheme.markings.iter().flat_map(|words| &words.policy_names);
        !name.is_empty() && names.chain([&scheme.id]).any(|known| fold(known) == name)
    };
    let by_name = scribe.schemes.iter().find(named);
    match (by_oid, by_name) {
        (Some(one), Some(other)) if one.id != other.id => Err(refuse(
            node,
            format!("the identifier means `{}` and the name `{}`", one.id, other.id),
            "send the identifier and the name of one policy",
        )),
        (Some(scheme), _) | (None, Some(scheme)) => Ok(scheme),
        (None, None) => Err(refuse(
            node,
            format!("`{name}` is no policy in use"),
            "name a policy in use, by its object identifier",
        )),
    }
}

fn level<'a>(node: Node<'_, '_>, vocabulary: Vocabulary<'a>) -> Result<&'a str, Refusal> {
    let text = self::text(node)?;
    let plain = vocabulary
        .words
        .plain
        .iter()
        .map(|(level, word)| (word.as_str(), level.as_str()));
    let all = vocabulary
        .levels()
        .filter(|(_, (_, compartments))| compartments.is_none())
        .map(|(word, (level, _))| (word, level));
    all.chain(plain)
        .find(|(word, _)| fold(word) == fold(&text))
        .map(|(_, level)| level)
        .ok_or_else(|| {
            refuse(
                node,
                format!("`{}` has no level `{text}`", vocabulary.scheme.id),
                "write the level as the scheme does",
            )
        })
}

/// Refuses elements that stand deeper than allowed, before a tree is made of them.
fn shallow(scribe: &Scribe<'_>, text: &str) -> Result<(), Refusal> {
    let mut depth = 0_usize;
    let mut byte = 0;
    for part in text.split_inclusive('<').skip(1) {
        byte += 1;
        // Comments and the like count too: too deep is refused, never overlooked.
        match part.as_bytes() {
            [b'/', ..] => depth = depth.saturating_sub(1),
            [b'!' | b'?', ..] => {}
            _ => depth += usize::from(!closes_itself(part)),
        }
        if depth > scribe.limits.depth {
            return Err(too_deep(scribe, byte));
        }
        byte += part.len();
    }
    Ok(())
}

fn closes_itself(part: &str) -> bool {
    part.split('>').next().is_some_and(|tag| tag.ends_with('/'))
}

fn is(node: Node<'_, '_>, name: &str) -> bool {
    node.tag_name().namespace() == Some(NAMESPACE) && same(node.tag_name().name(), name)
}

/// The elements inside; words between them are refused.
fn elements<'a, 'i>(node: Node<'a, 'i>) -> Result<Vec<Node<'a, 'i>>, Refusal> {
    if let Some(words) = node
        .children()
        .find(|child| child.is_text() && !child.text().unwrap_or_default().trim().is_empty())
    {
        return Err(refuse(
            words.parent().unwrap_or(node),
            "words where an element is expected",
            "leave them out",
        ));
    }
    Ok(node.children().filter(Node::is_element).collect())
}

/// The words inside; elements between them are refused.
fn text(node: Node<'_, '_>) -> Result<String, Refusal> {
    if let Some(child) = node.children().find(Node::is_element) {
        return Err(refuse(
            child,
            "an element where words are expected",
            "write words",
        ));
    }
    let words: String = node
        .children()
        .filter_map(|child| child.is_text().then(|| child.text()).flatten())
        .collect();
    let words = words.trim().to_owned();
    if words.chars().any(char::is_control) {
        return Err(refuse(
            node,
            "a control character in a value",
            "write the value on one line",
        ));
    }
    if words.is_empty() && !is(node, "PolicyIdentifier") {
        return Err(refuse(node, "the element is empty", "say the value"));
    }
    Ok(words)
}

/// The attribute of one of these names, in any case. Others are refused, except for a version, and
/// those of other namespaces; `*` leaves that test to an earlier call.
fn attribute<'a>(node: Node<'a, '_>, names: &[&str]) -> Result<Option<&'a str>, Refusal> {
    let mut found = None;
    for attribute in node
        .attributes()
        .filter(|attribute| attribute.namespace().is_none())
    {
        if names.iter().any(|name| same(name, attribute.name())) {
            if found.is_none() {
                found = Some(attribute.value());
            } else if names.len() < 3 {
                return Err(refuse(
                    node,
                    format!("`{}` is said twice", attribute.name()),
                    "say it once",
                ));
            }
        } else if !names.contains(&"*") && !same(attribute.name(), "version") {
            return Err(refuse(
                node,
                format!("the attribute `{}` is not understood", attribute.name()),
                "leave it out",
            ));
        }
    }
    Ok(found)
}

fn moment(node: Node<'_, '_>, text: &str) -> Result<DateTime<Utc>, Refusal> {
    DateTime::parse_from_rfc3339(text.trim())
        .map(|moment| moment.to_utc())
        .map_err(|_| {
            refuse(
                node,
                format!("`{text}` is no moment"),
                "write it as 2026-11-26T12:00:00Z",
            )
        })
}

fn once(node: Node<'_, '_>, twice: bool) -> Result<(), Refusal> {
    if twice {
        return Err(refuse(node, "the element occurs twice", "say it once"));
    }
    Ok(())
}

fn refuse(node: Node<'_, '_>, what: impl Into<String>, next: impl Into<String>) -> Refusal {
    let mut names: Vec<&str> = node
        .ancestors()
        .filter(Node::is_element)
        .map(|node| node.tag_name().name())
        .collect();
    names.reverse();
    Refusal::new(Place::Element(names.join("/"), node.range().start), what, next)
}
