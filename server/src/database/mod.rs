// SPDX-License-Identifier: Apache-2.0
//! Opens the store and begins transactions: the only code that knows which engine runs.

mod writer;

use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::time::Duration;

use sqlx::any::AnyPoolOptions;
use sqlx::migrate::MigrateError;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _, Transaction};

use self::writer::{Settings, Turn, Writer};
use crate::config::record::Durability;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

/// The store could not be opened or used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The address is of no engine that we speak.
    #[error("database.url `{0}` is not understood: use sqlite://FILE or postgres://USER@HOST/NAME")]
    Address(String),
    /// The folder of the embedded store cannot be made.
    #[error("the folder `{folder}` for the embedded store cannot be created: {cause}")]
    Folder {
        /// The folder.
        folder: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The schema is newer than this binary, or a migration failed.
    #[error("the store's schema cannot be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
    /// The engine refused.
    #[error("the store cannot be used: {0}")]
    Engine(#[from] sqlx::Error),
}

/// How long is waited for a connection, and for the turn to write.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open, migrated store.
#[derive(Clone, Debug)]
pub struct Database {
    /// Connections for reading.
    pub pool: AnyPool,
    /// Whoever writes to the embedded store.
    writer: Option<Writer>,
}

/// A transaction that writes. Dropped, it is undone.
#[derive(Debug)]
pub struct WriteTransaction(Kind);

#[derive(Debug)]
enum Kind {
    Embedded(Turn),
    Pooled(Transaction<'static, Any>),
}

impl WriteTransaction {
    /// Makes what it wrote last.
    pub async fn commit(self) -> Result<(), sqlx::Error> {
        match self.0 {
            Kind::Embedded(turn) => turn.commit().await,
            Kind::Pooled(transaction) => transaction.commit().await,
        }
    }

    /// Undoes what it wrote.
    pub async fn rollback(self) -> Result<(), sqlx::Error> {
        match self.0 {
            Kind::Embedded(turn) => {
                turn.rollback().await;
                Ok(())
            }
            Kind::Pooled(transaction) => transaction.rollback().await,
        }
    }
}

impl Deref for WriteTransaction {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        match &self.0 {
            Kind::Embedded(turn) => turn,
            Kind::Pooled(transaction) => transaction,
        }
    }
}

impl DerefMut for WriteTransaction {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match &mut self.0 {
            Kind::Embedded(turn) => turn,
            Kind::Pooled(transaction) => transaction,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Engine {
    Sqlite,
    Postgres,
}

/// Whether `url` names an embedded store that nobody has made yet.
pub fn is_missing(url: &str) -> bool {
    matches!(engine_of(url), Ok(Engine::Sqlite)) && !file_of(url).exists()
}

impl Database {
    /// Opens `url` and applies the migrations that it lacks.
    pub async fn open(url: &str, connections: u32, durability: Durability) -> Result<Self, DatabaseError> {
        sqlx::any::install_default_drivers();
        let engine = engine_of(url)?;
        if engine == Engine::Sqlite {
            create_folder(url)?;
        }
        let options = AnyPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(PATIENCE);
        let options = match engine {
            Engine::Postgres => options,
            // No connection to a file is ever lost: none is tried before it is used.
            Engine::Sqlite => options
                .test_before_acquire(false)
                .after_connect(move |connection, _| Box::pin(make_ready(connection, durability))),
        };
        let url = with_create_mode(url, engine);
        let pool = options.connect(&url).await?;
        MIGRATIONS.run(&pool).await?;
        let writer = match engine {
            Engine::Postgres => None,
            Engine::Sqlite => Some(Writer::open(Settings { url, durability }).await?),
        };
        Ok(Self { pool, writer })
    }

    /// Connects to `url` and changes nothing: how many migrations it lacks, and the connection.
    pub async fn look(url: &str) -> Result<(AnyConnection, usize), DatabaseError> {
        sqlx::any::install_default_drivers();
        engine_of(url)?;
        let mut db = AnyConnection::connect(url).await?;
        let applied = sqlx::query("SELECT version FROM _sqlx_migrations WHERE success")
            .fetch_all(&mut db)
            .await
            .map_or(0, |rows| rows.len());
        Ok((db, MIGRATIONS.iter().count().saturating_sub(applied)))
    }

    /// Whether those who write take turns.
    pub fn has_one_writer(&self) -> bool {
        self.writer.is_some()
    }

    /// Begins a transaction that will write.
    pub async fn begin_write(&self) -> Result<WriteTransaction, sqlx::Error> {
        let kind = match &self.writer {
            Some(_) if self.pool.is_closed() => return Err(sqlx::Error::PoolClosed),
            Some(writer) => Kind::Embedded(writer.begin(PATIENCE).await?),
            None => Kind::Pooled(self.pool.begin().await?),
        };
        Ok(WriteTransaction(kind))
    }
}

/// Makes a new connection to the embedded store ready, whatever it is for.
async fn make_ready(connection: &mut AnyConnection, durability: Durability) -> Result<(), sqlx::Error> {
    connection.execute("PRAGMA journal_mode = WAL").await?;
    connection.execute("PRAGMA busy_timeout = 10000").await?;
    connection.execute("PRAGMA foreign_keys = ON").await?;
    let synchronous = match durability {
        Durability::Power => "PRAGMA synchronous = FULL",
        Durability::Process => "PRAGMA synchronous = NORMAL",
    };
    connection.execute(synchronous).await?;
    Ok(())
}

fn engine_of(url: &str) -> Result<Engine, DatabaseError> {
    match url.split(':').next() {
        Some("sqlite") => Ok(Engine::Sqlite),
        Some("postgres" | "postgresql") => Ok(Engine::Postgres),
        _ => Err(DatabaseError::Address(
            url.split('@').next_back().unwrap_or_default().to_owned(),
        )),
    }
}

fn with_create_mode(url: &str, engine: Engine) -> String {
    if engine == Engine::Sqlite && !url.contains('?') {
        format!("{url}?mode=rwc")
    } else {
        url.to_owned()
    }
}

fn create_folder(url: &str) -> Result<(), DatabaseError> {
    match file_of(url).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => {
            std::fs::create_dir_all(folder).map_err(|cause| DatabaseError::Folder {
                folder: folder.display().to_string(),
                cause,
            })
        }
        _ => Ok(()),
    }
}

/// The file of an embedded store.
fn file_of(url: &str) -> &Path {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    Path::new(path.split('?').next().unwrap_or_default())
}
