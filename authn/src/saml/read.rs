// SPDX-License-Identifier: Apache-2.0
//! Reading elements by their exact names. Text is all the text of an element, joined: a comment
//! does not end it (S7).

use chrono::{DateTime, Utc};
use roxmltree::Node;

use super::Refused;

/// Whether `node` is the element of that name.
pub(crate) fn is(node: Node<'_, '_>, namespace: &str, name: &str) -> bool {
    node.is_element() && node.has_tag_name((namespace, name))
}

/// The children of that name.
pub(crate) fn children<'a, 'd: 'a>(
    of: Node<'a, 'd>,
    namespace: &'a str,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'd>> {
    of.children().filter(move |child| is(*child, namespace, name))
}

/// The child of that name, if there is one; two are an error.
pub(crate) fn maybe<'a, 'd: 'a>(
    of: Node<'a, 'd>,
    namespace: &'static str,
    name: &'static str,
) -> Result<Option<Node<'a, 'd>>, Refused> {
    let mut found = of.children().filter(|child| is(*child, namespace, name));
    match (found.next(), found.next()) {
        (first, None) => Ok(first),
        (_, Some(_)) => Err(Refused::Once(name)),
    }
}

/// The one child of that name.
pub(crate) fn only<'a, 'd: 'a>(
    of: Node<'a, 'd>,
    namespace: &'static str,
    name: &'static str,
) -> Result<Node<'a, 'd>, Refused> {
    maybe(of, namespace, name)?.ok_or(Refused::Once(name))
}

/// All text of an element that has nothing but text, without white space around it.
pub(crate) fn text(of: Node<'_, '_>) -> Result<String, Refused> {
    let mut all = String::new();
    for child in of.children() {
        if child.is_text() {
            all.push_str(child.text().unwrap_or_default());
        } else if child.is_element() {
            return Err(Refused::Value("text with elements in it"));
        }
    }
    Ok(all.trim().to_owned())
}

/// An attribute without a namespace that has to be there.
pub(crate) fn attribute<'a>(of: Node<'a, '_>, name: &'static str) -> Result<&'a str, Refused> {
    of.attribute(name).ok_or(Refused::Once(name))
}

/// A moment in an attribute, if it is there. SAML times are in UTC (SAML core, section 1.3.3).
pub(crate) fn moment(of: Node<'_, '_>, name: &'static str) -> Result<Option<DateTime<Utc>>, Refused> {
    of.attribute(name).map(|value| parsed(value, name)).transpose()
}

fn parsed(value: &str, name: &'static str) -> Result<DateTime<Utc>, Refused> {
    let is_utc = value.len() <= 40 && value.ends_with('Z');
    DateTime::parse_from_rfc3339(value)
        .ok()
        .filter(|_| is_utc)
        .map(|at| at.with_timezone(&Utc))
        .ok_or(Refused::Value(name))
}

/// A flag in an attribute; missing is `false`.
pub(crate) fn flag(of: Node<'_, '_>, name: &'static str) -> Result<bool, Refused> {
    match of.attribute(name) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(Refused::Value(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_does_not_end_the_text_of_a_name() {
        let document =
            roxmltree::Document::parse("<NameID> admin@example.org<!-- -->.evil.example </NameID>").unwrap();
        assert_eq!(
            text(document.root_element()).unwrap(),
            "admin@example.org.evil.example"
        );
    }

    #[test]
    fn a_moment_is_in_utc_or_not_understood() {
        let read = |value: &str| parsed(value, "NotBefore");
        assert!(read("2026-11-27T12:00:00Z").is_ok());
        assert!(read("2026-11-27T12:00:00.123Z").is_ok());
        for value in [
            "2026-11-27T12:00:00",
            "2026-11-27T12:00:00+01:00",
            "",
            "now",
            "2026-11-27Z",
        ] {
            assert_eq!(read(value), Err(Refused::Value("NotBefore")), "{value}");
        }
    }
}
