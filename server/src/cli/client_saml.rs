// SPDX-License-Identifier: Apache-2.0
//! `countersign client saml`: registers a service provider by its metadata, or takes newer metadata
//! of one that is registered.

use std::path::{Path, PathBuf};

use authn::assurance::Level;
use authn::oidc::client::ClientRecord;
use clap::Args;
use countersign_authn as authn;
use countersign_directory::ServerId;
use serde_json::json;

use super::opened::{Store, outside};
use super::server::file_record;
use super::{Failure, block_on};
use crate::app::App;
use crate::connect::Product;
use crate::saml::service::{self, Decided, ServiceFault};

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
        let metadata = bytes(&self.metadata)?;
        let signed_by = self.signed_by.as_deref().map(bytes).transpose()?;
        block_on(async move {
            let app = self.store.open().await?;
            let named = self.entity_id.as_deref();
            let said = service::read(&metadata, signed_by.as_deref(), named, app.now())
                .map_err(|fault| Failure::Input(format!("{}: {fault}", self.metadata.display())))?;
            let mut db = app.database.pool.acquire().await.map_err(outside)?;
            let found = service::record(&self.decided(), said, &mut db).await;
            drop(db);
            match found {
                Ok((record, _)) => file(&app, &record, self.dry_run).await,
                Err(ServiceFault::Input(fault)) => Err(Failure::Input(fault)),
                Err(fault) => Err(outside(fault)),
            }
        })
    }

    fn decided(&self) -> Decided {
        Decided {
            id: self.id.clone(),
            name: self.name.clone(),
            product: self.product,
            server: self.server.clone(),
            level: self.level,
            ask: self.ask,
            idp_initiated: self.idp_initiated,
            requests_signed: self.requests_signed,
            in_clear: self.in_clear,
        }
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

fn bytes(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file)
        .map_err(|cause| Failure::Input(format!("`{}` cannot be read: {cause}", file.display())))
}

fn level(text: &str) -> Result<Level, String> {
    serde_json::from_value(json!(text))
        .map_err(|_| "levels are aal1, aal2, aal2_phishing_resistant and aal3".to_owned())
}
