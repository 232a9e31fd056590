// SPDX-License-Identifier: Apache-2.0
//! The one connection that writes to the embedded store. The engine has one writer at a time, and who finds it
//! taken looks again at growing intervals; in a queue for one connection the next goes on at once, and finds in
//! its cache the pages and statements of the one before.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use sqlx::{AnyConnection, Connection as _, Executor as _};
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::timeout;

use super::make_ready;
use crate::config::record::Durability;

/// How to open a connection to the embedded store.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) url: String,
    pub(super) durability: Durability,
}

/// Whoever holds it may write.
#[derive(Debug)]
struct Pen {
    connection: AnyConnection,
    settings: Settings,
    /// Somebody began, and neither made it last nor took it back.
    is_open: bool,
}

impl Pen {
    async fn connect(settings: &Settings) -> Result<AnyConnection, sqlx::Error> {
        let mut connection = AnyConnection::connect(&settings.url).await?;
        make_ready(&mut connection, settings.durability).await?;
        // Writers touch pages all over the file: 64 MiB of them stay at hand, and 16 MiB wait in the log.
        connection.execute("PRAGMA cache_size = -65536").await?;
        connection.execute("PRAGMA wal_autocheckpoint = 4000").await?;
        Ok(connection)
    }

    async fn begin(&mut self) -> Result<(), sqlx::Error> {
        self.undo().await;
        // It may begin although nobody waits for the answer any more.
        self.is_open = true;
        let begun = sqlx::query("BEGIN IMMEDIATE").execute(&mut self.connection).await;
        let Err(fault) = begun else { return Ok(()) };
        self.is_open = false;
        if !matches!(fault, sqlx::Error::Database(_)) {
            // The thread behind the connection is gone: the next to come finds another.
            self.connection = Self::connect(&self.settings).await?;
        }
        Err(fault)
    }

    /// Takes back what was begun and left. After a fault the engine may have done so by itself, and says that
    /// there is nothing: that is what was wanted.
    async fn undo(&mut self) {
        if self.is_open {
            let _nothing_to_undo = sqlx::query("ROLLBACK").execute(&mut self.connection).await;
            self.is_open = false;
        }
    }
}

/// The queue of those who want to write.
#[derive(Clone, Debug)]
pub(super) struct Writer(Arc<Mutex<Pen>>);

impl Writer {
    pub(super) async fn open(settings: Settings) -> Result<Self, sqlx::Error> {
        let pen = Pen {
            connection: Pen::connect(&settings).await?,
            settings,
            is_open: false,
        };
        Ok(Self(Arc::new(Mutex::new(pen))))
    }

    /// Waits for the turn, at most for `patience`, and begins. The write lock is taken now, so that a
    /// transaction never fails half-way for want of it.
    pub(super) async fn begin(&self, patience: Duration) -> Result<Turn, sqlx::Error> {
        let pen = timeout(patience, Arc::clone(&self.0).lock_owned())
            .await
            .map_err(|_elapsed| sqlx::Error::PoolTimedOut)?;
        let mut turn = Turn(pen);
        turn.0.begin().await?;
        Ok(turn)
    }
}

/// A transaction under way. Dropped, it is taken back.
#[derive(Debug)]
pub(super) struct Turn(OwnedMutexGuard<Pen>);

impl Turn {
    pub(super) async fn commit(mut self) -> Result<(), sqlx::Error> {
        sqlx::query("COMMIT").execute(&mut self.0.connection).await?;
        self.0.is_open = false;
        Ok(())
    }

    pub(super) async fn rollback(mut self) {
        self.0.undo().await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        // Whoever comes next would do it first; other processes must not wait for that.
        if self.0.is_open
            && let Ok(runtime) = Handle::try_current()
        {
            let queue = Arc::clone(OwnedMutexGuard::mutex(&self.0));
            runtime.spawn(async move { queue.lock().await.undo().await });
        }
    }
}

impl Deref for Turn {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.0.connection
    }
}

impl DerefMut for Turn {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.0.connection
    }
}
