// SPDX-License-Identifier: Apache-2.0
//! The gate before every XML parser. It bounds what parsing may cost, and refuses what two parsers
//! may read differently: libxml2 verifies a signature, roxmltree reads what was signed, and both
//! have to have seen the same document.
//!
//! The first pass is lexical, linear and allocates nothing; only what passes it is parsed. Document
//! types (and with them all entities but the five), processing instructions, CDATA sections, other
//! encodings, `xml:id` and repeated ids are refused everywhere, comments inside of signatures
//! (S5, S6, S11).

use std::collections::HashSet;

use roxmltree::{Document, Node, ParsingOptions};

use super::{DS, Refused};

/// The most that a document may be.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Its bytes.
    pub bytes: usize,
    /// How deep its elements may be nested.
    pub depth: usize,
    /// Its elements.
    pub elements: usize,
}

impl Limits {
    /// Of a message: a response with some hundred groups.
    pub const MESSAGE: Self = Self {
        bytes: 256 * 1024,
        depth: 32,
        elements: 4_000,
    };
    /// Of metadata: a small federation; that of one provider has some hundred elements.
    pub const METADATA: Self = Self {
        bytes: 4 * 1024 * 1024,
        depth: 32,
        elements: 60_000,
    };
}

/// Attributes that one element may have, namespaces included.
const MOST_ATTRIBUTES: usize = 64;
/// Declarations of namespaces for each element, on average, beyond the first.
const MOST_NAMESPACES: usize = 256;

/// A document that passed the gate. It is well-formed, and not yet worth anything.
#[derive(Clone, Debug)]
pub struct Gated {
    text: String,
}

impl Gated {
    /// Reads a document within its limits.
    pub fn admit(bytes: &[u8], limits: &Limits) -> Result<Self, Refused> {
        if bytes.len() > limits.bytes {
            return Err(Refused::Length(limits.bytes));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Refused::Encoding)?;
        let text = without_declaration(text.strip_prefix('\u{feff}').unwrap_or(text))?;
        scan(text, limits)?;
        let document = parse(text, limits.elements)?;
        look_through(&document)?;
        Ok(Self {
            text: text.to_owned(),
        })
    }

    /// Its text, without a declaration.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its elements.
    pub(crate) fn document(&self) -> Result<Document<'_>, Refused> {
        parse(&self.text, usize::MAX)
    }
}

fn parse(text: &str, elements: usize) -> Result<Document<'_>, Refused> {
    let options = ParsingOptions {
        allow_dtd: false,
        // Text and comments are nodes too.
        nodes_limit: u32::try_from(elements.saturating_mul(4)).unwrap_or(u32::MAX),
        ..ParsingOptions::default()
    };
    Document::parse_with_options(text, options).map_err(|fault| match fault {
        roxmltree::Error::NodesLimitReached => Refused::Count("nodes"),
        _ => Refused::NotXml,
    })
}

/// A declaration may say that this is XML 1.0 in UTF-8, and is then taken off: libxml2 would
/// believe another encoding, roxmltree ignore it.
fn without_declaration(text: &str) -> Result<&str, Refused> {
    let Some(declared) = text.strip_prefix("<?xml") else {
        return Ok(text);
    };
    if !declared.starts_with([' ', '\t', '\r', '\n']) {
        // Another instruction; the scan refuses it.
        return Ok(text);
    }
    let (declared, rest) = declared.split_once("?>").ok_or(Refused::NotXml)?;
    if declared.len() > 100 {
        return Err(Refused::Encoding);
    }
    let known = ["version=1.0", "encoding=utf-8", "standalone=yes", "standalone=no"];
    let all_known = declared.split_ascii_whitespace().all(|part| {
        let part = part.replace(['"', '\''], "").to_ascii_lowercase();
        known.contains(&part.as_str())
    });
    if all_known {
        Ok(rest)
    } else {
        Err(Refused::Encoding)
    }
}

/// Counts before anything is built.
fn scan(text: &str, limits: &Limits) -> Result<(), Refused> {
    let (mut depth, mut elements, mut namespaces) = (0_usize, 0_usize, 0_usize);
    let mut rest = text;
    while let Some((_, after)) = rest.split_once('<') {
        if let Some(comment) = after.strip_prefix("!--") {
            rest = comment.split_once("-->").ok_or(Refused::NotXml)?.1;
        } else if after.starts_with("![CDATA[") {
            return Err(Refused::Forbidden("a CDATA section"));
        } else if after.starts_with('!') {
            return Err(Refused::Forbidden("a document type"));
        } else if after.starts_with('?') {
            return Err(Refused::Forbidden("a processing instruction"));
        } else if let Some(end) = after.strip_prefix('/') {
            depth = depth.checked_sub(1).ok_or(Refused::NotXml)?;
            rest = end.split_once('>').ok_or(Refused::NotXml)?.1;
        } else {
            let tag = Tag::first(after).ok_or(Refused::NotXml)?;
            elements += 1;
            namespaces += tag.namespaces;
            if tag.attributes > MOST_ATTRIBUTES {
                return Err(Refused::Count("attributes"));
            }
            if elements > limits.elements {
                return Err(Refused::Count("elements"));
            }
            // Many elements that each name the one namespace they are in are usual; many names for
            // each element are an attack on whoever keeps them in scope.
            if namespaces > elements.saturating_mul(4).saturating_add(MOST_NAMESPACES) {
                return Err(Refused::Count("namespaces"));
            }
            if !tag.is_empty {
                depth += 1;
            }
            if depth > limits.depth {
                return Err(Refused::Depth);
            }
            rest = tag.rest;
        }
    }
    if depth == 0 { Ok(()) } else { Err(Refused::NotXml) }
}

/// A start tag, as far as it is counted.
struct Tag<'a> {
    attributes: usize,
    namespaces: usize,
    is_empty: bool,
    rest: &'a str,
}

impl<'a> Tag<'a> {
    /// The tag that `text` begins inside of.
    fn first(text: &'a str) -> Option<Self> {
        let mut quote = None;
        let mut attributes = 0;
        let mut last = ' ';
        for (at, c) in text.char_indices() {
            match (quote, c) {
                (Some(open), c) if open == c => quote = None,
                (None, '"' | '\'') => quote = Some(c),
                (None, '=') => attributes += 1,
                (None, '<') => return None,
                (None, '>') => {
                    let (tag, rest) = text.split_at_checked(at)?;
                    return Some(Self {
                        attributes,
                        namespaces: tag.matches("xmlns").count(),
                        is_empty: last == '/',
                        rest: rest.strip_prefix('>')?,
                    });
                }
                _ => {}
            }
            last = c;
        }
        None
    }
}

/// What only a parsed document shows.
fn look_through(document: &Document<'_>) -> Result<(), Refused> {
    let mut ids = HashSet::new();
    for node in document.descendants() {
        if node.is_comment() && is_in_signature(node) {
            return Err(Refused::Forbidden("a comment inside of a signature"));
        }
        for attribute in node.attributes() {
            match (attribute.namespace(), attribute.name()) {
                // libxml2 takes it for an id by itself.
                (Some("http://www.w3.org/XML/1998/namespace"), "id") => {
                    return Err(Refused::Forbidden("an `xml:id`"));
                }
                (None, "ID" | "Id" | "id") if !ids.insert(attribute.value()) => {
                    return Err(Refused::DuplicateId);
                }
                _ => {}
            }
        }
    }
    Ok(())
}

fn is_in_signature(node: Node<'_, '_>) -> bool {
    node.ancestors()
        .any(|above| above.is_element() && above.tag_name().namespace() == Some(DS))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> Refused {
        Gated::admit(text.as_bytes(), &Limits::MESSAGE).unwrap_err()
    }

    #[test]
    fn what_two_parsers_may_read_differently_is_refused() {
        for (text, what) in [
            ("<!DOCTYPE a><a/>", "a document type"),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "a document type"),
            ("<a><?b c?></a>", "a processing instruction"),
            ("<a/><?b c?>", "a processing instruction"),
            ("<?xml-stylesheet href='b'?><a/>", "a processing instruction"),
            ("<a><![CDATA[b]]></a>", "a CDATA section"),
            ("<a xml:id='b'/>", "an `xml:id`"),
        ] {
            assert_eq!(refused(text), Refused::Forbidden(what), "{text}");
        }
        let commented =
            format!("<s:Signature xmlns:s='{DS}'><s:DigestValue>YQ<!-- -->==</s:DigestValue></s:Signature>");
        assert_eq!(
            refused(&commented),
            Refused::Forbidden("a comment inside of a signature")
        );
        assert_eq!(refused("<a b='1' b='2'/>"), Refused::NotXml);
        assert_eq!(
            refused("<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>"),
            Refused::NotXml
        );
        assert_eq!(refused("<a>&b;</a>"), Refused::NotXml);
        assert_eq!(refused("<a ID='b'><c ID='b'/></a>"), Refused::DuplicateId);
        assert_eq!(refused("<a ID='b'><c Id='b'/></a>"), Refused::DuplicateId);
        assert_eq!(refused("<a></b>"), Refused::NotXml);
        assert_eq!(refused("<a/><b/>"), Refused::NotXml);
        assert_eq!(refused("<a"), Refused::NotXml);
        assert_eq!(refused(""), Refused::NotXml);
    }

    #[test]
    fn another_encoding_than_utf8_is_refused_and_a_plain_declaration_is_taken_off() {
        for text in [
            "<?xml version='1.0' encoding='UTF-16'?><a/>",
            "<?xml version='1.1'?><a/>",
            "<?xml version='1.0' encoding='utf-7'?><a/>",
        ] {
            assert_eq!(refused(text), Refused::Encoding);
        }
        assert_eq!(
            Gated::admit(b"<a>\xff</a>", &Limits::MESSAGE).unwrap_err(),
            Refused::Encoding
        );
        let text = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\" standalone='no'?>\n<a/>";
        assert_eq!(
            Gated::admit(text.as_bytes(), &Limits::MESSAGE).unwrap().text(),
            "\n<a/>"
        );
    }

    #[test]
    fn limits_hold_to_the_element() {
        let limits = Limits {
            bytes: 5_000,
            depth: 4,
            elements: 10,
        };
        let admit = |text: &str| Gated::admit(text.as_bytes(), &limits).map(drop);
        let nested = |n: usize| format!("{}{}", "<a>".repeat(n), "</a>".repeat(n));
        let beside = |n: usize| format!("<a>{}</a>", "<b/>".repeat(n));
        assert_eq!(admit(&nested(4)), Ok(()));
        assert_eq!(admit(&nested(5)), Err(Refused::Depth));
        assert_eq!(admit(&beside(9)), Ok(()));
        assert_eq!(admit(&beside(10)), Err(Refused::Count("elements")));
        let with = |n: usize| {
            let attributes: Vec<String> = (0..n).map(|i| format!("b{i}='='")).collect();
            format!("<a {}/>", attributes.join(" "))
        };
        assert_eq!(admit(&with(MOST_ATTRIBUTES)), Ok(()));
        assert_eq!(
            admit(&with(MOST_ATTRIBUTES + 1)),
            Err(Refused::Count("attributes"))
        );
        assert_eq!(admit(&" ".repeat(5_001)), Err(Refused::Length(5_000)));
    }
}
