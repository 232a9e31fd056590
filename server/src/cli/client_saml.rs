// SPDX-License-Identifier: Apache-2.0
//! `countersign client saml`: registers a service provider by its metadata, or takes newer metadata
//! of one that is registered.

use std::path::{Path, PathBuf};

use authn::assurance::Level;
use authn::certificate::pem_certificates;
use authn::oidc::client::{ClientRecord, Consent};
use authn::saml::PeerKey;
use authn::saml::idp::ServiceProvider;
use authn::saml::idp::provider::Encryption;
use authn::saml::metadata::{Entity, verified};
use authn::store::{clients, saml_services};
use clap::Args;
use countersign_authn as authn;
use countersign_directory::ServerId;
use serde_json::json;

use super::opened::{Store, outside};
use super::server::file_record;
use super::{Failure, block_on};
use crate::app::App;
use crate::connect::Product;

/// What is said of a service provider.
#[derive(Args, Debug)]
pub struct SamlClient {
    /// Its metadata, XML.
    #[arg(long)]
    metadata: PathBuf,
    /// The entity that is meant, where the metadata holds several.
    #[arg(long)]
    entity_id: Option<String>,
    /// A certificate, PEM; the metadata must be signed by its key.
    #[arg(long)]
    signed_by: Option<PathBuf>,
    /// Its id as a client; left out, that of the client it is already, else the host of its address.
    #[arg(long)]
    id: Option<String>,
    /// What people read; left out, its id.
    #[arg(long)]
    name: Option<String>,
    /// The product that it is: what it is told about people.
    #[arg(long, value_enum)]
    product: Option<Product>,
    /// The connected server that it belongs to.
    #[arg(long)]
    server: Option<ServerId>,
    /// The least level of a sign-in for it: `aal1`, `aal2`, `aal2_phishing_resistant` or `aal3`.
    #[arg(long, value_parser = level)]
    level: Option<Level>,
    /// Ask people before it learns about them.
    #[arg(long)]
    ask: bool,
    /// Let people be sent to it without its having asked.
    #[arg(long)]
    idp_initiated: bool,
    /// Take only signed requests from it.
    #[arg(long)]
    requests_signed: bool,
    /// Send it assertions in clear although it has an encryption key.
    #[arg(long)]
    in_clear: bool,
    /// Say what would be filed, and file nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    store: Store,
}

impl SamlClient {
    pub(super) fn run(self) -> Result<(), Failure> {
        let bytes = read(&self.metadata)?;
        let pinned = self.signed_by.as_deref().map(certificates).transpose()?;
        block_on(async move {
            let app = self.store.open().await?;
            let now = app.now();
            let named = self.entity_id.as_deref();
            let name = self.metadata.display();
            let bytes = match &pinned {
                Some(keys) => verified(&bytes, keys)
                    .map_err(|fault| Failure::Input(format!("{name}: {fault}")))?
                    .into_bytes(),
                None => bytes,
            };
            let entity = Entity::read(&bytes, named, now);
            let entity = entity.map_err(|fault| Failure::Input(format!("{name}: {fault}")))?;
            let said =
                ServiceProvider::of(&entity).map_err(|fault| Failure::Input(format!("{name}: {fault}")))?;
            let record = self.record(&app, said).await?;
            file(&app, &record, self.dry_run).await
        })
    }

    /// The record, on top of the one that is on file.
    async fn record(&self, app: &App, said: ServiceProvider) -> Result<ClientRecord, Failure> {
        let mut db = app.database.pool.acquire().await.map_err(outside)?;
        let known = saml_services::client_of(&said.entity_id, &mut db)
            .await
            .map_err(outside)?;
        if let (Some(known), Some(id)) = (&known, &self.id)
            && known != id
        {
            return Err(Failure::Input(format!(
                "`{}` is the client `{known}` already: remove that one first, or leave --id out",
                said.entity_id
            )));
        }
        let id = self.id.clone().or(known).unwrap_or_else(|| host(&said));
        let present = clients::by_id(&id, &mut db).await.map_err(outside)?;
        let mut record = match present {
            Some(client) => client.record,
            None => ClientRecord::new(id.clone(), id, Vec::new()),
        };
        if record
            .saml
            .as_ref()
            .is_some_and(|present| present.entity_id != said.entity_id)
        {
            return Err(Failure::Input(format!(
                "the client `{}` is another service provider: a changed entity id is another client",
                record.id
            )));
        }
        let is_new = record.saml.is_none();
        let mut provider = match record.saml.take() {
            Some(present) => present.renewed(said),
            None => said,
        };
        if is_new || self.product.is_some() {
            let told = self.product.unwrap_or(Product::GenericSaml).saml();
            provider.name_id = told.name_id;
            provider.attributes = told.attributes;
        }
        provider.idp_initiated |= self.idp_initiated;
        provider.requests_signed |= self.requests_signed;
        if self.in_clear {
            provider.encrypt = Encryption::Never;
        }
        if self.ask {
            record.consent = Consent::Ask;
        }
        if let Some(name) = &self.name {
            record.name.clone_from(name);
        }
        if let Some(level) = self.level {
            record.level = level;
        }
        if self.server.is_some() {
            record.server.clone_from(&self.server);
        }
        record.saml = Some(provider);
        Ok(record)
    }
}

async fn file(app: &App, record: &ClientRecord, is_trial: bool) -> Result<(), Failure> {
    let mut transaction = app.database.begin_write().await.map_err(outside)?;
    // It proves itself by its signatures: a secret that it has as a client of OpenID stays as it is.
    file_record(app, record, &mut transaction).await?;
    if is_trial {
        transaction.rollback().await.map_err(outside)?;
    } else {
        app.commit(transaction).await.map_err(outside)?;
    }
    println!("{}", json!(record));
    Ok(())
}

fn host(said: &ServiceProvider) -> String {
    let address = said.default_consumer().map(|consumer| consumer.location.as_str());
    let url = address.and_then(|address| url::Url::parse(address).ok());
    url.and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_else(|| "service-provider".to_owned())
}

fn certificates(file: &Path) -> Result<Vec<PeerKey>, Failure> {
    let name = file.display();
    let found = pem_certificates(&read(file)?).map_err(|fault| Failure::Input(format!("{name}: {fault}")))?;
    found
        .iter()
        .map(|der| PeerKey::from_der(der).map_err(|fault| Failure::Input(format!("{name}: {fault}"))))
        .collect()
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .map_err(|cause| Failure::Input(format!("`{}` cannot be read: {cause}", file.display())))
}

fn level(text: &str) -> Result<Level, String> {
    serde_json::from_value(json!(text))
        .map_err(|_| "levels are aal1, aal2, aal2_phishing_resistant and aal3".to_owned())
}
