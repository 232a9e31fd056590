// SPDX-License-Identifier: Apache-2.0
//! Revocation lists (RFC 5280, section 5): read once into a compact index. What is kept of the bytes
//! is the digest of what was signed, so that a signature can be checked later, against any key.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::cursor::{Cursor, ENUMERATED, INTEGER, SEQUENCE, tagged};
use super::extensions::raw;
use super::name::{DistinguishedName, GeneralName};
use super::parsed::{Certificate, Malformed};
use super::scope::Scope;
use super::signature::Signed;
use super::{crl_index::Index, time};

/// The longest list that is read, bytes.
pub const LONGEST_CRL: usize = 256 * 1024 * 1024;

/// A revocation list.
#[derive(Clone, Debug)]
pub struct Crl {
    issuer: DistinguishedName,
    this_update: DateTime<Utc>,
    next_update: DateTime<Utc>,
    number: Vec<u8>,
    base: Option<Vec<u8>>,
    pub(super) scope: Scope,
    pub(super) authority_key: Vec<u8>,
    index: Index,
    signed: Signed,
}

impl Crl {
    /// Reads a list. One with a critical extension that is not understood, also on an entry, or
    /// without `nextUpdate`, cannot be used at all.
    pub fn from_der(der: &[u8]) -> Result<Self, Malformed> {
        if der.len() > LONGEST_CRL {
            return Err(Malformed::Length);
        }
        let mut outer = Cursor::sequence(der)?;
        let body = outer.take(SEQUENCE)?;
        let algorithm = outer.take(SEQUENCE)?;
        let signature = outer.next()?;
        outer.end()?;
        let signed = Signed::read(body.whole, algorithm, signature)?;

        let mut body = body.inside()?;
        if body.maybe(INTEGER)?.is_some_and(|version| version.value != [1]) {
            return Err(Malformed::Encoding("the version"));
        }
        if body.take(SEQUENCE)?.whole != algorithm.whole {
            return Err(Malformed::Encoding(
                "the signature's algorithm, given differently twice",
            ));
        }
        let issuer = DistinguishedName::read(body.take(SEQUENCE)?)?;
        let this_update = time::next(&mut body)?;
        let next_update = time::maybe(&mut body)?.ok_or(Malformed::Encoding("the time of the next list"))?;
        let entries = body.maybe(SEQUENCE)?;
        let mut list = Self {
            issuer,
            this_update,
            next_update,
            number: Vec::new(),
            base: None,
            scope: Scope::default(),
            authority_key: Vec::new(),
            index: Index::default(),
            signed,
        };
        if let Some(extensions) = body.maybe(tagged(0))? {
            list.extend(extensions.inside()?.take(SEQUENCE)?.inside()?)?;
        }
        body.end()?;
        if let Some(entries) = entries {
            list.fill(entries.inside()?)?;
        }
        Ok(list)
    }

    fn extend(&mut self, extensions: Cursor<'_>) -> Result<(), Malformed> {
        for extension in raw(extensions)? {
            match extension.kind.to_string().as_str() {
                "2.5.29.20" => self.number = magnitude(extension.value)?,
                "2.5.29.27" => self.base = Some(magnitude(extension.value)?),
                "2.5.29.28" => self.scope = Scope::read(extension.value)?,
                "2.5.29.35" => self.authority_key = extension.value.to_vec(),
                _ if extension.is_critical => return Err(Malformed::Critical),
                _ => {}
            }
        }
        Ok(())
    }

    fn fill(&mut self, mut entries: Cursor<'_>) -> Result<(), Malformed> {
        let too_many = Malformed::Encoding("a list of so many issuers");
        let mut issuer = self.index.issuer(&self.issuer).ok_or(too_many)?;
        while !entries.is_done() {
            let mut entry = entries.take(SEQUENCE)?.inside()?;
            let serial = entry.take(INTEGER)?.value;
            time::next(&mut entry)?;
            let mut reason = 0;
            if let Some(extensions) = entry.maybe(SEQUENCE)? {
                for extension in raw(extensions.inside()?)? {
                    match extension.kind.to_string().as_str() {
                        "2.5.29.21" => reason = reason_of(extension.value)?,
                        "2.5.29.29" => {
                            let names = GeneralName::all(Cursor::sequence(extension.value)?)?;
                            let name = names.iter().find_map(|name| match name {
                                GeneralName::Directory(name) => Some(name),
                                _ => None,
                            });
                            let name = name.ok_or(Malformed::Encoding("an entry's issuer"))?;
                            issuer = self.index.issuer(name).ok_or(too_many)?;
                        }
                        _ if extension.is_critical => return Err(Malformed::Critical),
                        _ => {}
                    }
                }
            }
            entry.end()?;
            self.index.add(issuer, serial, reason);
        }
        self.index.sort();
        Ok(())
    }

    /// Who issued it.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// When it was made.
    pub fn this_update(&self) -> DateTime<Utc> {
        self.this_update
    }

    /// When the next one is due.
    pub fn next_update(&self) -> DateTime<Utc> {
        self.next_update
    }

    /// Its number, as hexadecimal digits; empty for none.
    pub fn number(&self) -> String {
        hex::encode(&self.number)
    }

    /// How many certificates are on it.
    pub fn len(&self) -> usize {
        self.index.len()
    }

    /// Whether no certificate is on it.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it tells only what changed since another.
    pub fn is_delta(&self) -> bool {
        self.base.is_some()
    }

    /// Whether it speaks about other issuers' certificates as well.
    pub fn is_indirect(&self) -> bool {
        self.scope.is_indirect
    }

    /// What may only have one list at a time: issuer, scope, key and kind.
    pub fn series(&self) -> Vec<u8> {
        let mut series = self.issuer.key();
        for part in [&self.scope.der, &self.authority_key] {
            series.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            series.extend(part);
        }
        series.push(u8::from(self.is_delta()));
        series
    }

    /// Whether it is older than `other`, by its number, else by its time.
    pub fn is_older_than(&self, other: &Self) -> bool {
        match compared(&self.number, &other.number) {
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Greater => false,
            std::cmp::Ordering::Equal => self.this_update < other.this_update,
        }
    }

    /// Whether the key of `certificate` signed it.
    pub fn is_signed_by(&self, certificate: &Certificate) -> bool {
        self.signed.is_by(certificate.key())
    }

    /// Whether `delta` may be laid over this list: same issuer, scope and key, made on this list or
    /// an older one, and newer than this one.
    pub(super) fn takes(&self, delta: &Self) -> bool {
        let Some(base) = &delta.base else { return false };
        self.issuer == delta.issuer
            && self.scope.der == delta.scope.der
            && self.authority_key == delta.authority_key
            && !self.number.is_empty()
            && compared(&self.number, base).is_ge()
            && compared(&self.number, &delta.number).is_lt()
    }

    /// Why a certificate is on it, if it is.
    pub(super) fn reason(&self, certificate: &Certificate) -> Option<u8> {
        self.index.reason(certificate.issuer(), certificate.serial())
    }
}

/// All lists at hand, by issuer.
#[derive(Clone, Debug, Default)]
pub struct CrlSet {
    by_issuer: HashMap<Vec<u8>, Vec<Arc<Crl>>>,
}

impl CrlSet {
    /// Of these lists. Which of them count is said when a certificate is judged: a list whose
    /// signature nobody made must not displace one that is good.
    pub fn of(lists: impl IntoIterator<Item = Arc<Crl>>) -> Self {
        let mut by_issuer: HashMap<Vec<u8>, Vec<Arc<Crl>>> = HashMap::new();
        for list in lists {
            by_issuer.entry(list.issuer.key()).or_default().push(list);
        }
        Self { by_issuer }
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Crl>> {
        self.by_issuer.values().flatten()
    }

    /// Bytes of memory, about.
    pub fn bytes(&self) -> usize {
        self.all().map(|list| list.index.bytes()).sum()
    }

    pub(super) fn of_issuer(&self, issuer: &DistinguishedName) -> &[Arc<Crl>] {
        self.by_issuer
            .get(&issuer.key())
            .map(Vec::as_slice)
            .unwrap_or_default()
    }
}

fn magnitude(value: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut outer = Cursor::over(value)?;
    let number = outer.take(INTEGER)?.value;
    outer.end()?;
    let number = number.strip_prefix(&[0]).unwrap_or(number);
    Ok(if number.is_empty() {
        vec![0]
    } else {
        number.to_vec()
    })
}

fn compared(one: &[u8], other: &[u8]) -> std::cmp::Ordering {
    one.len().cmp(&other.len()).then_with(|| one.cmp(other))
}

fn reason_of(value: &[u8]) -> Result<u8, Malformed> {
    let mut outer = Cursor::over(value)?;
    match outer.take(ENUMERATED)?.value {
        [reason] => Ok(*reason),
        _ => Err(Malformed::Encoding("a reason")),
    }
}
