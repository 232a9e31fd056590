// SPDX-License-Identifier: Apache-2.0
//! A source that is a SAML identity provider, with all that is needed to speak to it: the rules that
//! were agreed, and its metadata as it is good now.

use std::sync::Arc;

use authn::saml::PeerKey;
use authn::saml::metadata::IdentityProvider;
use authn::store::saml_metadata;
use authn::upstream::saml::{EMAIL, Encryption, PERSISTENT, Rules, TRANSIENT, peer};
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_directory::SourceId;
use countersign_directory::source::{self, Metadata, NameId, Saml, Source};
use sqlx::AnyConnection;

use super::SamlFault;
use crate::app::House;

/// A provider.
#[derive(Clone, Debug)]
pub struct Partner {
    /// Its record.
    pub source: Arc<Source>,
    /// What is agreed with it.
    pub rules: Rules,
    /// Its metadata.
    pub provider: IdentityProvider,
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
        let mut db = self.database.pool.acquire().await?;
        let provider = current(&source.id, &settings.metadata, &rules, self.now(), &mut db).await?;
        Ok(Some(Partner {
            source,
            rules,
            provider,
        }))
    }
}

/// The metadata that is good now. What was fetched was verified before it was kept.
async fn current(
    id: &SourceId,
    metadata: &Metadata,
    rules: &Rules,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<IdentityProvider, SamlFault> {
    let document = match metadata {
        Metadata::Document(document) => document.clone(),
        Metadata::Fetched(_) => {
            let row = saml_metadata::of(id, db).await?;
            let row = row.ok_or_else(|| unusable("its metadata was not fetched yet"))?;
            if row.pending.is_some() {
                return Err(unusable("its metadata changed, and nobody has approved that yet"));
            }
            row.document
        }
    };
    peer::read(document.as_bytes(), &rules.entity_id, now)
        .map(|(_, provider)| provider)
        .map_err(|fault| unusable(&fault.to_string()))
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
