// SPDX-License-Identifier: Apache-2.0
//! Reads metadata of SAML identity providers again that the configuration names as files. A file is brought in
//! when it has changed since this process last read it, as a start would do; one that cannot be used is no reason
//! to do without the one before.

use authn::secret::sha256;
use authn::upstream::saml::peer;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::Actor;
use countersign_directory::source::Metadata;
use countersign_directory::store::changes;

use crate::app::House;
use crate::beside;
use crate::config::named;
use crate::record::{self, RecordError};
use crate::saml::{Busy, aside};
use crate::sources::configured::{self, ConfiguredError, MetadataFile};

/// Files could not be followed.
#[derive(Debug, thiserror::Error)]
pub enum MetadataFileFault {
    /// Too much at a time.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// A record does not fit any more.
    #[error(transparent)]
    Configured(#[from] ConfiguredError),
    /// The record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The store.
    #[error("the store cannot be used: {0}")]
    Sql(#[from] sqlx::Error),
    /// The directory's part of it.
    #[error(transparent)]
    Directory(#[from] countersign_directory::store::StoreError),
    /// The thread that read is gone.
    #[error("a file could not be read: {0}")]
    Thread(#[from] tokio::task::JoinError),
}

impl House {
    /// Brings in what has changed. A file that fails does not keep others from being followed.
    pub async fn follow_metadata_files(&self) -> Result<(), MetadataFileFault> {
        let mut first = None;
        for file in configured::metadata_files(&self.config.sources) {
            if let Err(fault) = self.follow_metadata_file(&file).await {
                tracing::error!(source = %file.source, error = %fault, "a file of metadata is not followed");
                first.get_or_insert(fault);
            }
        }
        first.map_or(Ok(()), Err)
    }

    async fn follow_metadata_file(&self, file: &MetadataFile<'_>) -> Result<(), MetadataFileFault> {
        let name = file.file.to_owned();
        let text = match beside::holding((), move || named::content(&name)).await? {
            Ok(text) => text,
            Err(cause) => {
                tracing::error!(source = %file.source, file = file.file, cause, "ALARM: metadata of a SAML source");
                return Ok(());
            }
        };
        let hash = sha256(text.as_bytes());
        let mut read = self.upstream.files_read.lock().await;
        if read.get(&file.source) == Some(&hash) {
            return Ok(());
        }
        if self.is_worth_taking(file, text).await? {
            let now = self.now();
            let rng = &mut self.rng();
            let mut transaction = self.database.begin_write().await?;
            changes::lock(&mut transaction).await?;
            let (index, record) = (file.index, file.record);
            let events =
                configured::bring_in_one(index, record, &self.sealer, rng, now, &mut transaction).await?;
            record::append(&Actor::Operator, &events, now, &mut transaction)
                .await
                .map_err(RecordError::from)?;
            self.commit(transaction).await?;
        }
        read.insert(file.source.clone(), hash);
        Ok(())
    }

    /// Whether it is another than the one that counts, and could count.
    async fn is_worth_taking(&self, file: &MetadataFile<'_>, text: String) -> Result<bool, Busy> {
        let source = self.upstream.source(&file.source);
        let Some(saml) = source.as_ref().and_then(|source| source.saml()) else {
            return Ok(false);
        };
        if matches!(&saml.metadata, Metadata::Document(counts) if *counts == text) {
            return Ok(false);
        }
        let (entity_id, now): (String, DateTime<Utc>) = (saml.entity_id.clone(), self.now());
        let read = aside(move || peer::read(text.as_bytes(), &entity_id, now)).await?;
        if let Err(fault) = &read {
            tracing::error!(
                source = %file.source, file = file.file, error = %fault,
                "ALARM: newer metadata of a SAML source cannot be used, and the one before counts",
            );
        }
        Ok(read.is_ok())
    }
}
