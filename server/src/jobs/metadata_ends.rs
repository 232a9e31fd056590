// SPDX-License-Identifier: Apache-2.0
//! Warns of metadata that nobody fetches and that is about to run out: documents in the records of SAML identity
//! providers, and what is on file of service providers. What is fetched is warned of where it is followed. Each
//! process warns, once a day.

use authn::Happened;
use authn::saml::metadata::Entity;
use authn::store::clients;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::Actor;
use countersign_directory::source::Metadata;
use serde_json::json;

use super::saml_metadata::{WARNED_BEFORE, WARNED_EVERY};
use crate::app::House;
use crate::saml::{SamlFault, aside};

/// Something whose metadata runs out.
struct RunsOut {
    /// What happened, as it goes on record.
    event: &'static str,
    /// The source or the application.
    id: String,
    until: DateTime<Utc>,
}

impl House {
    /// Looks at all of them, unless that was done within a day.
    pub async fn warn_of_metadata_ends(&self) -> Result<(), SamlFault> {
        let now = self.now();
        let mut looked_at = self.upstream.ends_looked_at.lock().await;
        if looked_at.is_some_and(|looked_at: DateTime<Utc>| now < looked_at + WARNED_EVERY) {
            return Ok(());
        }
        let mut ending = self.documents_that_run_out(now).await?;
        ending.extend(self.services_that_run_out(now).await?);
        let mut log = Happened::new();
        for RunsOut { event, id, until } in &ending {
            tracing::error!(of = id, until = %until, "ALARM: metadata runs out");
            log.event(event, id, json!({ "until": until }));
        }
        if !ending.is_empty() {
            let transaction = self.database.begin_write().await?;
            self.settle(&Actor::Operator, &log, now, transaction).await?;
        }
        *looked_at = Some(now);
        Ok(())
    }

    async fn documents_that_run_out(&self, now: DateTime<Utc>) -> Result<Vec<RunsOut>, SamlFault> {
        let mut ending = Vec::new();
        for source in self.upstream.all().iter() {
            let Some(saml) = source.saml().filter(|_| source.signs_in()) else {
                continue;
            };
            let Metadata::Document(document) = &saml.metadata else {
                continue;
            };
            let (document, entity_id) = (document.clone(), saml.entity_id.clone());
            let read = move || Entity::read(document.as_bytes(), Some(&entity_id), DateTime::UNIX_EPOCH);
            // One that cannot be read lets nobody in, and the source's page says so.
            let until = aside(read).await?.ok().and_then(|entity| entity.valid_until);
            ending.extend(until.filter(|until| is_near(*until, now)).map(|until| RunsOut {
                event: "source.metadata_runs_out",
                id: source.id.to_string(),
                until,
            }));
        }
        Ok(ending)
    }

    async fn services_that_run_out(&self, now: DateTime<Utc>) -> Result<Vec<RunsOut>, SamlFault> {
        let all = {
            let mut db = self.database.pool.acquire().await?;
            clients::all(&mut db).await?
        };
        let ending = all.into_iter().filter_map(|client| {
            let until = client.record.saml?.valid_until?;
            is_near(until, now).then_some(RunsOut {
                event: "client.metadata_runs_out",
                id: client.record.id,
                until,
            })
        });
        Ok(ending.collect())
    }
}

fn is_near(until: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    until - WARNED_BEFORE <= now
}
