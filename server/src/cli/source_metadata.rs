// SPDX-License-Identifier: Apache-2.0
//! `countersign source metadata ID`: what is kept of a SAML provider's metadata, and the approval of a
//! change that waits for it. The operator's act, on record as his.

use authn::saml::metadata::Entity;
use authn::store::saml_metadata;
use authn::upstream::saml::peer::Agreement;
use chrono::DateTime;
use countersign_authn as authn;
use countersign_directory::store::changes;
use countersign_directory::{Event, SourceId};
use serde_json::json;

use super::opened::{Store, finish, outside};
use super::{Failure, block_on};

/// Prints it; with `approve`, a change that waits counts from now on.
pub(super) fn run(id: &SourceId, approve: bool, store: &Store) -> Result<(), Failure> {
    block_on(async move {
        let app = store.open_existing().await?;
        let source = app.upstream.source(id);
        let source = source.ok_or_else(|| Failure::No(format!("there is no source `{id}`")))?;
        let agreed = Agreement::of(&source)
            .ok_or_else(|| Failure::No(format!("the metadata of `{id}` is not fetched")))?;
        let mut transaction = app.database.begin_write().await.map_err(outside)?;
        // Nobody approves, and no pass takes anything else, between the look and the word.
        changes::lock(&mut transaction).await.map_err(outside)?;
        let row = saml_metadata::of(&agreed, &mut transaction)
            .await
            .map_err(outside)?;
        let row = row.ok_or_else(|| Failure::No(format!("no metadata of `{id}` was fetched yet")))?;
        println!("counts, fetched {}:", row.fetched_at);
        print(&row.document);
        let Some((document, why)) = &row.pending else {
            return if approve {
                Err(Failure::No(format!(
                    "no change of the metadata of `{id}` waits for anybody"
                )))
            } else {
                Ok(())
            };
        };
        println!("waits for approval ({why}):");
        print(document);
        if !approve {
            return Ok(());
        }
        if !saml_metadata::approve(&agreed, document, &mut transaction)
            .await
            .map_err(outside)?
        {
            return Err(Failure::No(format!(
                "the metadata of `{id}` has changed since: look again"
            )));
        }
        let event = Event::new("source.metadata_approved", id.as_str(), json!({ "why": why }));
        finish(&app, &[event], transaction).await?;
        println!("approved");
        Ok(())
    })
}

/// What one compares by another way: the keys' fingerprints and the addresses.
fn print(document: &str) {
    let entity = Entity::read(document.as_bytes(), None, DateTime::UNIX_EPOCH);
    let Some(provider) = entity.ok().and_then(|entity| entity.identity_provider) else {
        println!("  it cannot be read");
        return;
    };
    for key in &provider.role.signing {
        println!("  key, SHA-256 of its certificate  {}", key.fingerprint());
    }
    for endpoint in &provider.sign_on {
        println!("  sign-in  {}", endpoint.location);
    }
    for endpoint in &provider.role.logout {
        println!("  logout   {}", endpoint.location);
    }
}
