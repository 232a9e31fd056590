// SPDX-License-Identifier: Apache-2.0
//! What a source says of people is carried out and put on record, in one transaction; sessions of people who
//! are disabled by it end with it.

use authn::Happened;
use authn::session::end;
use countersign_authn as authn;
use countersign_directory::source::apply::{Applied, ApplyError, Entry, apply};
use countersign_directory::{Actor, Permit, PersonId, SourceId};

use crate::app::House;
use crate::record::{self, RecordError};

/// Why nothing was carried out.
#[derive(Debug, thiserror::Error)]
pub enum CarriedError {
    /// The directory did not take it.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// It cannot be put on record.
    #[error("what the source said cannot be put on record: {0}")]
    Record(#[from] RecordError),
    /// What sign-in keeps.
    #[error(transparent)]
    SignIn(#[from] authn::store::StoreError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] sqlx::Error),
    /// The record's store did not answer.
    #[error(transparent)]
    Tree(#[from] countersign_audit::store::StoreError),
}

impl House {
    /// Carries out what `source` says of people, within its cap. `approved_by` is who approved that somebody
    /// new is let in, where the source needs that.
    pub async fn carry_out_said(
        &self,
        source: &SourceId,
        entries: &[Entry],
        approved_by: Option<PersonId>,
    ) -> Result<Applied, CarriedError> {
        let now = self.now();
        let actor = Actor::Source(source.clone());
        let permit = Permit::source(source.clone(), approved_by);
        let mut transaction = self.database.begin_write().await?;
        let applied = apply(source, entries, &permit, now, &mut transaction).await?;
        let mut log = Happened::new();
        for person in &applied.disabled {
            let rng = &mut self.rng();
            end::end_all(
                person,
                None,
                end::Reason::Revoked,
                now,
                rng,
                &mut log,
                &mut transaction,
            )
            .await?;
        }
        record::happened(&actor, &log, now, &mut transaction).await?;
        record::append(&actor, &applied.outcome.events, now, &mut transaction).await?;
        self.commit(transaction).await?;
        Ok(applied)
    }
}
