// SPDX-License-Identifier: Apache-2.0
//! Smartcards at the house: the issuers of the configuration, revocation lists in memory, answers of
//! responders, and the listeners where cards are presented.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use authn::assurance::Level;
use authn::certificate::build::Store;
use authn::certificate::ocsp::Cache;
use authn::certificate::revocation::Trust;
use authn::certificate::{Certificate, Malformed, Oid, pem_certificates};
use authn::factor::card::{self, Judged, Presented};
use chrono::TimeDelta;
use countersign_authn as authn;

use crate::app::House;
use crate::config::cards as config;
use crate::proxies::Proxies;
use crate::revocation::Lists;
use signed_in::Held;

pub mod ask;
mod fetch;
pub mod listener;
mod signed_in;

/// What cards need.
#[derive(Debug)]
pub struct Desk {
    /// Whose are accepted.
    pub cards: card::Cards,
    /// Revocation lists at hand.
    pub lists: Lists,
    /// Answers of responders.
    pub answers: Cache,
    /// Proxies that end TLS in front of us.
    pub proxies: Option<Proxies>,
    /// Where lists can be had, as accepted cards say.
    addresses: Mutex<Vec<String>>,
    /// What open sessions were held against.
    held: Mutex<Held>,
}

/// Cards cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum CardsError {
    /// A file cannot be read.
    #[error("`{file}` cannot be read: {cause}")]
    File {
        /// The file.
        file: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A file holds no certificate that can be read.
    #[error("`{file}` holds a certificate that cannot be used: {cause}")]
    Certificate {
        /// The file.
        file: String,
        /// What is wrong.
        cause: Malformed,
    },
    /// A file holds none, or too many.
    #[error("`{file}` must hold {wanted}")]
    Count {
        /// The file.
        file: String,
        /// How many.
        wanted: &'static str,
    },
    /// No object identifier.
    #[error("anchor `{anchor}`: `{text}` is no object identifier")]
    Oid {
        /// The anchor.
        anchor: String,
        /// What was given.
        text: String,
    },
    /// No level.
    #[error("anchor `{anchor}`: a policy stands for level 1, 2 or 3, not {level}")]
    Level {
        /// The anchor.
        anchor: String,
        /// What was given.
        level: u8,
    },
    /// The secret is too short.
    #[error("the secret of a `proxy` must have at least 32 characters")]
    Secret,
}

const MOST_ADDRESSES: usize = 64;

impl Desk {
    /// As the configuration says.
    pub fn open(config: &config::Cards) -> Result<Self, CardsError> {
        let issuers: Result<Vec<_>, _> = config.anchors.iter().map(issuer).collect();
        let issuers = issuers?;
        let signers = issuers.iter().flat_map(|issuer| known(&issuer.trust)).collect();
        let folder = config.crl_folder.clone();
        Ok(Self {
            cards: card::Cards { issuers },
            lists: Lists::new("cards", folder, config.crl_memory_mib, signers),
            answers: Cache::default(),
            proxies: config.proxy.as_ref().map(Proxies::open).transpose()?,
            addresses: Mutex::new(config.crl_urls.clone()),
            held: Mutex::default(),
        })
    }

    /// Remembers where lists can be had.
    fn learn(&self, addresses: &[String]) {
        let mut known = self.addresses.lock().unwrap_or_else(PoisonError::into_inner);
        for address in addresses {
            if known.len() < MOST_ADDRESSES && !known.contains(address) {
                known.push(address.clone());
            }
        }
    }

    fn addresses(&self) -> Vec<String> {
        self.addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl House {
    /// Judges what a browser presented. Asks responders when lists do not say enough and calls are allowed.
    pub async fn judge_card(&self, presented: &Presented) -> Option<Judged> {
        let (desk, config) = self.cards.as_ref().zip(self.config.cards.as_ref())?;
        let judge = || {
            let lists = desk.lists.load();
            desk.cards.judge(presented, &lists, &desk.answers, self.now())
        };
        let mut judged = judge();
        if config.outbound {
            if judged.outcome.is_ok() || matches!(judged.outcome, Err(card::Refused::Undetermined)) {
                desk.learn(&judged.lists);
            }
            let anchor = config
                .anchors
                .iter()
                .find(|anchor| Some(&anchor.name) == judged.set.as_ref());
            if let Some(anchor) = anchor.filter(|anchor| anchor.ocsp != config::Ocsp::Off)
                && self.ask(desk, anchor, &judged.asks).await
            {
                judged = judge();
            }
        }
        Some(judged)
    }
}

fn issuer(anchor: &config::Anchor) -> Result<card::Issuer, CardsError> {
    let mut anchors = certificates(&anchor.certificate)?;
    let certificate = anchors.pop().filter(|_| anchors.is_empty());
    let certificate = certificate.ok_or_else(|| CardsError::Count {
        file: anchor.certificate.display().to_string(),
        wanted: "exactly one certificate",
    })?;
    let all = |file: &Option<std::path::PathBuf>| match file {
        Some(file) => certificates(file),
        None => Ok(Vec::new()),
    };
    let oid = |text: &String| {
        Oid::new(text).map_err(|_| CardsError::Oid {
            anchor: anchor.name.clone(),
            text: text.clone(),
        })
    };
    let level = |aal: u8| {
        Some(aal)
            .filter(|aal| *aal > 0)
            .and_then(Level::from_aal)
            // A card's key is bound to our origin's challenge, as a passkey's is.
            .map(|level| if level == Level::Aal2 { Level::Aal2PhishingResistant } else { level })
            .ok_or_else(|| CardsError::Level {
                anchor: anchor.name.clone(),
                level: aal,
            })
    };
    let indirect = all(&anchor.indirect_crl_issuers)?;
    let policies: Result<_, CardsError> = anchor
        .policies
        .iter()
        .map(|(policy, aal)| Ok((oid(policy)?, level(*aal)?)))
        .collect();
    let uses: Result<_, _> = anchor.extended_key_usage.iter().map(oid).collect();
    Ok(card::Issuer {
        name: anchor.name.clone(),
        trust: Trust {
            anchor: certificate,
            store: Store::of(
                all(&anchor.intermediates)?
                    .into_iter()
                    .chain(indirect.iter().cloned()),
            ),
            indirect: indirect.iter().map(|one| one.subject().clone()).collect(),
            grace: TimeDelta::hours(anchor.grace_hours.into()),
        },
        policies: policies?,
        uses: uses?,
        mapping: match anchor.mapping {
            config::Mapping::Edipi => card::Mapping::Edipi,
            config::Mapping::IssuerSerial => card::Mapping::IssuerSerial,
            config::Mapping::Key => card::Mapping::Key,
            config::Mapping::SubjectKeyId => card::Mapping::SubjectKeyId,
            config::Mapping::Upn => card::Mapping::Upn,
        },
        first_use: match anchor.first_use {
            config::FirstUse::SignIn => card::FirstUse::SignIn,
            config::FirstUse::UpnIsPerson => card::FirstUse::UpnIsPerson,
        },
        soft_fail: anchor.soft_fail,
    })
}

/// The certificates of an anchor and of all below it.
pub(crate) fn known(trust: &Trust) -> Vec<Certificate> {
    std::iter::once(&trust.anchor)
        .chain(trust.store.all())
        .cloned()
        .collect()
}

pub(crate) fn certificates(file: &Path) -> Result<Vec<Certificate>, CardsError> {
    let name = || file.display().to_string();
    let bytes = fs::read(file).map_err(|cause| CardsError::File { file: name(), cause })?;
    let unusable = |cause| CardsError::Certificate { file: name(), cause };
    let all = pem_certificates(&bytes).map_err(unusable)?;
    if all.is_empty() {
        return Err(CardsError::Count {
            file: name(),
            wanted: "at least one certificate",
        });
    }
    all.iter()
        .map(|der| Certificate::from_der(der).map_err(unusable))
        .collect()
}
