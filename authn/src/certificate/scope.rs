// SPDX-License-Identifier: Apache-2.0
//! What a revocation list speaks about: its IssuingDistributionPoint (RFC 5280, section 5.2.5), held
//! against the distribution point of a certificate (6.3.3 (b), (d)).

use super::cursor::{Cursor, Element, plain, tagged};
use super::extensions::{DistributionPoint, PointName, flags_of, point_name};
use super::name::{DistinguishedName, GeneralName};
use super::parsed::{Certificate, Malformed};

/// All reasons but `unused` (4.2.1.13).
pub(super) const ALL_REASONS: u16 = 0x7f80;

/// The scope of a list.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    name: Option<PointName>,
    only_users: bool,
    only_authorities: bool,
    only_attributes: bool,
    reasons: Option<u16>,
    pub(super) is_indirect: bool,
    /// As it was encoded: a delta must have the very same.
    pub(super) der: Vec<u8>,
}

impl Scope {
    pub(super) fn read(value: &[u8]) -> Result<Self, Malformed> {
        let mut fields = Cursor::sequence(value)?;
        let name = fields.maybe(tagged(0))?.map(point_name).transpose()?;
        let mut flag = |number| -> Result<bool, Malformed> {
            fields.maybe(plain(number))?.map_or(Ok(false), Element::flag)
        };
        let only_users = flag(1)?;
        let only_authorities = flag(2)?;
        let reasons = fields.maybe(plain(3))?.map(|e| flags_of(e.value)).transpose()?;
        let mut flag = |number| -> Result<bool, Malformed> {
            fields.maybe(plain(number))?.map_or(Ok(false), Element::flag)
        };
        let is_indirect = flag(4)?;
        let only_attributes = flag(5)?;
        fields.end()?;
        Ok(Self {
            name,
            only_users,
            only_authorities,
            only_attributes,
            reasons,
            is_indirect,
            der: value.to_vec(),
        })
    }

    /// The reasons for which the list of `list_issuer` speaks about `certificate` at `point`.
    pub(super) fn covers(
        &self,
        list_issuer: &DistinguishedName,
        certificate: &Certificate,
        point: &DistributionPoint,
    ) -> u16 {
        let names_issuer = |names: &[GeneralName]| {
            names
                .iter()
                .any(|name| matches!(name, GeneralName::Directory(name) if name == list_issuer))
        };
        let is_right_issuer = if point.issuer.is_empty() {
            list_issuer == certificate.issuer()
        } else {
            self.is_indirect && names_issuer(&point.issuer)
        };
        let is_of_kind = !(self.only_attributes
            || self.only_users && certificate.is_ca()
            || self.only_authorities && !certificate.is_ca());
        if !is_right_issuer || !is_of_kind || !self.is_named(list_issuer, point) {
            return 0;
        }
        self.reasons.unwrap_or(ALL_REASONS) & point.reasons.unwrap_or(ALL_REASONS) & ALL_REASONS
    }

    /// 6.3.3 (b)(2)(i).
    fn is_named(&self, list_issuer: &DistinguishedName, point: &DistributionPoint) -> bool {
        let Some(name) = &self.name else { return true };
        let Ok(ours) = whole(name, list_issuer) else {
            return false;
        };
        let theirs = match &point.name {
            Some(name) => whole(name, list_issuer),
            None => Ok(point.issuer.clone()),
        };
        theirs.is_ok_and(|theirs| theirs.iter().any(|name| ours.contains(name)))
    }
}

impl DistributionPoint {
    /// What stands for a certificate that names none: its issuer (6.3.3).
    pub(super) fn of_issuer(certificate: &Certificate) -> Self {
        Self {
            name: Some(PointName::Full(vec![GeneralName::Directory(
                certificate.issuer().clone(),
            )])),
            reasons: None,
            issuer: Vec::new(),
        }
    }

    /// Its plain HTTP addresses.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &str> {
        let names = match &self.name {
            Some(PointName::Full(names)) => names.as_slice(),
            _ => &[],
        };
        names.iter().filter_map(|name| match name {
            GeneralName::Uri(uri) if uri.starts_with("http://") => Some(uri.as_str()),
            _ => None,
        })
    }
}

/// A name relative to the issuer of the list becomes a whole one.
fn whole(name: &PointName, issuer: &DistinguishedName) -> Result<Vec<GeneralName>, Malformed> {
    Ok(match name {
        PointName::Full(names) => names.clone(),
        PointName::Relative(relative) => vec![GeneralName::Directory(issuer.with(relative)?)],
    })
}
