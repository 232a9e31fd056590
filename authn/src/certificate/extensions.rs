// SPDX-License-Identifier: Apache-2.0
//! The extensions of a certificate (RFC 5280, section 4.2), decoded.

use std::collections::BTreeSet;

use super::Oid;
use super::cursor::{
    BIT_STRING, BOOLEAN, Cursor, Element, INTEGER, OCTET_STRING, OID, SEQUENCE, plain, tagged,
};
use super::name::GeneralName;
use super::parsed::Malformed;
use super::signature::octets;

/// What an extension's policies mean when they mean any.
pub const ANY_POLICY: Oid = Oid::new_unwrap("2.5.29.32.0");

const MOST_EXTENSIONS: usize = 64;
const OCSP_ACCESS: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.48.1");
const OCSP_NO_CHECK: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.48.1.5");
const AUTHORITY_ACCESS: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.1.1");

/// What a key may do (4.2.1.3).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct KeyUsage(u16);

impl KeyUsage {
    /// Sign what is not a certificate or a list.
    pub fn digital_signature(self) -> bool {
        self.0 & 0x8000 != 0
    }

    /// Sign certificates.
    pub fn cert_sign(self) -> bool {
        self.0 & 0x0400 != 0
    }

    /// Sign revocation lists.
    pub fn crl_sign(self) -> bool {
        self.0 & 0x0200 != 0
    }
}

/// Whether a certificate is an authority's, and how long a path may be below it (4.2.1.9).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BasicConstraints {
    /// It is.
    pub ca: bool,
    /// So many that are not self-issued may follow it.
    pub path_length: Option<u32>,
}

/// Names below a base (4.2.1.10).
#[derive(Clone, Debug)]
pub struct Subtree {
    pub(super) base: GeneralName,
    /// It uses `minimum` or `maximum`, which RFC 5280 forbids.
    pub(super) is_odd: bool,
}

/// Names that may and may not follow (4.2.1.10).
#[derive(Clone, Debug, Default)]
pub struct NameConstraints {
    pub(super) permitted: Vec<Subtree>,
    pub(super) excluded: Vec<Subtree>,
}

/// A place where revocation is told (4.2.1.13).
#[derive(Clone, Debug, Default)]
pub struct DistributionPoint {
    pub(super) name: Option<PointName>,
    pub(super) reasons: Option<u16>,
    pub(super) issuer: Vec<GeneralName>,
}

/// How a distribution point is called.
#[derive(Clone, Debug)]
pub enum PointName {
    /// By whole names.
    Full(Vec<GeneralName>),
    /// By what follows the issuer's name.
    Relative(Vec<u8>),
}

/// The extensions of a certificate, as far as they are known.
#[derive(Clone, Debug, Default)]
pub struct Extensions {
    pub(super) basic: Option<BasicConstraints>,
    pub(super) usage: Option<KeyUsage>,
    pub(super) extended_usage: Option<Vec<Oid>>,
    pub(super) names: Vec<GeneralName>,
    pub(super) subject_key: Option<Vec<u8>>,
    pub(super) authority_key: Option<Vec<u8>>,
    pub(super) policies: Option<BTreeSet<Oid>>,
    pub(super) mappings: Vec<(Oid, Oid)>,
    pub(super) require_explicit: Option<u32>,
    pub(super) inhibit_mapping: Option<u32>,
    pub(super) inhibit_any: Option<u32>,
    pub(super) constraints: Option<NameConstraints>,
    pub(super) points: Option<Vec<DistributionPoint>>,
    pub(super) responders: Vec<String>,
    pub(super) no_check: bool,
    /// One that is critical and not understood.
    pub(super) unknown_critical: Option<Oid>,
}

/// One extension, as it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Raw<'a> {
    pub(super) kind: Oid,
    pub(super) is_critical: bool,
    pub(super) value: &'a [u8],
}

/// All in a sequence of extensions, none twice.
pub(super) fn raw<'a>(mut all: Cursor<'a>) -> Result<Vec<Raw<'a>>, Malformed> {
    let mut found: Vec<Raw<'a>> = Vec::new();
    while !all.is_done() {
        let mut fields = all.take(SEQUENCE)?.inside()?;
        let kind = fields.next()?.oid()?;
        let is_critical = match fields.maybe(BOOLEAN)? {
            Some(flag) => flag.flag()?,
            None => false,
        };
        let value = fields.take(OCTET_STRING)?.value;
        fields.end()?;
        if found.len() >= MOST_EXTENSIONS || found.iter().any(|one| one.kind == kind) {
            return Err(Malformed::Encoding(
                "an extension that is there twice, or too many",
            ));
        }
        found.push(Raw {
            kind,
            is_critical,
            value,
        });
    }
    Ok(found)
}

impl Extensions {
    pub(super) fn read(all: Cursor<'_>) -> Result<Self, Malformed> {
        let mut known = Self::default();
        for Raw {
            kind,
            is_critical,
            value,
        } in raw(all)?
        {
            let is_known = known.take(kind, value)?;
            if is_critical && !is_known {
                known.unknown_critical.get_or_insert(kind);
            }
        }
        Ok(known)
    }

    fn take(&mut self, kind: Oid, value: &[u8]) -> Result<bool, Malformed> {
        if kind == AUTHORITY_ACCESS {
            self.responders = responders(value)?;
            return Ok(true);
        }
        if kind == OCSP_NO_CHECK {
            self.no_check = true;
            return Ok(true);
        }
        match kind.to_string().as_str() {
            "2.5.29.14" => self.subject_key = Some(octets(value)?),
            "2.5.29.15" => self.usage = Some(KeyUsage(flags(value)?)),
            "2.5.29.17" => self.names = names(value)?,
            "2.5.29.19" => self.basic = Some(basic(value)?),
            "2.5.29.30" => self.constraints = Some(constraints(value)?),
            "2.5.29.31" => self.points = Some(points(value)?),
            "2.5.29.32" => self.policies = Some(policies(value)?),
            "2.5.29.33" => self.mappings = mappings(value)?,
            "2.5.29.35" => self.authority_key = key_id(value)?,
            "2.5.29.36" => (self.require_explicit, self.inhibit_mapping) = policy_constraints(value)?,
            "2.5.29.37" => self.extended_usage = Some(oids(value)?),
            "2.5.29.54" => self.inhibit_any = Some(only_number(value)?),
            // Issuer's other names, freshest list: nothing here rests on them.
            "2.5.29.18" | "2.5.29.46" => {}
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Up to 16 flags of a bit string, the first one highest.
pub(super) fn flags(value: &[u8]) -> Result<u16, Malformed> {
    let mut outer = Cursor::over(value)?;
    let bits = outer.take(BIT_STRING)?;
    outer.end()?;
    flags_of(bits.value)
}

/// As [`flags`], of the content of an implicitly tagged bit string.
pub(super) fn flags_of(content: &[u8]) -> Result<u16, Malformed> {
    match content {
        [0] => Ok(0),
        [unused @ 0..=7, first] => Ok((u16::from(*first) << 8) & (u16::MAX << (8 + unused))),
        [unused @ 0..=7, first, second, ..] => {
            Ok(u16::from_be_bytes([*first, *second]) & (u16::MAX << unused))
        }
        _ => Err(Malformed::Encoding("a bit string")),
    }
}

pub(super) fn number(value: &[u8]) -> Result<u32, Malformed> {
    let bytes = value.strip_prefix(&[0]).unwrap_or(value);
    let is_negative = value.first().is_none_or(|first| first & 0x80 != 0);
    if is_negative {
        return Err(Malformed::Encoding("a number"));
    }
    // A number that large is as good as the largest: it only counts certificates.
    if bytes.len() > 4 {
        return Ok(u32::MAX);
    }
    Ok(bytes.iter().fold(0, |sum, byte| (sum << 8) | u32::from(*byte)))
}

fn only_number(value: &[u8]) -> Result<u32, Malformed> {
    let mut outer = Cursor::over(value)?;
    let number = number(outer.take(INTEGER)?.value)?;
    outer.end()?;
    Ok(number)
}

fn names(value: &[u8]) -> Result<Vec<GeneralName>, Malformed> {
    GeneralName::all(Cursor::sequence(value)?)
}

fn basic(value: &[u8]) -> Result<BasicConstraints, Malformed> {
    let mut fields = Cursor::sequence(value)?;
    let ca = fields.maybe(BOOLEAN)?.map_or(Ok(false), Element::flag)?;
    let path_length = fields.maybe(INTEGER)?.map(|e| number(e.value)).transpose()?;
    fields.end()?;
    Ok(BasicConstraints { ca, path_length })
}

fn constraints(value: &[u8]) -> Result<NameConstraints, Malformed> {
    let mut fields = Cursor::sequence(value)?;
    let subtrees = |element: Option<Element<'_>>| element.map(subtrees).transpose();
    let permitted = subtrees(fields.maybe(tagged(0))?)?.unwrap_or_default();
    let excluded = subtrees(fields.maybe(tagged(1))?)?.unwrap_or_default();
    fields.end()?;
    Ok(NameConstraints { permitted, excluded })
}

fn subtrees(list: Element<'_>) -> Result<Vec<Subtree>, Malformed> {
    let mut found = Vec::new();
    let mut list = list.inside()?;
    while !list.is_done() {
        let mut fields = list.take(SEQUENCE)?.inside()?;
        let base = GeneralName::read(fields.next()?)?;
        let is_odd = !fields.is_done();
        found.push(Subtree { base, is_odd });
    }
    Ok(found)
}

fn points(value: &[u8]) -> Result<Vec<DistributionPoint>, Malformed> {
    let mut found = Vec::new();
    let mut list = Cursor::sequence(value)?;
    while !list.is_done() {
        let mut fields = list.take(SEQUENCE)?.inside()?;
        let name = fields.maybe(tagged(0))?.map(point_name).transpose()?;
        let reasons = fields.maybe(plain(1))?.map(|e| flags_of(e.value)).transpose()?;
        let issuer = match fields.maybe(tagged(2))? {
            Some(names) => GeneralName::all(names.inside()?)?,
            None => Vec::new(),
        };
        fields.end()?;
        found.push(DistributionPoint {
            name,
            reasons,
            issuer,
        });
    }
    Ok(found)
}

pub(super) fn point_name(name: Element<'_>) -> Result<PointName, Malformed> {
    let mut inside = name.inside()?;
    let choice = inside.next()?;
    inside.end()?;
    if choice.tag == tagged(0) {
        Ok(PointName::Full(GeneralName::all(choice.inside()?)?))
    } else if choice.tag == tagged(1) {
        Ok(PointName::Relative(choice.value.to_vec()))
    } else {
        Err(Malformed::Encoding("a distribution point"))
    }
}

fn policies(value: &[u8]) -> Result<BTreeSet<Oid>, Malformed> {
    let mut found = BTreeSet::new();
    let mut list = Cursor::sequence(value)?;
    while !list.is_done() {
        // Qualifiers say something to people; nothing is decided by them.
        let policy = list.take(SEQUENCE)?.inside()?.next()?.oid()?;
        if !found.insert(policy) {
            return Err(Malformed::Encoding("a policy that is there twice"));
        }
    }
    Ok(found)
}

fn mappings(value: &[u8]) -> Result<Vec<(Oid, Oid)>, Malformed> {
    let mut found = Vec::new();
    let mut list = Cursor::sequence(value)?;
    while !list.is_done() {
        let mut pair = list.take(SEQUENCE)?.inside()?;
        found.push((pair.next()?.oid()?, pair.next()?.oid()?));
        pair.end()?;
    }
    Ok(found)
}

fn key_id(value: &[u8]) -> Result<Option<Vec<u8>>, Malformed> {
    let mut fields = Cursor::sequence(value)?;
    Ok(fields.maybe(plain(0))?.map(|id| id.value.to_vec()))
}

fn policy_constraints(value: &[u8]) -> Result<(Option<u32>, Option<u32>), Malformed> {
    let mut fields = Cursor::sequence(value)?;
    let explicit = fields.maybe(plain(0))?.map(|e| number(e.value)).transpose()?;
    let mapping = fields.maybe(plain(1))?.map(|e| number(e.value)).transpose()?;
    fields.end()?;
    Ok((explicit, mapping))
}

fn oids(value: &[u8]) -> Result<Vec<Oid>, Malformed> {
    let mut found = Vec::new();
    let mut list = Cursor::sequence(value)?;
    while !list.is_done() {
        found.push(list.take(OID)?.oid()?);
    }
    Ok(found)
}

fn responders(value: &[u8]) -> Result<Vec<String>, Malformed> {
    let mut found = Vec::new();
    let mut list = Cursor::sequence(value)?;
    while !list.is_done() {
        let mut fields = list.take(SEQUENCE)?.inside()?;
        let kind = fields.next()?.oid()?;
        if let GeneralName::Uri(uri) = GeneralName::read(fields.next()?)?
            && kind == OCSP_ACCESS
        {
            found.push(uri);
        }
    }
    Ok(found)
}
