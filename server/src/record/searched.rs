// SPDX-License-Identifier: Apache-2.0
//! A search as it goes on record: who asked what, and how much was told. Whom and what was found is not listed:
//! the search can be done again in the world that it names.

use audit::journal::JournalError;
use audit::leaf::{Facets, NewLeaf};
use audit::spool::SpoolError;
use countersign_audit as audit;

use super::Recorder;

/// Kind of leaf for searches of chat servers.
pub const SEARCH: &str = "search";

/// A search could not be put on record.
#[derive(Debug, thiserror::Error)]
pub enum Unrecorded {
    /// Not in the journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// And not in the space set aside.
    #[error(transparent)]
    Spool(#[from] SpoolError),
}

impl Recorder {
    /// Puts a search about `subject`, if it was about one, on record. While the journal cannot be written, only
    /// what is of rank 0 is found, and the search waits in the space set aside as decisions of rank 0 do.
    pub async fn search(&self, leaf: NewLeaf, subject: Option<String>) -> Result<(), Unrecorded> {
        let leaf = leaf.facets(Facets {
            subject,
            ..Facets::default()
        });
        if self.is_failing() {
            self.keep_leaf_for_later(&leaf)?;
            return Ok(());
        }
        let written = self.write(&leaf).await;
        // What was found, was found for a record that could be written.
        written.inspect_err(|fault| self.failed(fault))?;
        Ok(())
    }
}
