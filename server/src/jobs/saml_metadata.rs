// SPDX-License-Identifier: Apache-2.0
//! Follows the metadata of SAML identity providers that is fetched. The last good copy counts until it
//! runs out; a change that is more than a new key waits for somebody's approval, and until then nobody
//! signs in by that source.

use authn::Happened;
use authn::saml::gate::Limits;
use authn::saml::metadata::{self, Entity, IdentityProvider};
use authn::store::saml_metadata::{self, MetadataRow};
use authn::upstream::saml::{Fault, peer};
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_directory::source::{Fetched, Metadata, Source};
use countersign_directory::{Actor, SourceId};
use serde_json::json;

use crate::app::House;
use crate::outbound::{self, OutboundError};
use crate::saml::{SamlFault, aside, partner};

/// How long before its end metadata is warned of, and how often.
const WARNED_BEFORE: TimeDelta = TimeDelta::days(7);
const WARNED_EVERY: TimeDelta = TimeDelta::days(1);
/// How long after a failure it is tried again.
const RETRY: TimeDelta = TimeDelta::minutes(5);

/// Metadata could not be followed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchFault {
    /// TLS cannot be set up.
    #[error(transparent)]
    Client(#[from] OutboundError),
    /// Nothing came, or nothing good.
    #[error("it cannot be fetched: {}", outbound::innermost(.0))]
    Http(#[from] reqwest::Error),
    /// There is no end to it.
    #[error("it is longer than may be")]
    Length,
    /// What came is not what was agreed.
    #[error("it is not taken: {0}")]
    Fault(#[from] Fault),
    /// This house.
    #[error(transparent)]
    Saml(#[from] SamlFault),
}

impl House {
    /// Fetches what is due. A source that fails does not keep others from being followed.
    pub async fn follow_saml_metadata(&self) -> Result<(), SamlFault> {
        for source in self.upstream.all().iter() {
            let Some(settings) = source.saml().filter(|_| source.signs_in()) else {
                continue;
            };
            if let Metadata::Fetched(fetched) = &settings.metadata {
                self.follow_one(source, fetched).await?;
            }
        }
        Ok(())
    }

    async fn follow_one(&self, source: &Source, fetched: &Fetched) -> Result<(), SamlFault> {
        let now = self.now();
        let mut db = self.database.pool.acquire().await?;
        let kept = saml_metadata::of(&source.id, &mut db).await?;
        drop(db);
        let pause = TimeDelta::seconds(fetched.every_seconds.into());
        if kept.as_ref().is_some_and(|row| now < row.fetched_at + pause) {
            return self.warn_of_end(source, kept, false, now).await;
        }
        match self.fetch(source, fetched, now).await {
            Ok(fresh) => self.take_metadata(source, kept, fresh, now).await,
            Err(fault) => {
                tracing::error!(source = %source.id, error = %fault, "ALARM: metadata of a SAML source");
                if let Some(mut row) = kept {
                    // The copy that is there goes on counting; it is tried again soon.
                    row.fetched_at = now - pause + RETRY.min(pause);
                    self.warn_of_end(source, Some(row), true, now).await?;
                }
                Ok(())
            }
        }
    }

    async fn fetch(
        &self,
        source: &Source,
        fetched: &Fetched,
        now: DateTime<Utc>,
    ) -> Result<Fresh, FetchFault> {
        let document = self.download_metadata(fetched).await?;
        let pinned = partner::pinned(&fetched.certificate)?;
        let entity_id = source
            .saml()
            .map(|settings| settings.entity_id.clone())
            .unwrap_or_default();
        let read = move || {
            let document = metadata::verified(&document, &pinned)?;
            let (entity, provider) = peer::read(document.as_bytes(), &entity_id, now)?;
            Ok::<_, Fault>(Fresh {
                document,
                entity,
                provider,
            })
        };
        Ok(aside(read).await.map_err(SamlFault::from)??)
    }

    /// What is at the address now. Nothing is known about it yet.
    pub(crate) async fn download_metadata(&self, fetched: &Fetched) -> Result<Vec<u8>, FetchFault> {
        let client = match &fetched.authorities {
            Some(pem) => outbound::client_trusting(Some(pem.as_bytes()))?,
            None => self.outbound.clone(),
        };
        let mut answer = client.get(&fetched.url).send().await?.error_for_status()?;
        let mut document = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            document.extend_from_slice(&chunk);
            if document.len() > Limits::METADATA.bytes {
                return Err(FetchFault::Length);
            }
        }
        Ok(document)
    }

    async fn take_metadata(
        &self,
        source: &Source,
        kept: Option<MetadataRow>,
        fresh: Fresh,
        now: DateTime<Utc>,
    ) -> Result<(), SamlFault> {
        let doubt = kept.as_ref().and_then(|row| {
            // A copy that has run out or cannot be read any more is no measure: the pinned key is.
            let old = peer::read(row.document.as_bytes(), &fresh.entity.id, now).ok()?;
            peer::doubt(&old.1, &fresh.provider)
        });
        let mut log = Happened::new();
        let mut row = match kept {
            Some(row) => MetadataRow {
                fetched_at: now,
                ..row
            },
            None => MetadataRow {
                document: fresh.document.clone(),
                fetched_at: now,
                pending: None,
                warned_at: DateTime::UNIX_EPOCH,
            },
        };
        match doubt {
            None => {
                row.document = fresh.document;
                row.pending = None;
            }
            Some(doubt) => {
                let is_new = row
                    .pending
                    .as_ref()
                    .is_none_or(|(document, _)| *document != fresh.document);
                row.pending = Some((fresh.document, doubt.word().to_owned()));
                if is_new {
                    let why = doubt.word();
                    tracing::error!(source = %source.id, why, "ALARM: metadata of a SAML source waits for approval");
                    log.event(
                        "source.metadata_doubted",
                        source.id.as_str(),
                        json!({ "why": why }),
                    );
                }
            }
        }
        self.keep_metadata(&source.id, &row, &log, now).await?;
        self.warn_of_end(source, Some(row), false, now).await
    }

    /// Warns once a day of metadata that is about to run out; keeps what is worth it.
    async fn warn_of_end(
        &self,
        source: &Source,
        kept: Option<MetadataRow>,
        is_changed: bool,
        now: DateTime<Utc>,
    ) -> Result<(), SamlFault> {
        let Some(mut row) = kept else { return Ok(()) };
        let entity_id = source.saml().map(|settings| settings.entity_id.as_str());
        let until = Entity::read(row.document.as_bytes(), entity_id, DateTime::UNIX_EPOCH)
            .ok()
            .and_then(|entity| entity.valid_until);
        let mut log = Happened::new();
        let warns =
            until.is_some_and(|until| until - WARNED_BEFORE <= now) && row.warned_at + WARNED_EVERY <= now;
        if warns {
            row.warned_at = now;
            tracing::error!(source = %source.id, until = ?until, "ALARM: metadata of a SAML source runs out");
            log.event(
                "source.metadata_runs_out",
                source.id.as_str(),
                json!({ "until": until }),
            );
        }
        if !warns && !is_changed {
            return Ok(());
        }
        self.keep_metadata(&source.id, &row, &log, now).await
    }

    async fn keep_metadata(
        &self,
        source: &SourceId,
        row: &MetadataRow,
        log: &Happened,
        now: DateTime<Utc>,
    ) -> Result<(), SamlFault> {
        let mut transaction = self.database.begin_write().await?;
        saml_metadata::put(source, row, &mut transaction).await?;
        self.settle(&Actor::Operator, log, now, transaction).await?;
        Ok(())
    }
}

/// Metadata as it was just fetched.
struct Fresh {
    /// What was signed of it, and nothing else.
    document: String,
    entity: Entity,
    provider: IdentityProvider,
}
