// SPDX-License-Identifier: Apache-2.0
//! Signing the tree as it grows. Two things keep us from ever signing two histories: the store's last
//! checkpoint, in the same transaction, and a file outside the store that an old copy of the store
//! does not bring back.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use audit::checkpoint::Checkpoint;
use audit::checkpoint::note::Signer;
use audit::store::checkpoints::{self, StoredCheckpoint};
use audit::store::{StoreError, keys, tree};
use authn::secret::Sealer;
use chrono::{DateTime, Utc};
use countersign_audit as audit;
use countersign_authn as authn;
use countersign_directory::{Actor, Event};
use rand::CryptoRng;
use serde_json::json;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use crate::app::House;
use crate::record::{self, RecordError};

impl House {
    /// Signs the tree as it is; when nothing was appended, the last checkpoint stands. A tree that does
    /// not continue what was signed before raises an alarm and is not signed.
    pub async fn sign_checkpoint(&self) -> Result<StoredCheckpoint, RecordError> {
        let mut db = self.database.pool.acquire().await?;
        let size = tree::load(&mut db).await?.size();
        if let Some(last) = checkpoints::latest(self.record_key.name(), &mut db).await?
            && last.checkpoint.size == size
        {
            return Ok(last);
        }
        drop(db);
        let signed = self.sign().await;
        if let Err(RecordError::Tree(fault @ StoreError::Fork { .. })) = &signed {
            self.alarm_of_fork(fault).await?;
        }
        signed
    }

    async fn sign(&self) -> Result<StoredCheckpoint, RecordError> {
        let path = last_signed_file(&self.config.data_dir, &self.record_key);
        let mut transaction = self.database.begin_write().await?;
        let size = tree::lock(&mut transaction).await?.size();
        if let Some(before) = last_signed(&path)? {
            checkpoints::continues(&before, size, &mut transaction).await?;
        }
        let signed = checkpoints::issue(&self.record_key, self.now(), &mut transaction).await?;
        // Before the commit: nobody can have seen it earlier than the file has it.
        keep(&path, &signed.note)?;
        transaction.commit().await?;
        Ok(signed)
    }

    /// On record once per process; in the log each time that signing is tried.
    async fn alarm_of_fork(&self, fault: &StoreError) -> Result<(), RecordError> {
        tracing::error!(error = %fault, "the record is not the one that was signed before: was the store restored from an old copy, or changed?");
        if self.alarms.fork() {
            let what = json!({ "what": fault.to_string() });
            let event = Event::new("record.fork_found", self.record_key.name(), what);
            let mut transaction = self.database.begin_write().await?;
            record::append(&Actor::Operator, &[event], self.now(), &mut transaction).await?;
            transaction.commit().await?;
        }
        Ok(())
    }
}

/// The key that signs `origin`'s checkpoints; made, and put on record, at the first start.
pub async fn key(
    origin: &str,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<Signer, RecordError> {
    let purpose = format!("record key {origin}");
    let unusable = || RecordError::Key(origin.to_owned());
    let signer = |kept: &[u8]| {
        let seed = sealer.open(&purpose, kept).map_err(|_| unusable())?;
        Signer::from_seed(origin, &seed).map_err(|_| unusable())
    };
    if let Some(kept) = keys::load(origin, db).await? {
        return signer(&kept);
    }
    let mut seed = Zeroizing::new([0_u8; 32]);
    rng.fill_bytes(seed.as_mut());
    let fresh = sealer
        .seal(&purpose, seed.as_ref(), rng)
        .map_err(|_| unusable())?;
    let made = signer(&keys::keep(origin, &fresh, now, db).await?)?;
    let what = json!({ "key": made.verifier_key().to_string() });
    let event = Event::new("record.key_made", origin, what);
    record::append(&Actor::Operator, &[event], now, db).await?;
    Ok(made)
}

/// Beside the master key: the last checkpoint that this data folder knows to be signed, per key.
fn last_signed_file(data_dir: &Path, key: &Signer) -> PathBuf {
    let id = hex::encode(key.verifier_key().id());
    data_dir.join(format!("record-{id}.checkpoint"))
}

/// What the file says. One that cannot be read is no reason to believe in nothing.
fn last_signed(path: &Path) -> Result<Option<Checkpoint>, RecordError> {
    let unreadable = |cause: String| RecordError::LastSigned {
        path: path.display().to_string(),
        cause,
    };
    let note = match fs::read_to_string(path) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        note => note.map_err(|cause| unreadable(cause.to_string()))?,
    };
    let parsed =
        audit::checkpoint::note::Note::parse(&note).map_err(|cause| unreadable(cause.to_string()))?;
    let checkpoint = Checkpoint::parse(parsed.text()).map_err(|cause| unreadable(cause.to_string()))?;
    Ok(Some(checkpoint))
}

fn keep(path: &Path, note: &str) -> Result<(), RecordError> {
    let write = || {
        let fresh: PathBuf = path.with_extension("new");
        let mut file = File::create(&fresh)?;
        file.write_all(note.as_bytes())?;
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        match path.parent() {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    };
    write().map_err(|cause: std::io::Error| RecordError::LastSigned {
        path: path.display().to_string(),
        cause: cause.to_string(),
    })
}
