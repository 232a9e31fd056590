// SPDX-License-Identifier: Apache-2.0
//! Elements that we write, in exclusive canonical form from the start (Exclusive XML
//! Canonicalization 1.0): a digest over [`Element::canonical`] is a digest over what a verifier
//! computes from the document, so nothing of ours is ever parsed to be signed.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{DS, MD, SAML, SAMLP, XENC, XENC11};

/// The namespaces that we write, each with one prefix everywhere.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Space {
    /// XML signatures.
    Ds,
    /// Metadata.
    Md,
    /// Assertions.
    Saml,
    /// The protocol.
    Samlp,
    /// XML encryption.
    Xenc,
    /// What XML encryption added later.
    Xenc11,
}

impl Space {
    /// Its prefix.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Ds => "ds",
            Self::Md => "md",
            Self::Saml => "saml",
            Self::Samlp => "samlp",
            Self::Xenc => "xenc",
            Self::Xenc11 => "xenc11",
        }
    }

    /// Its name.
    pub fn uri(self) -> &'static str {
        match self {
            Self::Ds => DS,
            Self::Md => MD,
            Self::Saml => SAML,
            Self::Samlp => SAMLP,
            Self::Xenc => XENC,
            Self::Xenc11 => XENC11,
        }
    }
}

/// An element under construction.
#[derive(Clone, Debug)]
pub struct Element {
    space: Space,
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    content: Vec<Content>,
}

#[derive(Clone, Debug)]
enum Content {
    Element(Element),
    Text(String),
}

impl Element {
    /// An empty one.
    pub fn new(space: Space, name: &'static str) -> Self {
        Self {
            space,
            name,
            attributes: Vec::new(),
            content: Vec::new(),
        }
    }

    /// With an attribute. Names are ours: plain ones, or `xml:lang`.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.attributes.push((name, value.into()));
        self
    }

    /// With an attribute, where there is a value.
    #[must_use]
    pub fn maybe_with(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With text.
    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.content.push(Content::Text(text.into()));
        self
    }

    /// With a child.
    #[must_use]
    pub fn child(mut self, child: Element) -> Self {
        self.content.push(Content::Element(child));
        self
    }

    /// With children.
    #[must_use]
    pub fn children(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.content.extend(children.into_iter().map(Content::Element));
        self
    }

    /// Its name.
    pub fn name(&self) -> (Space, &'static str) {
        (self.space, self.name)
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Puts a child where signatures stand: after the issuer, or first (SAML core, section 5.4).
    pub(super) fn insert_signature(&mut self, signature: Element) {
        let after_issuer = matches!(
            self.content.first(),
            Some(Content::Element(first)) if first.name() == (Space::Saml, "Issuer")
        );
        self.content
            .insert(usize::from(after_issuer), Content::Element(signature));
    }

    /// Its exclusive canonical form, as the outermost element.
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&BTreeSet::new(), &mut out);
        out
    }

    fn write(&self, declared: &BTreeSet<Space>, out: &mut String) {
        let prefix = self.space.prefix();
        // INVARIANT: writing to a string does not fail.
        let _ = write!(out, "<{prefix}:{}", self.name);
        let mut declared = declared.clone();
        if declared.insert(self.space) {
            let _ = write!(out, " xmlns:{prefix}=\"{}\"", self.space.uri());
        }
        let mut attributes: Vec<_> = self.attributes.iter().collect();
        // By namespace, then by name: those without a namespace come before `xml:lang`.
        attributes.sort_by_key(|(name, _)| (name.contains(':'), *name));
        for (name, value) in attributes {
            let _ = write!(out, " {name}=\"");
            for c in value.chars().filter(|c| is_allowed(*c)) {
                match c {
                    '&' => out.push_str("&amp;"),
                    '<' => out.push_str("&lt;"),
                    '"' => out.push_str("&quot;"),
                    '\t' => out.push_str("&#x9;"),
                    '\n' => out.push_str("&#xA;"),
                    '\r' => out.push_str("&#xD;"),
                    c => out.push(c),
                }
            }
            out.push('"');
        }
        out.push('>');
        for content in &self.content {
            match content {
                Content::Element(child) => child.write(&declared, out),
                Content::Text(text) => escape(text, out),
            }
        }
        let _ = write!(out, "</{prefix}:{}>", self.name);
    }
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars().filter(|c| is_allowed(*c)) {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#xD;"),
            c => out.push(c),
        }
    }
}

/// XML 1.0, section 2.2. There is no way to write the others; they are left out.
fn is_allowed(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_declared_where_they_are_first_used_and_attributes_are_sorted() {
        let assertion = Element::new(Space::Saml, "Assertion")
            .with("Version", "2.0")
            .with("ID", "a")
            .child(Element::new(Space::Saml, "Issuer").text("a<&>\"\r\u{1}b"))
            .child(Element::new(Space::Ds, "Signature").child(Element::new(Space::Ds, "SignedInfo")));
        let response = Element::new(Space::Samlp, "Response")
            .with("xml:lang", "en")
            .with("Destination", "<&\"\n>")
            .child(assertion);
        assert_eq!(
            response.canonical(),
            "<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
             Destination=\"&lt;&amp;&quot;&#xA;>\" xml:lang=\"en\">\
             <saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ID=\"a\" Version=\"2.0\">\
             <saml:Issuer>a&lt;&amp;&gt;\"&#xD;b</saml:Issuer>\
             <ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo></ds:SignedInfo>\
             </ds:Signature></saml:Assertion></samlp:Response>"
        );
    }
}
