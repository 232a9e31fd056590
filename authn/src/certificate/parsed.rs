// SPDX-License-Identifier: Apache-2.0
//! A certificate that was read: strict DER, version 3 or older, each extension at most once.

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};

use super::LONGEST_CERTIFICATE;
use super::cursor::{Cursor, INTEGER, SEQUENCE, plain, tagged};
use super::extensions::Extensions;
use super::name::DistinguishedName;
use super::signature::{PublicKey, Signed};
use super::time;

/// Why bytes are no certificate, list or answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Malformed {
    /// It is not DER of the form that it should have.
    #[error("{0} cannot be read")]
    Encoding(&'static str),
    /// It is longer than may be.
    #[error("it is too long")]
    Length,
    /// It has something critical that is not understood here.
    #[error("it has a critical extension that is not understood")]
    Critical,
}

/// A certificate.
#[derive(Clone, Debug)]
pub struct Certificate {
    der: Vec<u8>,
    version: u8,
    serial: Vec<u8>,
    issuer: DistinguishedName,
    subject: DistinguishedName,
    not_before: DateTime<Utc>,
    not_after: DateTime<Utc>,
    key_info: Vec<u8>,
    key: PublicKey,
    pub(super) extensions: Extensions,
    signed: Signed,
}

impl Certificate {
    /// Reads a certificate from its DER.
    pub fn from_der(der: &[u8]) -> Result<Self, Malformed> {
        if der.len() > LONGEST_CERTIFICATE {
            return Err(Malformed::Length);
        }
        let mut outer = Cursor::sequence(der)?;
        let body = outer.take(SEQUENCE)?;
        let algorithm = outer.take(SEQUENCE)?;
        let signature = outer.next()?;
        outer.end()?;
        let signed = Signed::read(body.whole, algorithm, signature)?;

        let mut body = body.inside()?;
        let version = match body.maybe(tagged(0))? {
            Some(version) => {
                let mut version = version.inside()?;
                match version.take(INTEGER)?.value {
                    [number @ 1..=2] => number + 1,
                    _ => return Err(Malformed::Encoding("the version")),
                }
            }
            None => 1,
        };
        let serial = body.take(INTEGER)?.value.to_vec();
        if body.take(SEQUENCE)?.whole != algorithm.whole {
            return Err(Malformed::Encoding(
                "the signature's algorithm, given differently twice",
            ));
        }
        let issuer = DistinguishedName::read(body.take(SEQUENCE)?)?;
        let mut validity = body.take(SEQUENCE)?.inside()?;
        let not_before = time::next(&mut validity)?;
        let not_after = time::next(&mut validity)?;
        validity.end()?;
        let subject = DistinguishedName::read(body.take(SEQUENCE)?)?;
        let key_info = body.take(SEQUENCE)?;
        let key = PublicKey::read(key_info)?;
        body.maybe(plain(1))?;
        body.maybe(plain(2))?;
        let extensions = match body.maybe(tagged(3))? {
            Some(extensions) if version == 3 => {
                let mut inside = extensions.inside()?;
                let list = inside.take(SEQUENCE)?.inside()?;
                inside.end()?;
                Extensions::read(list)?
            }
            Some(_) => return Err(Malformed::Encoding("extensions before version 3")),
            None => Extensions::default(),
        };
        body.end()?;
        Ok(Self {
            der: der.to_vec(),
            version,
            serial,
            issuer,
            subject,
            not_before,
            not_after,
            key_info: key_info.whole.to_vec(),
            key,
            extensions,
            signed,
        })
    }

    /// As it was read.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Whose it is.
    pub fn subject(&self) -> &DistinguishedName {
        &self.subject
    }

    /// Who issued it.
    pub fn issuer(&self) -> &DistinguishedName {
        &self.issuer
    }

    /// Its number, as an encoded integer.
    pub fn serial(&self) -> &[u8] {
        &self.serial
    }

    /// From when it is valid.
    pub fn not_before(&self) -> DateTime<Utc> {
        self.not_before
    }

    /// Until when it is valid.
    pub fn not_after(&self) -> DateTime<Utc> {
        self.not_after
    }

    /// Its key.
    pub fn key(&self) -> &PublicKey {
        &self.key
    }

    /// Its key with the key's algorithm, in DER (SubjectPublicKeyInfo).
    pub fn key_info(&self) -> &[u8] {
        &self.key_info
    }

    /// SHA-256 of its key, with the key's algorithm.
    pub fn key_sha256(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, &self.key_info).as_ref().to_vec()
    }

    /// SHA-256 of the whole.
    pub fn sha256(&self) -> Vec<u8> {
        digest::digest(&digest::SHA256, &self.der).as_ref().to_vec()
    }

    /// Where its issuer answers whether it was revoked, as it says itself.
    pub fn responders(&self) -> &[String] {
        &self.extensions.responders
    }

    /// Whether issuer and subject are the same.
    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }

    /// Whether it calls itself an authority.
    pub fn is_ca(&self) -> bool {
        self.extensions.basic.is_some_and(|basic| basic.ca)
    }

    /// Whether the key of `issuer` signed it.
    pub fn is_signed_by(&self, issuer: &Self) -> bool {
        self.signed.is_by(&issuer.key)
    }

    /// Whether `now` lies within its validity, both ends included.
    pub fn is_valid_at(&self, now: DateTime<Utc>) -> bool {
        // Validity has whole seconds.
        let second = DateTime::from_timestamp(now.timestamp(), 0).unwrap_or(now);
        self.not_before <= second && second <= self.not_after
    }

    pub(super) fn version(&self) -> u8 {
        self.version
    }
}
