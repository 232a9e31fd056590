// SPDX-License-Identifier: Apache-2.0
//! A provider's metadata over time. What is new is held against what was there: whoever can change
//! the document could otherwise take the provider's place.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use countersign_directory::source::{Metadata, Source};
use serde_json::json;

use super::Fault;
use crate::saml::Refused;
use crate::saml::metadata::{Entity, IdentityProvider};
use crate::secret::sha256;

/// What was agreed about metadata that is fetched: whose it is, from where, and by which key it is signed. A
/// copy counts as long as nobody has agreed on anything else.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Agreement {
    source: SourceId,
    hash: Vec<u8>,
}

impl Agreement {
    /// That of a source; `None` where nothing is fetched.
    pub fn of(source: &Source) -> Option<Self> {
        let saml = source.saml()?;
        let Metadata::Fetched(fetched) = &saml.metadata else {
            return None;
        };
        let terms = json!([saml.entity_id, fetched.url, fetched.certificate]);
        Some(Self {
            source: source.id.clone(),
            hash: sha256(terms.to_string().as_bytes()),
        })
    }

    /// The source.
    pub fn source(&self) -> &SourceId {
        &self.source
    }

    /// SHA-256 of what was agreed.
    pub fn hash(&self) -> &[u8] {
        &self.hash
    }
}

/// Reads a provider's metadata: the entity of that name, with a key to check signatures with. Of what
/// was fetched, that is what was signed ([`crate::saml::metadata::verified`]).
pub fn read(
    document: &[u8],
    entity_id: &str,
    now: DateTime<Utc>,
) -> Result<(Entity, IdentityProvider), Fault> {
    let entity = Entity::read(document, Some(entity_id), now)?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saml::credential::{Credential, Kind};
    use crate::saml::metadata::verified;
    use crate::saml::sign::{key_info, signed};
    use crate::saml::write::{Element, Space};
    use crate::saml::{HTTP_REDIRECT, PeerKey, SAMLP};
    use crate::testing::{noon, rng};

    const ID: &str = "https://idp.example";

    fn key() -> Credential {
        Credential::generate(Kind::Ecdsa, "idp", noon(), &mut rng()).unwrap()
    }

    fn document(keys: &[&Credential], sign_on: &str) -> Element {
        let role = Element::new(Space::Md, "IDPSSODescriptor")
            .with("protocolSupportEnumeration", SAMLP)
            .children(
                keys.iter()
                    .map(|key| Element::new(Space::Md, "KeyDescriptor").child(key_info(key))),
            )
            .child(
                Element::new(Space::Md, "SingleSignOnService")
                    .with("Binding", HTTP_REDIRECT)
                    .with("Location", sign_on),
            );
        Element::new(Space::Md, "EntityDescriptor")
            .with("ID", "m")
            .with("entityID", ID)
            .child(role)
    }

    fn provider(keys: &[&Credential], sign_on: &str) -> IdentityProvider {
        let text = document(keys, sign_on).canonical();
        read(text.as_bytes(), ID, noon()).unwrap().1
    }

    #[test]
    fn a_key_more_is_everyday_and_a_key_less_or_another_host_is_not() {
        let (one, two) = (key(), key());
        let here = "https://idp.example/sso";
        let old = provider(&[&one], here);
        assert_eq!(doubt(&old, &provider(&[&one, &two], here)), None);
        assert_eq!(doubt(&old, &provider(&[&one], "https://idp.example/other")), None);
        assert_eq!(doubt(&old, &provider(&[&two], here)), Some(Doubt::KeyDropped));
        let both = provider(&[&one, &two], here);
        assert_eq!(doubt(&both, &old), Some(Doubt::KeyDropped));
        let moved = provider(&[&one], "https://idp.example.evil.example/sso");
        assert_eq!(doubt(&old, &moved), Some(Doubt::HostChanged));
    }

    #[test]
    fn metadata_without_a_key_or_of_another_entity_is_refused() {
        let one = key();
        let text = document(&[], "https://idp.example/sso").canonical();
        assert_eq!(
            read(text.as_bytes(), ID, noon()).unwrap_err(),
            Fault::NoSigningKey
        );
        let text = document(&[&one], "https://idp.example/sso").canonical();
        assert_eq!(
            read(text.as_bytes(), "https://other.example", noon()).unwrap_err(),
            Refused::Once("EntityDescriptor").into()
        );
    }

    #[test]
    fn what_is_fetched_has_to_be_signed_by_the_pinned_key() {
        let (pin, other) = (key(), key());
        let plain = document(&[&other], "https://idp.example/sso");
        let pinned = [PeerKey::from_der(pin.certificate()).unwrap()];
        let good = signed(plain.clone(), &pin).unwrap().canonical();
        assert_eq!(verified(good.as_bytes(), &pinned).unwrap(), plain.canonical());
        let forged = signed(plain.clone(), &other).unwrap().canonical();
        assert_eq!(
            verified(forged.as_bytes(), &pinned).unwrap_err(),
            Refused::Signature
        );
        assert_eq!(
            verified(plain.canonical().as_bytes(), &pinned).unwrap_err(),
            Refused::Unsigned
        );
    }
}
