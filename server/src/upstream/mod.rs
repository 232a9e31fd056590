// SPDX-License-Identifier: Apache-2.0
//! Sources of people at the house: which there are, and the calls to OpenID providers. Only addresses that a
//! source's record or its provider's discovery document names are called.

use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use countersign_directory::source::Source;

pub mod call;
mod conflict;
pub mod names;
mod newcomer;
pub mod person;
pub mod provider;
pub(crate) mod refusals;
mod slots;

pub use call::CallFault;
pub use provider::Provider;

use self::names::Seen;
use self::provider::Known;
use self::refusals::Refusals;
use self::slots::Slots;
use crate::saml::partner::Peer;

/// The sources of people.
#[derive(Debug, Default)]
pub struct Desk {
    sources: ArcSwap<Vec<Arc<Source>>>,
    /// OpenID providers as they were last called.
    pub(crate) providers: Slots<Known>,
    /// When metadata that nobody fetches was last looked at for its end.
    pub(crate) ends_looked_at: tokio::sync::Mutex<Option<DateTime<Utc>>>,
    /// The hash of each file of metadata as it was last read.
    pub(crate) files_read: tokio::sync::Mutex<BTreeMap<SourceId, Vec<u8>>>,
    /// The names of people, for newcomers.
    pub(crate) names: Arc<tokio::sync::Mutex<Seen>>,
    /// Messages that anybody can send and that were refused.
    pub(crate) refusals: Refusals,
    /// SAML identity providers as their metadata was last read.
    pub(crate) peers: Slots<Peer>,
}

impl Desk {
    /// Replaces the sources by those that count now.
    pub fn replace(&self, sources: impl IntoIterator<Item = Source>) {
        let sources: Vec<Arc<Source>> = sources.into_iter().map(Arc::new).collect();
        let stays = |id: &SourceId| sources.iter().any(|source| source.id == *id);
        self.providers.retain(stays);
        self.peers.retain(stays);
        self.refusals.retain(stays);
        self.sources.store(Arc::new(sources));
    }

    /// All sources, in the order of their names.
    pub fn all(&self) -> Arc<Vec<Arc<Source>>> {
        self.sources.load_full()
    }

    /// The source of that name.
    pub fn source(&self, id: &SourceId) -> Option<Arc<Source>> {
        self.sources
            .load()
            .iter()
            .find(|source| source.id == *id)
            .cloned()
    }

    /// The source to which people with an address of this domain are sent.
    pub fn of_address(&self, address: &str) -> Option<Arc<Source>> {
        let mut claiming = self.claiming(address).into_iter();
        // Where two say that a domain is theirs, nobody is sent anywhere.
        match (claiming.next(), claiming.next()) {
            (Some(one), None) => Some(one),
            _ => None,
        }
    }

    /// The sources that say that the domain of this address is theirs.
    pub fn claiming(&self, address: &str) -> Vec<Arc<Source>> {
        let Some((local, domain)) = address.rsplit_once('@') else {
            return Vec::new();
        };
        let domain = domain.to_lowercase();
        let sources = self.sources.load();
        let fitting = |source: &&Arc<Source>| {
            !local.is_empty() && source.signs_in() && source.offer.domains.contains(&domain)
        };
        sources.iter().filter(fitting).cloned().collect()
    }
}
