// SPDX-License-Identifier: Apache-2.0
//! A provider's metadata over time. What is new is held against what was there: whoever can change
//! the document could otherwise take the provider's place.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::Fault;
use crate::saml::metadata::{Entity, IdentityProvider};
use crate::saml::{PeerKey, Refused};

/// Reads a provider's metadata: the entity of that name, with a key to check signatures with.
/// `pinned`: the keys one of which has to have signed it. Blocks if there are any.
pub fn read(
    document: &[u8],
    entity_id: &str,
    pinned: Option<&[PeerKey]>,
    now: DateTime<Utc>,
) -> Result<(Entity, IdentityProvider), Fault> {
    let entity = match pinned {
        None => Entity::read(document, Some(entity_id), now)?,
        Some(pinned) => Entity::read_signed(document, pinned, Some(entity_id), now)?,
    };
    let provider = entity
        .identity_provider
        .clone()
        .ok_or(Refused::Once("IDPSSODescriptor"))?;
    if provider.role.signing.is_empty() {
        return Err(Fault::NoSigningKey);
    }
    Ok((entity, provider))
}

/// Why new metadata waits for somebody's approval.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Doubt {
    /// A key that signed is there no more: it was replaced, or given up, or the document is somebody else's.
    KeyDropped,
    /// Browsers would be sent to another host.
    HostChanged,
}

impl Doubt {
    /// As it is stored and recorded.
    pub fn word(self) -> &'static str {
        match self {
            Self::HostChanged => "host_changed",
            Self::KeyDropped => "key_dropped",
        }
    }
}

/// What of `new` is more than a provider's everyday change. A key more is everyday: that is how a
/// rollover begins.
pub fn doubt(old: &IdentityProvider, new: &IdentityProvider) -> Option<Doubt> {
    let keys = |of: &IdentityProvider| -> BTreeSet<Vec<u8>> {
        of.role.signing.iter().map(|key| key.der().to_vec()).collect()
    };
    if !keys(old).is_subset(&keys(new)) {
        return Some(Doubt::KeyDropped);
    }
    if !hosts(new).is_subset(&hosts(old)) {
        return Some(Doubt::HostChanged);
    }
    None
}

fn hosts(of: &IdentityProvider) -> BTreeSet<String> {
    of.sign_on
        .iter()
        .chain(&of.role.logout)
        .flat_map(|endpoint| [Some(&endpoint.location), endpoint.response_location.as_ref()])
        .flatten()
        .filter_map(|address| url::Url::parse(address).ok())
        .map(|url| url.origin().ascii_serialization())
        .collect()
}
