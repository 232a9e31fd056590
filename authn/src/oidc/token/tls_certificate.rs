// SPDX-License-Identifier: Apache-2.0
//! Whose a program's certificate is, by an authority's word (RFC 8705, section 2.1): its path holds now, nobody
//! on it was revoked, it is for proving programs, and it has the DNS name that was expected.

use chrono::{DateTime, Utc};

use crate::certificate::build::Store;
use crate::certificate::ocsp::Nobody;
use crate::certificate::revocation::Trust;
use crate::certificate::{Certificate, CrlSet, Refusal, Settings, check};

/// Certificates that may come along with a leaf.
const MOST_SENT: usize = 8;

/// Why a certificate proves nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refused {
    /// It has not this name.
    #[error("it does not have the DNS name that is on file")]
    OtherName,
    /// Its path does not hold, or leads nowhere.
    #[error("{0}")]
    Path(#[from] Refusal),
    /// Nobody can say whether it was revoked.
    #[error("no revocation list says whether it was revoked")]
    Undetermined,
    /// It cannot be read.
    #[error("it cannot be read")]
    Unreadable,
    /// It is an authority's, or for something else.
    #[error("it is not for proving a program")]
    Wrong,
}

/// The authorities whose certificates count for programs.
#[derive(Clone, Debug)]
pub struct Authorities {
    trusted: Vec<Trust>,
    /// Whether a certificate counts of which nobody can say that it was not revoked.
    takes_undetermined: bool,
}

impl Authorities {
    /// Of their certificates. One that another of them issued is no anchor: it lies below that one, so that it,
    /// too, can be revoked. `grace` is for how long a list counts after its successor was due.
    pub fn of(certificates: Vec<Certificate>, grace: chrono::TimeDelta, takes_undetermined: bool) -> Self {
        let is_below = |one: &Certificate| {
            let others = certificates.iter().filter(|other| other.der() != one.der());
            let mut issuers = others.filter(|other| other.subject() == one.issuer());
            !one.is_self_issued() && issuers.any(|issuer| one.is_signed_by(issuer))
        };
        let (below, anchors): (Vec<_>, Vec<_>) = certificates.iter().cloned().partition(is_below);
        let trusted = anchors.into_iter().map(|anchor| Trust {
            anchor,
            store: Store::of(below.iter().cloned()),
            indirect: Vec::new(),
            grace,
        });
        Self {
            trusted: trusted.collect(),
            takes_undetermined,
        }
    }

    /// Whether `chain` (DER, the leaf first, whose key was proven) is the program called `name`.
    pub fn judge<'a>(
        &self,
        mut chain: impl Iterator<Item = &'a [u8]>,
        name: &str,
        lists: &CrlSet,
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        let leaf = chain.next().ok_or(Refused::Unreadable)?;
        let leaf = Certificate::from_der(leaf).map_err(|_| Refused::Unreadable)?;
        let sent = chain.take(MOST_SENT);
        let sent = Store::of(sent.filter_map(|der| Certificate::from_der(der).ok()));
        let mut best = Refused::Path(Refusal::Untrusted);
        for trust in &self.trusted {
            match check(&leaf, &sent, trust, lists, &Nobody, &Settings::at(now)) {
                Err(Refusal::Untrusted) => {}
                Err(refusal) => best = refusal.into(),
                Ok(_) if !leaf.may_prove_programs() => return Err(Refused::Wrong),
                Ok(checked) if !checked.is_determined && !self.takes_undetermined => {
                    best = Refused::Undetermined;
                }
                Ok(_) if leaf.has_dns_name(name) => return Ok(()),
                Ok(_) => return Err(Refused::OtherName),
            }
        }
        Err(best)
    }
}
