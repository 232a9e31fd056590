// SPDX-License-Identifier: Apache-2.0
//! A device's certificate: which device it names, if its authority is one for devices, its path holds and
//! somebody says that nobody on it was revoked. It says nothing about people.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use countersign_directory::id::DeviceId;

use super::card::Presented;
use crate::certificate::build::Store;
use crate::certificate::ocsp::Nobody;
use crate::certificate::revocation::Trust;
use crate::certificate::{Certificate, CrlSet, Oid, Refusal, Settings, check};

/// Certificates that may come along with a leaf.
const MOST_SENT: usize = 8;

/// What in a certificate is the device's id.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NameFrom {
    /// The one DNS name among its names, in lower case.
    Dns,
    /// Its serial number, hexadecimal: another certificate is another device.
    Serial,
    /// The one URI among its names.
    Uri,
}

/// An authority for devices.
#[derive(Clone, Debug)]
pub struct Issuer {
    /// What the operator calls it.
    pub name: String,
    /// The anchor and what lies below it.
    pub trust: Trust,
    /// Policies of which one must hold; none, any or none.
    pub policies: BTreeSet<Oid>,
    /// Extended uses of which the leaf must have one.
    pub uses: Vec<Oid>,
    /// Where the id is.
    pub name_from: NameFrom,
    /// What stands before it in the directory.
    pub prefix: String,
}

/// Why a certificate names no device.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Refused {
    /// There was none.
    #[error("no certificate was sent")]
    Missing,
    /// It has no name of the kind that its authority is held to, or several.
    #[error("the certificate does not name one device")]
    Nameless,
    /// Its path does not hold, or leads nowhere.
    #[error("{0}")]
    Path(#[from] Refusal),
    /// Nobody can say whether it was revoked.
    #[error("no list says whether it was revoked")]
    Undetermined,
    /// It cannot be read.
    #[error("the certificate cannot be read")]
    Unreadable,
    /// It is for something else.
    #[error("the certificate is not for proving a device")]
    Wrong,
}

/// Every authority for devices that is accepted.
#[derive(Clone, Debug, Default)]
pub struct Issuers(pub Vec<Issuer>);

impl Issuers {
    /// Which device proved itself.
    pub fn judge(
        &self,
        presented: &Presented,
        lists: &CrlSet,
        now: DateTime<Utc>,
    ) -> Result<DeviceId, Refused> {
        let (leaf, sent) = presented.chain.split_first().ok_or(Refused::Missing)?;
        let leaf = Certificate::from_der(leaf).map_err(|_| Refused::Unreadable)?;
        let sent = sent.iter().take(MOST_SENT);
        let sent = Store::of(sent.filter_map(|der| Certificate::from_der(der).ok()));
        let mut best = Refused::Path(Refusal::Untrusted);
        for issuer in &self.0 {
            match issuer.judge(&leaf, &sent, lists, now) {
                Err(Refused::Path(Refusal::Untrusted)) => {}
                Err(refused) => best = refused,
                Ok(id) => return Ok(id),
            }
        }
        Err(best)
    }
}

impl Issuer {
    fn judge(
        &self,
        leaf: &Certificate,
        sent: &Store,
        lists: &CrlSet,
        now: DateTime<Utc>,
    ) -> Result<DeviceId, Refused> {
        let settings = Settings {
            policies: (!self.policies.is_empty()).then(|| self.policies.clone()),
            explicit_policy: !self.policies.is_empty(),
            ..Settings::at(now)
        };
        let checked = check(leaf, sent, &self.trust, lists, &Nobody, &settings)?;
        if !leaf.may_sign() || !leaf.is_for_one_of(&self.uses) {
            return Err(Refused::Wrong);
        }
        if !checked.is_determined {
            return Err(Refused::Undetermined);
        }
        self.device(leaf).ok_or(Refused::Nameless)
    }

    fn device(&self, leaf: &Certificate) -> Option<DeviceId> {
        let name = match self.name_from {
            NameFrom::Dns => leaf.only_dns_name()?.to_ascii_lowercase(),
            NameFrom::Serial => hex::encode(leaf.serial()),
            NameFrom::Uri => leaf.only_uri()?.to_owned(),
        };
        let is_plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_plain {
            return None;
        }
        format!("{}{name}", self.prefix).parse().ok()
    }
}
