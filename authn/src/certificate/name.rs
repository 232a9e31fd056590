// SPDX-License-Identifier: Apache-2.0
//! Distinguished names and general names. Names are compared as RFC 5280, section 7.1 says: strings
//! without regard to their encoding, case or repeated spaces. That decides what chains; it never
//! decides whose account a card opens.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::Oid;
use super::cursor::{Cursor, Element, SEQUENCE, SET, plain, tagged};
use super::parsed::Malformed;

const COMMON_NAME: Oid = Oid::new_unwrap("2.5.4.3");
const EMAIL_ADDRESS: Oid = Oid::new_unwrap("1.2.840.113549.1.9.1");

/// A distinguished name.
#[derive(Clone)]
pub struct DistinguishedName {
    /// Each relative name in a form that can be compared byte by byte.
    relative: Vec<Vec<u8>>,
    shown: Vec<(Oid, String)>,
    der: Vec<u8>,
}

/// A name of one of the forms of RFC 5280, section 4.2.1.6.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GeneralName {
    /// A distinguished name.
    Directory(DistinguishedName),
    /// A host's name.
    Dns(String),
    /// An address, or an address and a mask.
    Ip(Vec<u8>),
    /// A mailbox.
    Mail(String),
    /// A name of a kind of its own: its kind and its value's DER.
    Other(Oid, Vec<u8>),
    /// An object's registration.
    Registered(Vec<u8>),
    /// An address of anything.
    Uri(String),
    /// A form that is not read: its tag and content.
    Unread(u8, Vec<u8>),
}

impl DistinguishedName {
    /// From its DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Malformed> {
        let mut outer = Cursor::over(der)?;
        let name = Self::read(outer.take(SEQUENCE)?)?;
        outer.end()?;
        Ok(name)
    }

    pub(super) fn read(name: Element<'_>) -> Result<Self, Malformed> {
        let mut built = Self {
            relative: Vec::new(),
            shown: Vec::new(),
            der: name.whole.to_vec(),
        };
        let mut sets = name.inside()?;
        while !sets.is_done() {
            built.push(sets.take(SET)?)?;
        }
        Ok(built)
    }

    /// This name with one more relative name, given as the content of its set.
    pub(super) fn with(&self, relative: &[u8]) -> Result<Self, Malformed> {
        let mut built = self.clone();
        built.push(Element {
            tag: SET,
            value: relative,
            whole: relative,
        })?;
        // Not the DER of anything: a name put together for comparison only.
        built.der.clear();
        Ok(built)
    }

    fn push(&mut self, set: Element<'_>) -> Result<(), Malformed> {
        let mut attributes = Vec::new();
        let mut inside = set.inside()?;
        while !inside.is_done() {
            let mut pair = inside.take(SEQUENCE)?.inside()?;
            let kind = pair.next()?.oid()?;
            let value = pair.next()?;
            pair.end()?;
            let mut form = Vec::from(kind.as_bytes());
            form.insert(0, u8::try_from(form.len()).unwrap_or(u8::MAX));
            if let Some(text) = text(value) {
                form.push(0);
                form.extend(folded(&text).as_bytes());
                self.shown.push((kind, text));
            } else {
                form.push(1);
                form.extend(value.whole);
            }
            attributes.push(form);
        }
        if attributes.is_empty() {
            return Err(Malformed::Encoding("a name"));
        }
        attributes.sort_unstable();
        let mut whole = Vec::new();
        for form in attributes {
            whole.extend(u32::try_from(form.len()).unwrap_or(u32::MAX).to_be_bytes());
            whole.extend(form);
        }
        self.relative.push(whole);
        Ok(())
    }

    /// Whether it has no part at all.
    pub fn is_empty(&self) -> bool {
        self.relative.is_empty()
    }

    /// Whether it lies at or below `base`.
    pub fn is_within(&self, base: &Self) -> bool {
        self.relative.starts_with(&base.relative)
    }

    /// As it was encoded.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its last common name, for people to read. It identifies nobody.
    pub fn common_name(&self) -> Option<&str> {
        self.shown
            .iter()
            .rev()
            .find_map(|(kind, text)| (*kind == COMMON_NAME).then_some(text.as_str()))
    }

    /// Mailboxes that stand in the name.
    pub(super) fn mailboxes(&self) -> impl Iterator<Item = &str> {
        self.shown
            .iter()
            .filter_map(|(kind, text)| (*kind == EMAIL_ADDRESS).then_some(text.as_str()))
    }

    /// Equal names have equal keys.
    pub(super) fn key(&self) -> Vec<u8> {
        let mut key = Vec::new();
        for relative in &self.relative {
            key.extend(u32::try_from(relative.len()).unwrap_or(u32::MAX).to_be_bytes());
            key.extend(relative);
        }
        key
    }
}

impl PartialEq for DistinguishedName {
    fn eq(&self, other: &Self) -> bool {
        self.relative == other.relative
    }
}

impl Eq for DistinguishedName {}

impl fmt::Debug for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DistinguishedName({self})")
    }
}

/// As RFC 4514 writes names, for people to read.
impl fmt::Display for DistinguishedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (kind, text)) in self.shown.iter().rev().enumerate() {
            let comma = if index == 0 { "" } else { ", " };
            let kind = match kind.to_string().as_str() {
                "2.5.4.3" => "CN".to_owned(),
                "2.5.4.6" => "C".to_owned(),
                "2.5.4.7" => "L".to_owned(),
                "2.5.4.8" => "ST".to_owned(),
                "2.5.4.10" => "O".to_owned(),
                "2.5.4.11" => "OU".to_owned(),
                "0.9.2342.19200300.100.1.25" => "DC".to_owned(),
                other => other.to_owned(),
            };
            let text: String = text.chars().filter(|c| !c.is_control()).collect();
            write!(f, "{comma}{kind}={text}")?;
        }
        Ok(())
    }
}

impl GeneralName {
    pub(super) fn read(name: Element<'_>) -> Result<Self, Malformed> {
        const DIRECTORY: u8 = tagged(4);
        const OTHER: u8 = tagged(0);
        const MAIL: u8 = plain(1);
        const DNS: u8 = plain(2);
        const URI: u8 = plain(6);
        const IP: u8 = plain(7);
        const REGISTERED: u8 = plain(8);
        let ascii = || {
            std::str::from_utf8(name.value)
                .ok()
                .filter(|text| text.is_ascii())
                .map(str::to_owned)
                .ok_or(Malformed::Encoding("an ASCII name"))
        };
        Ok(match name.tag {
            OTHER => {
                let mut fields = name.inside()?;
                let kind = fields.next()?.oid()?;
                let value = fields.take(tagged(0))?.value.to_vec();
                fields.end()?;
                Self::Other(kind, value)
            }
            MAIL => Self::Mail(ascii()?),
            DNS => Self::Dns(ascii()?),
            DIRECTORY => {
                let mut inside = name.inside()?;
                let directory = DistinguishedName::read(inside.take(SEQUENCE)?)?;
                inside.end()?;
                Self::Directory(directory)
            }
            URI => Self::Uri(ascii()?),
            IP => Self::Ip(name.value.to_vec()),
            REGISTERED => Self::Registered(name.value.to_vec()),
            tag => Self::Unread(tag, name.value.to_vec()),
        })
    }

    /// All in a sequence of names.
    pub(super) fn all(mut names: Cursor<'_>) -> Result<Vec<Self>, Malformed> {
        let mut found = Vec::new();
        while !names.is_done() {
            found.push(Self::read(names.next()?)?);
        }
        Ok(found)
    }
}

/// The text of a string, whatever its encoding; `None` for what is no string.
pub(super) fn text(value: Element<'_>) -> Option<String> {
    match value.tag {
        // UTF8String, PrintableString, IA5String, VisibleString, NumericString.
        0x0c | 0x12 | 0x13 | 0x16 | 0x1a => std::str::from_utf8(value.value).ok().map(str::to_owned),
        // TeletexString: taken as Latin-1, as everybody does.
        0x14 => Some(value.value.iter().map(|byte| char::from(*byte)).collect()),
        // BMPString.
        0x1e => {
            let units: Vec<u16> = value
                .value
                .as_chunks::<2>()
                .0
                .iter()
                .map(|pair| u16::from_be_bytes(*pair))
                .collect();
            value
                .value
                .len()
                .is_multiple_of(2)
                .then(|| String::from_utf16(&units).ok())
                .flatten()
        }
        // UniversalString.
        0x1c => {
            let (units, rest) = value.value.as_chunks::<4>();
            let text: Option<String> = units
                .iter()
                .map(|unit| char::from_u32(u32::from_be_bytes(*unit)))
                .collect();
            text.filter(|_| rest.is_empty())
        }
        _ => None,
    }
}

fn folded(text: &str) -> String {
    let text: String = text.nfkc().flat_map(char::to_lowercase).collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}
