// SPDX-License-Identifier: Apache-2.0
//! What is on file from a source, looked up as far as a reading needs it: everything for a full one, and for one
//! of changes those who were named in it.

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use countersign_directory::ldap::sync::Filed;
use countersign_directory::store::{StoreError, source_entries};
use sqlx::AnyPool;

/// What is on file from a source.
#[derive(Debug, Clone, Copy)]
pub struct Filing<'a> {
    /// Which one.
    pub source: &'a SourceId,
    /// Where it is kept.
    pub pool: &'a AnyPool,
}

impl Filing<'_> {
    pub(super) async fn all(&self) -> Result<Filed, StoreError> {
        let mut db = self.pool.acquire().await?;
        source_entries::filed(self.source, &mut db).await
    }

    pub(super) async fn among(&self, subjects: &[&str]) -> Result<Filed, StoreError> {
        let mut db = self.pool.acquire().await?;
        let found = source_entries::among(self.source, subjects, &mut db).await?;
        let on_file = found
            .into_iter()
            .map(|(subject, applied)| (subject, applied.on_file));
        Ok(on_file.collect())
    }

    pub(super) async fn lapsed(&self, now: DateTime<Utc>) -> Result<Filed, StoreError> {
        let mut db = self.pool.acquire().await?;
        source_entries::lapsed(self.source, now, &mut db).await
    }

    pub(super) async fn active(&self) -> Result<usize, StoreError> {
        let mut db = self.pool.acquire().await?;
        source_entries::active(self.source, &mut db).await
    }
}
