// SPDX-License-Identifier: Apache-2.0
//! Asking an issuer's responder (RFC 6960): the question's bytes, and what an answer is worth. An
//! answer that is not the issuer's or its delegate's, is about something else, is out of date, or
//! says `unknown`, leaves the certificate undetermined.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use chrono::{DateTime, TimeDelta, Utc};
use subtle::ConstantTimeEq;

use super::Oid;
use super::cursor::{Cursor, ENUMERATED, GENERALIZED_TIME, INTEGER, OCTET_STRING, SEQUENCE, plain, tagged};
use super::extensions::{KeyUsage, raw};
use super::name::DistinguishedName;
use super::parsed::{Certificate, Malformed};
use super::revocation::Standing;
use super::signature::{Signed, octets};
use super::time;

/// The longest answer that is read, bytes.
pub const LONGEST_ANSWER: usize = 64 * 1024;

const BASIC: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.48.1.1");
const NONCE: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.48.1.2");
const SIGNING: Oid = Oid::new_unwrap("1.3.6.1.5.5.7.3.9");
const SHA1: Oid = Oid::new_unwrap("1.3.14.3.2.26");
const SHA256_OID: Oid = Oid::new_unwrap("2.16.840.1.101.3.4.2.1");
/// How far a responder's clock may be ahead.
const SKEW: TimeDelta = TimeDelta::seconds(60);
/// An answer that names no end counts so long.
const DEFAULT_LIFE: TimeDelta = TimeDelta::minutes(10);
const MOST_ANSWERS: usize = 10_000;

/// Answers that are at hand.
pub trait Answers: fmt::Debug {
    /// What a responder said about a certificate, as far as it still counts.
    fn standing(&self, certificate: &Certificate, issuer: &Certificate, now: DateTime<Utc>) -> Standing;
}

/// Nobody is asked.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Answers for Nobody {
    fn standing(&self, _: &Certificate, _: &Certificate, _: DateTime<Utc>) -> Standing {
        Standing::Undetermined
    }
}

/// Answers kept until they end.
#[derive(Debug, Default)]
pub struct Cache {
    kept: Mutex<HashMap<Vec<u8>, Said>>,
}

impl Cache {
    /// Keeps what a responder said, unless something newer is known: an answer can be sent again.
    pub fn keep(&self, certificate: &Certificate, said: Said, now: DateTime<Utc>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_ANSWERS {
            kept.retain(|_, said| said.until > now);
        }
        let name = certificate.sha256();
        let is_newer = |known: &Said| known.as_of > said.as_of;
        if kept.len() < MOST_ANSWERS && !kept.get(&name).is_some_and(is_newer) {
            kept.insert(name, said);
        }
    }
}

impl Answers for Cache {
    fn standing(&self, certificate: &Certificate, _: &Certificate, now: DateTime<Utc>) -> Standing {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        match kept.get(&certificate.sha256()) {
            Some(said) if now <= said.until => said.standing,
            _ => Standing::Undetermined,
        }
    }
}

/// What a responder said, and until when that counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Said {
    /// Good or revoked.
    pub standing: Standing,
    /// What was known then (`thisUpdate`).
    pub as_of: DateTime<Utc>,
    /// Until then.
    pub until: DateTime<Utc>,
}

/// Why an answer counts for nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum NoAnswer {
    /// It cannot be read.
    #[error("the answer cannot be read: {0}")]
    Malformed(#[from] Malformed),
    /// It does not carry our nonce.
    #[error("the answer is to another question")]
    Nonce,
    /// It is about other certificates.
    #[error("the answer is about another certificate")]
    Other,
    /// It is not from the issuer or its delegate.
    #[error("the answer is signed by somebody who may not")]
    Signer,
    /// It is out of date, or not valid yet.
    #[error("the answer is out of date")]
    Time,
    /// The responder will not say.
    #[error("the responder does not answer the question")]
    Unwilling,
    /// It does not know the certificate.
    #[error("the responder does not know the certificate")]
    Unknown,
}

/// The question's DER.
pub fn question(certificate: &Certificate, issuer: &Certificate, nonce: &[u8; 32]) -> Vec<u8> {
    let name = digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, issuer.subject().der());
    let key = digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, issuer.key().bits());
    let algorithm = wrap(SEQUENCE, &[&wrap(0x06, &[SHA1.as_bytes()]), &[5, 0]]);
    let id = wrap(
        SEQUENCE,
        &[
            &algorithm,
            &wrap(OCTET_STRING, &[name.as_ref()]),
            &wrap(OCTET_STRING, &[key.as_ref()]),
            &wrap(INTEGER, &[certificate.serial()]),
        ],
    );
    let list = wrap(SEQUENCE, &[&wrap(SEQUENCE, &[&id])]);
    let nonce = wrap(OCTET_STRING, &[&wrap(OCTET_STRING, &[nonce])]);
    let extension = wrap(SEQUENCE, &[&wrap(0x06, &[NONCE.as_bytes()]), &nonce]);
    let extensions = wrap(tagged(2), &[&wrap(SEQUENCE, &[&extension])]);
    wrap(SEQUENCE, &[&wrap(SEQUENCE, &[&list, &extensions])])
}

/// Judges an answer. `needs_nonce` refuses one that does not repeat ours.
pub fn judge(
    answer: &[u8],
    certificate: &Certificate,
    issuer: &Certificate,
    nonce: &[u8; 32],
    needs_nonce: bool,
    now: DateTime<Utc>,
) -> Result<Said, NoAnswer> {
    let answer = Answer::read(answer)?;
    if !answer.is_from(issuer, now) {
        return Err(NoAnswer::Signer);
    }
    let repeats = answer.nonce.as_ref().map(|sent| sent.ct_eq(nonce).into());
    if repeats == Some(false) || needs_nonce && repeats.is_none() {
        return Err(NoAnswer::Nonce);
    }
    let about = answer.about.iter().find(|about| about.is(certificate, issuer));
    let about = about.ok_or(NoAnswer::Other)?;
    let until = about.next_update.unwrap_or(about.this_update + DEFAULT_LIFE);
    if about.this_update > now + SKEW || now > until {
        return Err(NoAnswer::Time);
    }
    match about.standing {
        Standing::Undetermined => Err(NoAnswer::Unknown),
        standing => Ok(Said {
            standing,
            as_of: about.this_update,
            until,
        }),
    }
}

/// Reads an answer and throws it away; for the fuzzer.
pub fn read(answer: &[u8]) -> Result<(), NoAnswer> {
    Answer::read(answer).map(drop)
}

#[derive(Debug)]
struct Answer {
    responder: Responder,
    about: Vec<About>,
    nonce: Option<Vec<u8>>,
    signed: Signed,
    certificates: Vec<Certificate>,
}

#[derive(Debug)]
enum Responder {
    Key(Vec<u8>),
    Name(DistinguishedName),
}

#[derive(Debug)]
struct About {
    hash: Oid,
    name: Vec<u8>,
    key: Vec<u8>,
    serial: Vec<u8>,
    standing: Standing,
    this_update: DateTime<Utc>,
    next_update: Option<DateTime<Utc>>,
}

impl Answer {
    fn read(bytes: &[u8]) -> Result<Self, NoAnswer> {
        if bytes.len() > LONGEST_ANSWER {
            return Err(Malformed::Length.into());
        }
        let mut outer = Cursor::sequence(bytes)?;
        if outer.take(ENUMERATED)?.value != [0] {
            return Err(NoAnswer::Unwilling);
        }
        let mut content = outer.take(tagged(0))?.inside()?.take(SEQUENCE)?.inside()?;
        if content.next()?.oid()? != BASIC {
            return Err(NoAnswer::Unwilling);
        }
        let mut basic = Cursor::sequence(content.take(OCTET_STRING)?.value)?;
        let data = basic.take(SEQUENCE)?;
        let algorithm = basic.take(SEQUENCE)?;
        let signed = Signed::read(data.whole, algorithm, basic.next()?)?;
        let mut certificates = Vec::new();
        if let Some(list) = basic.maybe(tagged(0))? {
            let mut list = list.inside()?.take(SEQUENCE)?.inside()?;
            while !list.is_done() && certificates.len() < 8 {
                certificates.push(Certificate::from_der(list.next()?.whole)?);
            }
        }
        let mut data = data.inside()?;
        data.maybe(tagged(0))?;
        let responder = data.next()?;
        let responder = if responder.tag == tagged(1) {
            Responder::Name(DistinguishedName::read(responder.inside()?.take(SEQUENCE)?)?)
        } else if responder.tag == tagged(2) {
            Responder::Key(octets(responder.value)?)
        } else {
            return Err(Malformed::Encoding("the responder").into());
        };
        time::read(data.take(GENERALIZED_TIME)?)?;
        let mut about = Vec::new();
        let mut responses = data.take(SEQUENCE)?.inside()?;
        while !responses.is_done() {
            about.push(About::read(responses.take(SEQUENCE)?.inside()?)?);
        }
        let mut nonce = None;
        if let Some(extensions) = data.maybe(tagged(1))? {
            for extension in raw(extensions.inside()?.take(SEQUENCE)?.inside()?)? {
                if extension.kind == NONCE {
                    nonce = Some(octets(extension.value)?);
                } else if extension.is_critical {
                    return Err(Malformed::Critical.into());
                }
            }
        }
        data.end()?;
        Ok(Self {
            responder,
            about,
            nonce,
            signed,
            certificates,
        })
    }

    /// 4.2.2.2: the issuer itself, or whom it let sign answers.
    fn is_from(&self, issuer: &Certificate, now: DateTime<Utc>) -> bool {
        if self.responder.is(issuer) && self.signed.is_by(issuer.key()) {
            return true;
        }
        self.certificates.iter().any(|delegate| {
            let usage = delegate.extensions.extended_usage.as_ref();
            let may_sign = delegate.extensions.usage.is_none_or(KeyUsage::digital_signature);
            self.responder.is(delegate)
                && may_sign
                && usage.is_some_and(|usage| usage.contains(&SIGNING))
                // Whether the delegate itself was revoked is asked of nobody here: without this
                // mark by the issuer it is not believed.
                && delegate.extensions.no_check
                && delegate.extensions.unknown_critical.is_none()
                && delegate.is_valid_at(now)
                && delegate.issuer() == issuer.subject()
                && delegate.is_signed_by(issuer)
                && self.signed.is_by(delegate.key())
        })
    }
}

impl Responder {
    fn is(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Name(name) => name == certificate.subject(),
            Self::Key(hash) => {
                let key = digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, certificate.key().bits());
                key.as_ref() == hash
            }
        }
    }
}

impl About {
    fn read(mut fields: Cursor<'_>) -> Result<Self, Malformed> {
        let mut id = fields.take(SEQUENCE)?.inside()?;
        let hash = id.take(SEQUENCE)?.inside()?.next()?.oid()?;
        let name = id.take(OCTET_STRING)?.value.to_vec();
        let key = id.take(OCTET_STRING)?.value.to_vec();
        let serial = id.take(INTEGER)?.value.to_vec();
        id.end()?;
        let status = fields.next()?;
        let standing = if status.tag == plain(0) {
            Standing::Good
        } else if status.tag == tagged(1) {
            let mut revoked = status.inside()?;
            time::read(revoked.take(GENERALIZED_TIME)?)?;
            let reason = revoked.maybe(tagged(0))?;
            let reason = reason
                .map(|reason| reason.inside()?.take(ENUMERATED))
                .transpose()?;
            Standing::Revoked(reason.and_then(|r| r.value.first().copied()).unwrap_or(0))
        } else {
            Standing::Undetermined
        };
        let this_update = time::read(fields.take(GENERALIZED_TIME)?)?;
        let next_update = match fields.maybe(tagged(0))? {
            Some(next) => Some(time::read(next.inside()?.take(GENERALIZED_TIME)?)?),
            None => None,
        };
        if let Some(extensions) = fields.maybe(tagged(1))? {
            let all = raw(extensions.inside()?.take(SEQUENCE)?.inside()?)?;
            if all.iter().any(|extension| extension.is_critical) {
                return Err(Malformed::Critical);
            }
        }
        fields.end()?;
        Ok(Self {
            hash,
            name,
            key,
            serial,
            standing,
            this_update,
            next_update,
        })
    }

    fn is(&self, certificate: &Certificate, issuer: &Certificate) -> bool {
        let algorithm = match self.hash {
            SHA1 => &SHA1_FOR_LEGACY_USE_ONLY,
            SHA256_OID => &SHA256,
            _ => return false,
        };
        self.serial == certificate.serial()
            && self.name == digest::digest(algorithm, issuer.subject().der()).as_ref()
            && self.key == digest::digest(algorithm, issuer.key().bits()).as_ref()
    }
}

/// An element of these parts.
fn wrap(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut whole = vec![tag];
    let bytes = length.to_be_bytes();
    if length < 0x80 {
        whole.extend(bytes.last());
    } else {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        let used = bytes.len() - zeros;
        whole.push(0x80 | u8::try_from(used).unwrap_or(0));
        whole.extend(bytes.iter().skip(zeros));
    }
    for part in parts {
        whole.extend_from_slice(part);
    }
    whole
}
