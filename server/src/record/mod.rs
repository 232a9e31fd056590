// SPDX-License-Identifier: Apache-2.0
//! Putting on record: administrative events in the transaction that caused them, decisions in the
//! local journal before they are answered.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arc_swap::ArcSwap;
use audit::drain::Drain;
use audit::journal::{Claim, Journal, JournalError, Options};
use audit::leaf::{Facets, NewLeaf};
use audit::spool::{Spool, SpoolError};
use audit::store::{epochs, leaves, positions};
use chrono::{DateTime, Utc};
use countersign_audit as audit;
use countersign_authn::Happened;
use countersign_directory::store::changes;
use countersign_directory::{Actor, Event};
use rand::Rng;
use serde_json::json;
use sqlx::AnyConnection;
use tokio::sync::broadcast;

use crate::config;
use crate::config::record::Durability;
use late::Late;

pub mod alarms;
pub mod checkpoints;
pub mod decision;
pub mod explained;
mod late;
pub mod replay;
pub mod searched;

pub use decision::Recorded;

/// How many decisions a slow reader of the live stream may fall behind before it skips.
const LIVE_BACKLOG: usize = 1024;

/// Writes what happened.
#[derive(Debug)]
pub struct Recorder {
    journal: ArcSwap<Journal>,
    live: broadcast::Sender<std::sync::Arc<Recorded>>,
    late: Late,
    filling: AtomicBool,
    waiting_bytes: AtomicU64,
    limit_bytes: u64,
}

impl Recorder {
    /// Opens this process's journal under `data_dir`. It is called `fresh_name` where every name in
    /// use is held by another process. `key` authenticates what waits while it cannot be written.
    pub async fn open(
        data_dir: &Path,
        fresh_name: &str,
        config: &config::record::Record,
        key: &[u8],
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<Self, RecordError> {
        let durability = match config.durability {
            Durability::Power => audit::journal::Durability::Power,
            Durability::Process => audit::journal::Durability::Process,
        };
        let claim = Claim::any(&folder(data_dir), fresh_name)?;
        let spool = Spool::open(&claim.folder().join("spool"), config.spool_bytes, key)?;
        let epoch_after = positions::last_epoch(claim.process(), db).await?;
        let journal = claim.open(Options {
            durability,
            epoch_after,
            limit_bytes: config.journal_bytes,
            segment_bytes: (config.journal_bytes / 4).min(Options::default().segment_bytes),
        })?;
        epochs::begun(journal.process(), journal.epoch(), now, db).await?;
        Ok(Self {
            journal: ArcSwap::from_pointee(journal),
            live: broadcast::Sender::new(LIVE_BACKLOG),
            late: Late::new(spool),
            filling: AtomicBool::default(),
            waiting_bytes: AtomicU64::default(),
            limit_bytes: config.journal_bytes,
        })
    }

    /// The mover of this process's journal into the tree.
    pub fn drain(&self, data_dir: &Path) -> Drain {
        Drain::new(folder(data_dir), self.journal.load().process())
    }

    /// Writes a decision. When this returns it survives what the configuration says.
    pub async fn decision(&self, recorded: Recorded) -> Result<(), JournalError> {
        self.write(&recorded.leaf()).await?;
        // Nobody may be watching.
        let _ = self.live.send(std::sync::Arc::new(recorded));
        Ok(())
    }

    async fn write(&self, leaf: &NewLeaf) -> Result<(), JournalError> {
        let journal = self.journal.load_full();
        let sequence = journal.append_together(leaf.encode()).await?;
        journal.durable(sequence).await
    }

    /// Notes how much waits to be moved into the record. From three quarters of what may wait on, new
    /// questions are sent away, until it is half: what is under way still finds its place.
    pub(crate) fn waits(&self, bytes: u64) {
        self.waiting_bytes.store(bytes, Ordering::Relaxed);
        if bytes > self.limit_bytes / 4 * 3 {
            if !self.filling.swap(true, Ordering::Relaxed) {
                tracing::error!(
                    bytes,
                    "the journal fills up faster than it can be moved: chat servers are told to wait"
                );
            }
        } else if bytes <= self.limit_bytes / 2 {
            self.filling.store(false, Ordering::Relaxed);
        }
    }

    /// Whether the journal fills up.
    pub fn is_filling(&self) -> bool {
        self.filling.load(Ordering::Relaxed)
    }

    /// How many bytes waited when it was last looked at.
    pub fn waiting_bytes(&self) -> u64 {
        self.waiting_bytes.load(Ordering::Relaxed)
    }

    /// Decisions as they are recorded, from now on.
    pub fn live(&self) -> broadcast::Receiver<std::sync::Arc<Recorded>> {
        self.live.subscribe()
    }
}

/// A name for the journal of a process that is the only one or an additional one.
pub fn process_name(rng: &mut impl Rng) -> String {
    format!("p{:016x}", rng.next_u64())
}

/// The folder of all journals.
pub fn folder(data_dir: &Path) -> std::path::PathBuf {
    data_dir.join("journal")
}

/// Appends `events` to the tree, in the caller's transaction.
pub async fn append(
    actor: &Actor,
    events: &[Event],
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), audit::store::StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let leaves: Vec<NewLeaf> = events.iter().map(|event| leaf(actor, event, now)).collect();
    leaves::append(&leaves, db).await?;
    Ok(())
}

/// Appends what authn did and lets the other processes know, in the caller's transaction.
pub async fn happened(
    actor: &Actor,
    log: &Happened,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), RecordError> {
    if !log.changes.is_empty() {
        changes::record(&log.changes, now, db).await?;
    }
    countersign_authn::notice::file(&log.events, now, db).await?;
    append(actor, &log.events, now, db).await?;
    Ok(())
}

/// What happened could not be put on record.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The change feed did not take it.
    #[error(transparent)]
    Changes(#[from] countersign_directory::store::StoreError),
    /// The store is gone.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// The journal could not be moved into the tree.
    #[error(transparent)]
    Drain(#[from] audit::drain::DrainError),
    /// The journal cannot be used.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The key that signs checkpoints does not open.
    #[error("the key that signs the record `{0}` does not open: restore the master key that sealed it")]
    Key(String),
    /// The file with the last signed checkpoint.
    #[error("the last signed checkpoint `{path}` cannot be used: {cause}")]
    LastSigned {
        /// The file.
        path: String,
        /// What is wrong.
        cause: String,
    },
    /// A session could not be written.
    #[error(transparent)]
    Sessions(#[from] countersign_authn::store::StoreError),
    /// The space for decisions at rank 0 cannot be used.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// The tree did not take it.
    #[error(transparent)]
    Tree(#[from] audit::store::StoreError),
}

fn leaf(actor: &Actor, event: &Event, now: DateTime<Utc>) -> NewLeaf {
    let body = json!({ "actor": actor.to_string(), "detail": event.detail });
    NewLeaf::new(event.kind, now, &body).facets(Facets {
        subject: Some(event.subject.clone()),
        ..Facets::default()
    })
}
