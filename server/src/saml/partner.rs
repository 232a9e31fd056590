// SPDX-License-Identifier: Apache-2.0
//! A source that is a SAML identity provider, with all that is needed to speak to it: the rules that
//! were agreed, and its metadata as it is good now.

use std::sync::Arc;

use authn::saml::metadata::IdentityProvider;
use authn::saml::{PeerKey, Refused};
use authn::secret::sha256;
use authn::store::saml_metadata;
use authn::upstream::saml::peer::{self, Agreement};
use authn::upstream::saml::{EMAIL, Encryption, Fault, PERSISTENT, Rules, TRANSIENT};
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_directory::SourceId;
use countersign_directory::source::{self, Metadata, NameId, Saml, Source};

use super::{SamlFault, aside};
use crate::app::House;

/// A provider.
#[derive(Clone, Debug)]
pub struct Partner {
    /// Its record.
    pub source: Arc<Source>,
    /// What is agreed with it.
    pub rules: Rules,
    /// Its metadata.
    pub provider: Arc<IdentityProvider>,
}

/// A provider's metadata as it was read, for whoever asks next: it may be long, and anybody may make us look
/// at it.
#[derive(Debug)]
pub(crate) struct Peer {
    /// The record that it was read for.
    source: Arc<Source>,
    /// SHA-256 of what was fetched; absent, it stands in the record.
    hash: Option<Vec<u8>>,
    /// What it says, or why it cannot be used.
    read: Result<Told, Fault>,
}

/// What metadata says.
#[derive(Debug)]
struct Told {
    provider: Arc<IdentityProvider>,
    until: Option<DateTime<Utc>>,
}

impl Peer {
    /// As it is good now.
    fn at(&self, now: DateTime<Utc>) -> Result<Arc<IdentityProvider>, SamlFault> {
        match &self.read {
            Ok(told) if told.until.is_some_and(|until| until <= now) => {
                Err(unusable(&Refused::Expired.to_string()))
            }
            Ok(told) => Ok(Arc::clone(&told.provider)),
            Err(fault) => Err(unusable(&fault.to_string())),
        }
    }
}

impl House {
    /// The source of that id, if it is a SAML identity provider by which anybody may sign in, and the rules.
    pub fn saml_source(&self, id: &str) -> Option<(Arc<Source>, Rules)> {
        let source = self.upstream.source(&id.parse::<SourceId>().ok()?)?;
        if !source.signs_in() {
            return None;
        }
        let rules = rules(&source.id, source.saml()?, &self.config.issuer);
        Some((source, rules))
    }

    /// The provider that a source is, if it may be spoken to now. `None`: there is no such source.
    pub async fn saml_partner(&self, id: &str) -> Result<Option<Partner>, SamlFault> {
        let Some((source, rules)) = self.saml_source(id) else {
            return Ok(None);
        };
        let Some(settings) = source.saml() else {
            return Ok(None);
        };
        let provider = self.peer(&source, &settings.metadata).await?;
        Ok(Some(Partner {
            source,
            rules,
            provider,
        }))
    }

    /// The metadata that is good now. What was fetched was verified before it was kept.
    async fn peer(
        &self,
        source: &Arc<Source>,
        metadata: &Metadata,
    ) -> Result<Arc<IdentityProvider>, SamlFault> {
        let agreed = Agreement::of(source);
        let hash = match &agreed {
            Some(agreed) => Some(self.counting(agreed).await?),
            None => None,
        };
        let slot = self.upstream.peers.of(&source.id);
        let mut slot = slot.lock().await;
        let is_known = |peer: &&Peer| Arc::ptr_eq(&peer.source, source) && peer.hash == hash;
        if let Some(known) = slot.as_ref().filter(is_known) {
            return known.at(self.now());
        }
        let document = match (metadata, &agreed) {
            (Metadata::Document(document), _) => document.clone(),
            (Metadata::Fetched(_), Some(agreed)) => {
                let mut db = self.database.pool.acquire().await?;
                let row = saml_metadata::of(agreed, &mut db).await?;
                let row = row.filter(|row| row.pending.is_none());
                row.ok_or_else(changes)?.document
            }
            (Metadata::Fetched(_), None) => return Err(not_fetched()),
        };
        let entity_id = source
            .saml()
            .map(|saml| saml.entity_id.clone())
            .unwrap_or_default();
        let read = aside(move || {
            let hash = sha256(document.as_bytes());
            // Its end is looked at each time that it is used.
            (
                hash,
                peer::read(document.as_bytes(), &entity_id, DateTime::UNIX_EPOCH),
            )
        });
        let (found, read) = read.await?;
        if hash.as_ref().is_some_and(|hash| *hash != found) {
            return Err(changes());
        }
        let known = slot.insert(Peer {
            source: Arc::clone(source),
            hash,
            read: read.map(|(entity, provider)| Told {
                provider: Arc::new(provider),
                until: entity.valid_until,
            }),
        });
        known.at(self.now())
    }

    /// Which copy of what was fetched counts, by its hash.
    async fn counting(&self, agreed: &Agreement) -> Result<Vec<u8>, SamlFault> {
        let mut db = self.database.pool.acquire().await?;
        let standing = saml_metadata::standing(agreed, &mut db).await?;
        let standing = standing.ok_or_else(not_fetched)?;
        if standing.waits {
            return Err(unusable("its metadata changed, and nobody has approved that yet"));
        }
        Ok(standing.hash)
    }
}

fn not_fetched() -> SamlFault {
    unusable("its metadata was not fetched yet")
}

/// It was another a moment ago.
fn changes() -> SamlFault {
    unusable("its metadata is changing")
}

fn unusable(why: &str) -> SamlFault {
    SamlFault::Provider(why.to_owned())
}

/// The rules of a source, with our own addresses for it.
pub fn rules(id: &SourceId, settings: &Saml, issuer: &str) -> Rules {
    let own = |what: &str| format!("{issuer}/saml/sources/{id}/{what}");
    Rules {
        source: id.clone(),
        entity_id: settings.entity_id.clone(),
        own_entity_id: settings.own_entity_id.clone().unwrap_or_else(|| own("metadata")),
        consumer: own("acs"),
        logout: own("slo"),
        unsolicited: settings.idp_initiated,
        response_signed: settings.response_signed,
        encryption: match settings.encryption {
            source::Encryption::Allowed => Encryption::Allowed,
            source::Encryption::Refused => Encryption::Refused,
            source::Encryption::Required => Encryption::Required,
        },
        name_id_format: match settings.name_id {
            NameId::Email => Some(EMAIL),
            NameId::Persistent => Some(PERSISTENT),
            NameId::Transient => Some(TRANSIENT),
            NameId::Unspecified => None,
        },
        subject_attribute: settings.subject_attribute.clone(),
        sign_requests: settings.sign_requests,
        post_requests: settings.binding == source::Binding::Post,
        skew: TimeDelta::seconds(settings.skew_seconds.into()).min(authn::saml::GREATEST_SKEW),
    }
}

/// The keys of PEM text, one of which has to sign metadata that is fetched.
pub fn pinned(pem: &str) -> Result<Vec<PeerKey>, SamlFault> {
    let certificates = authn::certificate::pem_certificates(pem.as_bytes())
        .map_err(|fault| unusable(&format!("the certificate of its metadata: {fault}")))?;
    certificates
        .iter()
        .map(|der| PeerKey::from_der(der))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|fault| unusable(&format!("the certificate of its metadata: {fault}")))
}
