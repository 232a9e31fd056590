// SPDX-License-Identifier: Apache-2.0
//! A service provider is registered by its metadata, or takes newer metadata: what that says, and what
//! administrators decide beside it.

use authn::assurance::Level;
use authn::certificate::pem_certificates;
use authn::oidc::client::{ClientRecord, Consent};
use authn::saml::PeerKey;
use authn::saml::idp::ServiceProvider;
use authn::saml::idp::provider::Encryption;
use authn::saml::metadata::{Entity, verified};
use authn::store::{StoreError, clients, saml_services};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::ServerId;
use sqlx::AnyConnection;

use crate::connect::Product;

/// What is decided about a service provider. What is left out stays as it is, or as careful as can be.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// Its id as a client; left out, that of the client it is already, else the host of its address.
    pub id: Option<String>,
    /// What people read.
    pub name: Option<String>,
    /// The product that it is: what it is told about people.
    pub product: Option<Product>,
    /// The connected server that it belongs to.
    pub server: Option<ServerId>,
    /// The least level of a sign-in for it.
    pub level: Option<Level>,
    /// People are asked before it learns about them.
    pub ask: bool,
    /// People may be sent to it without its having asked.
    pub idp_initiated: bool,
    /// Only signed requests of it are taken.
    pub requests_signed: bool,
    /// It gets assertions in clear although it has an encryption key.
    pub in_clear: bool,
}

/// Why it is not registered.
#[derive(Debug, thiserror::Error)]
pub enum ServiceFault {
    /// The metadata, or what was decided.
    #[error("{0}")]
    Input(String),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ServiceFault {
    fn input(text: impl Into<String>) -> Self {
        Self::Input(text.into())
    }
}

/// What metadata says of the service provider of that entity id, or of the only one. With `signed_by`, PEM,
/// nothing counts but what its key signed. Blocks while the signature is verified.
pub fn read(
    metadata: &[u8],
    signed_by: Option<&[u8]>,
    entity_id: Option<&str>,
    now: DateTime<Utc>,
) -> Result<ServiceProvider, String> {
    let signed = match signed_by {
        Some(pem) => {
            let keys = certificates(pem).map_err(|fault| format!("the certificate: {fault}"))?;
            Some(verified(metadata, &keys).map_err(|fault| fault.to_string())?)
        }
        None => None,
    };
    let bytes = signed.as_ref().map_or(metadata, |text| text.as_bytes());
    let entity = Entity::read(bytes, entity_id, now).map_err(|fault| fault.to_string())?;
    ServiceProvider::of(&entity).map_err(|fault| fault.to_string())
}

fn certificates(pem: &[u8]) -> Result<Vec<PeerKey>, String> {
    let found = pem_certificates(pem).map_err(|fault| fault.to_string())?;
    if found.is_empty() {
        return Err("there is none in it".to_owned());
    }
    let key = |der: &Vec<u8>| PeerKey::from_der(der).map_err(|fault| fault.to_string());
    found.iter().map(key).collect()
}

/// The record, on top of the one that is on file, and that one.
pub async fn record(
    decided: &Decided,
    said: ServiceProvider,
    db: &mut AnyConnection,
) -> Result<(ClientRecord, Option<ClientRecord>), ServiceFault> {
    let known = saml_services::client_of(&said.entity_id, db).await?;
    if let (Some(known), Some(id)) = (&known, &decided.id)
        && known != id
    {
        return Err(ServiceFault::Input(format!(
            "`{}` is the client `{known}` already: remove that one first, or name it",
            said.entity_id
        )));
    }
    let id = decided.id.clone().or(known).unwrap_or_else(|| host(&said));
    let present = clients::by_id(&id, db).await?.map(|client| client.record);
    let mut record = present
        .clone()
        .unwrap_or_else(|| ClientRecord::new(id.clone(), id, Vec::new()));
    if record
        .saml
        .as_ref()
        .is_some_and(|present| present.entity_id != said.entity_id)
    {
        return Err(ServiceFault::input(format!(
            "the client `{}` is another service provider: a changed entity id is another client",
            record.id
        )));
    }
    let is_new = record.saml.is_none();
    let mut provider = match record.saml.take() {
        Some(present) => present.renewed(said),
        None => said,
    };
    if is_new || decided.product.is_some() {
        let told = decided.product.unwrap_or(Product::GenericSaml).saml();
        provider.name_id = told.name_id;
        provider.attributes = told.attributes;
    }
    provider.idp_initiated |= decided.idp_initiated;
    provider.requests_signed |= decided.requests_signed;
    if decided.in_clear {
        provider.encrypt = Encryption::Never;
    }
    record.saml = Some(provider);
    if decided.ask {
        record.consent = Consent::Ask;
    }
    if let Some(name) = &decided.name {
        record.name.clone_from(name);
    }
    if let Some(level) = decided.level {
        record.level = level;
    }
    if decided.server.is_some() {
        record.server.clone_from(&decided.server);
    }
    Ok((record, present))
}

fn host(said: &ServiceProvider) -> String {
    let address = said.default_consumer().map(|consumer| consumer.location.as_str());
    let url = address.and_then(|address| url::Url::parse(address).ok());
    url.and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| "service-provider".to_owned())
}
