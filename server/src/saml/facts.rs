// SPDX-License-Identifier: Apache-2.0
//! What administrators see of somebody's metadata: keys by their fingerprints, addresses, ends.

use authn::saml::PeerKey;
use authn::saml::metadata::{Endpoint, Entity, IdentityProvider};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::amend::ProviderFacts;
use serde::Serialize;
use utoipa::ToSchema;

/// A key of somebody.
#[derive(Debug, Serialize, ToSchema)]
pub struct KeyShown {
    /// `signing` or `encryption`.
    pub purpose: String,
    /// SHA-256 of its certificate, by which people compare it.
    pub sha256: String,
    /// When its certificate ends. The key counts as long as the metadata has it.
    pub ends: DateTime<Utc>,
}

/// An address.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddressShown {
    /// How messages go there: `HTTP-POST`, `HTTP-Redirect`, `SOAP`.
    pub binding: String,
    /// Where.
    pub location: String,
}

/// Metadata of a provider.
#[derive(Debug, Serialize, ToSchema)]
pub struct MetadataShown {
    /// Until when it counts; absent, it does not say.
    pub valid_until: Option<DateTime<Utc>>,
    /// Its keys.
    pub keys: Vec<KeyShown>,
    /// Where browsers sign in.
    pub sign_on: Vec<AddressShown>,
    /// Where they sign out.
    pub logout: Vec<AddressShown>,
}

/// A document, whatever its end. `None`: it describes no provider that can be read.
pub fn of_provider(document: &str, entity_id: Option<&str>) -> Option<MetadataShown> {
    let (entity, provider) = read(document, entity_id)?;
    let keys = provider.role.signing.iter().map(|key| shown(key, "signing"));
    Some(MetadataShown {
        valid_until: entity.valid_until,
        keys: keys.collect(),
        sign_on: addresses(&provider.sign_on),
        logout: addresses(&provider.role.logout),
    })
}

/// What a second person compares, in an order of its own.
pub fn compared(document: &str, entity_id: Option<&str>) -> ProviderFacts {
    let Some((_, provider)) = read(document, entity_id) else {
        return ProviderFacts {
            keys: Vec::new(),
            addresses: Vec::new(),
        };
    };
    let mut keys: Vec<String> = provider.role.signing.iter().map(PeerKey::fingerprint).collect();
    let all = provider.sign_on.iter().chain(&provider.role.logout);
    let mut addresses: Vec<String> = all.map(|endpoint| endpoint.location.clone()).collect();
    for list in [&mut keys, &mut addresses] {
        list.sort();
        list.dedup();
    }
    ProviderFacts { keys, addresses }
}

/// A key as it is shown.
pub fn shown(key: &PeerKey, purpose: &str) -> KeyShown {
    KeyShown {
        purpose: purpose.to_owned(),
        sha256: key.fingerprint(),
        ends: key.certificate().not_after(),
    }
}

/// The last word of a binding's name.
pub fn binding(uri: &str) -> &str {
    uri.rsplit(':').next().unwrap_or_default()
}

fn addresses(endpoints: &[Endpoint]) -> Vec<AddressShown> {
    let shown = |endpoint: &Endpoint| AddressShown {
        binding: binding(&endpoint.binding).to_owned(),
        location: endpoint.location.clone(),
    };
    endpoints.iter().map(shown).collect()
}

fn read(document: &str, entity_id: Option<&str>) -> Option<(Entity, IdentityProvider)> {
    let entity = Entity::read(document.as_bytes(), entity_id, DateTime::UNIX_EPOCH).ok()?;
    let provider = entity.identity_provider.clone()?;
    Some((entity, provider))
}
