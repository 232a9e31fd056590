// SPDX-License-Identifier: Apache-2.0
//! Where a record is wrong: every fault with its path, in words of an operator.

use std::cell::RefCell;
use std::fmt::Display;

use url::{Host, Url};

use crate::Fault;

/// The longest text of a record.
const LONGEST_TEXT: usize = 1_000;
/// The most clocks may differ, in seconds.
const MOST_SKEW: u16 = 180;
/// The most faults that are listed.
const MOST_FAULTS: usize = 100;

/// A place in a record, and the faults found so far.
#[derive(Debug)]
pub(super) struct Checks<'a> {
    path: String,
    found: &'a RefCell<Vec<Fault>>,
}

impl<'a> Checks<'a> {
    /// The record itself.
    pub(super) fn new(found: &'a RefCell<Vec<Fault>>) -> Self {
        let path = String::new();
        Self { path, found }
    }

    /// A member of it.
    pub(super) fn member(&self, name: &str) -> Self {
        let path = if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        };
        Self { path, ..*self }
    }

    /// An element of it.
    pub(super) fn element(&self, index: usize) -> Self {
        let path = format!("{}[{index}]", self.path);
        Self { path, ..*self }
    }

    /// It is wrong.
    pub(super) fn fault(&self, message: impl Display) {
        let mut found = self.found.borrow_mut();
        if found.len() < MOST_FAULTS {
            found.push(Fault {
                path: self.path.clone(),
                message: message.to_string(),
            });
        }
    }

    /// A text of some length, without control characters.
    pub(super) fn text(&self, text: &str) {
        if text.is_empty() || text.len() > LONGEST_TEXT || text.chars().any(char::is_control) {
            self.fault(format_args!(
                "has 1 to {LONGEST_TEXT} bytes and no control characters"
            ));
        }
    }

    /// Some texts.
    pub(super) fn texts<'t>(&self, texts: impl IntoIterator<Item = &'t String>, most: usize) {
        for (index, text) in texts.into_iter().enumerate() {
            if index == most {
                self.fault(format_args!("has at most {most} entries"));
                break;
            }
            self.element(index).text(text);
        }
    }

    /// A number within bounds.
    pub(super) fn within(&self, number: u32, least: u32, most: u32) {
        if number < least || number > most {
            self.fault(format_args!("is from {least} to {most}"));
        }
    }

    /// By how much clocks may differ.
    pub(super) fn skew(&self, seconds: u16) {
        self.within(u32::from(seconds), 0, u32::from(MOST_SKEW));
    }

    /// An address that is called: https, or http on this machine.
    pub(super) fn address(&self, text: &str) {
        self.web(text);
    }

    /// An issuer: as an address, and nothing that could be written in two ways.
    pub(super) fn origin(&self, text: &str) {
        if let Some(url) = self.web(text)
            && (url.query().is_some() || url.fragment().is_some())
        {
            self.fault("an issuer has no query and no fragment");
        }
    }

    fn web(&self, text: &str) -> Option<Url> {
        if text.len() > LONGEST_TEXT || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            self.fault(format_args!(
                "an address has at most {LONGEST_TEXT} bytes and no blanks"
            ));
            return None;
        }
        let url = match Url::parse(text) {
            Ok(url) => url,
            Err(cause) => {
                self.fault(format_args!("`{text}` is no address: {cause}"));
                return None;
            }
        };
        if !url.username().is_empty() || url.password().is_some() {
            self.fault("an address holds no name and no password");
            return None;
        }
        let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here(&url));
        if !is_safe || url.host().is_none() {
            self.fault(format_args!("`{text}` is not https"));
            return None;
        }
        Some(url)
    }

    /// The address of a directory.
    pub(super) fn directory(&self, text: &str, starttls: bool) {
        let Ok(url) = Url::parse(text) else {
            self.fault(format_args!(
                "`{text}` is no address such as `ldaps://ldap.example`"
            ));
            return;
        };
        let plain = url.path().trim_matches('/').is_empty()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !plain || url.host_str().is_none_or(str::is_empty) {
            self.fault("an address of a directory has a host, perhaps a port, and nothing else");
        }
        match (url.scheme(), starttls) {
            ("ldaps", false) | ("ldap", true) => {}
            ("ldaps", true) => self.fault("`starttls` begins in the open: it goes with `ldap://`"),
            ("ldap", false) => {
                self.fault("a directory is spoken to by TLS only: `ldaps://`, or `starttls = true`");
            }
            _ => self.fault("is neither `ldap://` nor `ldaps://`"),
        }
    }

    /// Certificates in PEM, if there are any. What they say is looked at where they are used.
    pub(super) fn authorities(&self, pem: Option<&str>) {
        let Some(pem) = pem else { return };
        let holds = pem.contains("-----BEGIN CERTIFICATE-----") && pem.contains("-----END CERTIFICATE-----");
        if !holds || pem.len() > 256 * 1024 {
            self.fault("holds no certificate in PEM, or more than 256 KiB");
        }
        if pem.contains("PRIVATE KEY-----") {
            self.fault("holds a private key: a record is read by many");
        }
    }

    /// Mail domains, in small letters.
    pub(super) fn domains<'t>(&self, domains: impl IntoIterator<Item = &'t String>) {
        for (index, domain) in domains.into_iter().enumerate() {
            if index == 200 {
                self.fault("has at most 200 entries");
                break;
            }
            let label = |part: &str| {
                (1..=63).contains(&part.len())
                    && part
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            };
            if domain.len() > 253 || !domain.contains('.') || !domain.split('.').all(label) {
                self.element(index).fault(format_args!(
                    "`{domain}` is no domain in small letters, such as `mod.example`"
                ));
            }
        }
    }

    /// A search filter: its brackets match. The rest is looked at where it is used.
    pub(super) fn filter(&self, text: &str) {
        self.text(text);
        let mut depth = 0_i32;
        let mut deepest = 0;
        for byte in text.bytes() {
            depth += match byte {
                b'(' => 1,
                b')' => -1,
                _ => 0,
            };
            deepest = deepest.max(depth);
            if depth < 0 {
                break;
            }
        }
        if depth != 0 || !text.starts_with('(') || deepest > 16 {
            self.fault(
                "is no filter such as `(objectClass=person)`: brackets do not match, or nest deeper than 16",
            );
        }
    }

    /// The name of an attribute of a directory (RFC 4512, 1.4), or an object identifier.
    pub(super) fn attribute(&self, name: &str) {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b';' | b'_');
        if name.is_empty() || name.len() > 100 || !name.bytes().all(fits) {
            self.fault(format_args!("`{name}` is no name of an attribute"));
        }
    }

    /// Some names of attributes of a directory.
    pub(super) fn attributes<'t>(&self, names: impl IntoIterator<Item = &'t String>) {
        for (index, name) in names.into_iter().enumerate() {
            if index == 200 {
                self.fault("has at most 200 entries");
                break;
            }
            self.element(index).attribute(name);
        }
    }
}

/// Whether an address is of this machine.
fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
