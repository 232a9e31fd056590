// SPDX-License-Identifier: Apache-2.0
//! Follows the metadata of SAML identity providers that is fetched. The last good copy counts until it
//! runs out; a change that is more than a new key waits for somebody's approval, and until then nobody
//! signs in by that source.

use authn::Happened;
use authn::saml::gate::Limits;
use authn::saml::metadata::{self, Entity};
use authn::store::saml_metadata::{self, MetadataRow};
use authn::upstream::saml::Fault;
use authn::upstream::saml::peer::{self, Agreement, Doubt};
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_directory::Actor;
use countersign_directory::source::{Fetched, Metadata};
use countersign_directory::store::changes;
use serde_json::json;

use crate::app::House;
use crate::outbound::{self, OutboundError};
use crate::saml::{SamlFault, aside, partner};

/// How long before its end metadata is warned of, and how often.
pub(super) const WARNED_BEFORE: TimeDelta = TimeDelta::days(7);
pub(super) const WARNED_EVERY: TimeDelta = TimeDelta::days(1);
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
        let mut first = None;
        for source in self.upstream.all().iter() {
            let Some(settings) = source.saml().filter(|_| source.signs_in()) else {
                continue;
            };
            if let (Metadata::Fetched(fetched), Some(agreed)) = (&settings.metadata, Agreement::of(source))
                && let Err(fault) = self.follow_one(&settings.entity_id, fetched, &agreed).await
            {
                tracing::error!(source = %source.id, error = %fault, "metadata of a SAML source is not followed");
                first.get_or_insert(fault);
            }
        }
        first.map_or(Ok(()), Err)
    }

    async fn follow_one(
        &self,
        entity_id: &str,
        fetched: &Fetched,
        agreed: &Agreement,
    ) -> Result<(), SamlFault> {
        let now = self.now();
        let mut db = self.database.pool.acquire().await?;
        let kept = saml_metadata::of(agreed, &mut db).await?;
        drop(db);
        let pause = TimeDelta::seconds(fetched.every_seconds.into());
        if let Some(row) = kept.as_ref().filter(|row| now < row.fetched_at + pause) {
            return self.warn_of_end(entity_id, agreed, row, now).await;
        }
        let old = kept.as_ref().map(|row| row.document.clone());
        match self.fetch(entity_id, fetched, old, now).await {
            Ok(fresh) => self.take_metadata(entity_id, agreed, kept, fresh, now).await,
            Err(fault) => {
                tracing::error!(source = %agreed.source(), error = %fault, "ALARM: metadata of a SAML source");
                let Some(row) = kept else { return Ok(()) };
                // The copy that is there goes on counting; it is tried again soon.
                let again = now - pause + RETRY.min(pause);
                let mut transaction = self.database.begin_write().await?;
                saml_metadata::postpone(agreed, row.fetched_at, again, &mut transaction).await?;
                transaction.commit().await?;
                self.warn_of_end(entity_id, agreed, &row, now).await
            }
        }
    }

    async fn fetch(
        &self,
        entity_id: &str,
        fetched: &Fetched,
        old: Option<String>,
        now: DateTime<Utc>,
    ) -> Result<Fresh, FetchFault> {
        let document = self.download_metadata(fetched).await?;
        let pinned = partner::pinned(&fetched.certificate)?;
        let entity_id = entity_id.to_owned();
        let read = move || {
            let document = metadata::verified(&document, &pinned)?;
            let (entity, provider) = peer::read(document.as_bytes(), &entity_id, now)?;
            // A copy that has run out or cannot be read any more is no measure: the pinned key is.
            let old = old.and_then(|old| peer::read(old.as_bytes(), &entity.id, now).ok());
            Ok::<_, Fault>(Fresh {
                document,
                doubt: old.and_then(|(_, old)| peer::doubt(&old, &provider)),
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
        entity_id: &str,
        agreed: &Agreement,
        kept: Option<MetadataRow>,
        fresh: Fresh,
        now: DateTime<Utc>,
    ) -> Result<(), SamlFault> {
        let mut row = match &kept {
            Some(row) => MetadataRow {
                fetched_at: now,
                ..row.clone()
            },
            None => MetadataRow {
                document: fresh.document.clone(),
                fetched_at: now,
                pending: None,
                warned_at: DateTime::UNIX_EPOCH,
            },
        };
        let mut newly_doubted = None;
        match fresh.doubt {
            None => {
                row.document = fresh.document;
                row.pending = None;
            }
            Some(doubt) => {
                let waited = row.pending.replace((fresh.document, doubt.word().to_owned()));
                let is_known = match (&waited, &row.pending) {
                    (Some((old, _)), Some((new, _))) => old == new,
                    _ => false,
                };
                newly_doubted = (!is_known).then_some(doubt);
            }
        }
        let mut log = Happened::new();
        if let Some(doubt) = newly_doubted {
            let detail = json!({ "why": doubt.word() });
            log.event("source.metadata_doubted", agreed.source().as_str(), detail);
        }
        if !self.keep_metadata(agreed, kept.as_ref(), &row, &log, now).await? {
            return Ok(());
        }
        if let Some(doubt) = newly_doubted {
            let why = doubt.word();
            tracing::error!(source = %agreed.source(), why, "ALARM: metadata of a SAML source waits for approval");
        }
        self.warn_of_end(entity_id, agreed, &row, now).await
    }

    /// Keeps what came of `read`. `false`: somebody approved, fetched or agreed on something else meanwhile, and
    /// the next pass decides anew.
    async fn keep_metadata(
        &self,
        agreed: &Agreement,
        read: Option<&MetadataRow>,
        row: &MetadataRow,
        log: &Happened,
        now: DateTime<Utc>,
    ) -> Result<bool, SamlFault> {
        let mut transaction = self.database.begin_write().await?;
        changes::lock(&mut transaction).await?;
        let source = self.upstream.source(agreed.source());
        let still_agreed = source.and_then(|source| Agreement::of(&source));
        let is_as_read = saml_metadata::of(agreed, &mut transaction).await?.as_ref() == read;
        if still_agreed.as_ref() != Some(agreed) || !is_as_read {
            transaction.rollback().await?;
            return Ok(false);
        }
        saml_metadata::put(agreed, row, &mut transaction).await?;
        self.settle(&Actor::Operator, log, now, transaction).await?;
        Ok(true)
    }

    /// Warns once a day of metadata that is about to run out.
    async fn warn_of_end(
        &self,
        entity_id: &str,
        agreed: &Agreement,
        row: &MetadataRow,
        now: DateTime<Utc>,
    ) -> Result<(), SamlFault> {
        if now < row.warned_at + WARNED_EVERY {
            return Ok(());
        }
        let (document, entity_id) = (row.document.clone(), entity_id.to_owned());
        let read = move || Entity::read(document.as_bytes(), Some(&entity_id), DateTime::UNIX_EPOCH);
        let Some(until) = aside(read).await?.ok().and_then(|entity| entity.valid_until) else {
            return Ok(());
        };
        if now < until - WARNED_BEFORE {
            return Ok(());
        }
        let mut transaction = self.database.begin_write().await?;
        if !saml_metadata::warned(agreed, row.warned_at, now, &mut transaction).await? {
            return Ok(transaction.rollback().await?);
        }
        tracing::error!(source = %agreed.source(), until = %until, "ALARM: metadata of a SAML source runs out");
        let mut log = Happened::new();
        let detail = json!({ "until": until });
        log.event("source.metadata_runs_out", agreed.source().as_str(), detail);
        self.settle(&Actor::Operator, &log, now, transaction).await?;
        Ok(())
    }
}

/// Metadata as it was just fetched.
struct Fresh {
    /// What was signed of it, and nothing else.
    document: String,
    /// Why it is not taken without a word.
    doubt: Option<Doubt>,
}
