// SPDX-License-Identifier: Apache-2.0
//! A fresh, migrated database for each test, on the engine that `COUNTERSIGN_TEST_DATABASE` names
//! (unset: SQLite in a temporary folder; `postgres://…`: a new database on that server).

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Connection, Executor};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// One test's database. Dropping it forgets the SQLite file; a PostgreSQL database stays until its
/// throw-away server ends.
#[derive(Debug)]
pub struct TestDatabase {
    /// Connections to the migrated database.
    pub pool: AnyPool,
    /// The address, for a second pool or process on the same data.
    pub url: String,
    _folder: Option<tempfile::TempDir>,
}

/// Creates and migrates a database that no other test sees.
pub async fn fresh() -> TestDatabase {
    sqlx::any::install_default_drivers();
    let (url, folder) = match std::env::var("COUNTERSIGN_TEST_DATABASE") {
        Ok(server) if server.starts_with("postgres") => (create_on_postgres(&server).await, None),
        _ => {
            let folder = tempfile::tempdir().expect("a temporary folder");
            let file = folder.path().join("test.db");
            (format!("sqlite://{}?mode=rwc", file.display()), Some(folder))
        }
    };
    let pool = AnyPoolOptions::new()
        .max_connections(5)
        .connect(&url)
        .await
        .expect("the test database opens");
    migrate(&pool).await;
    TestDatabase {
        pool,
        url,
        _folder: folder,
    }
}

/// Host and port of the database server that the tests use; none where the store is embedded.
pub fn server_address() -> Option<String> {
    let url = std::env::var("COUNTERSIGN_TEST_DATABASE").ok()?;
    let (_, place) = url.strip_prefix("postgres")?.split_once("://")?;
    let (place, _) = place.split_once('/')?;
    Some(place.rsplit('@').next()?.to_owned())
}

async fn migrate(pool: &AnyPool) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/migrations");
    sqlx::migrate::Migrator::new(folder)
        .await
        .expect("the migrations are readable")
        .run(pool)
        .await
        .expect("the migrations apply");
}

async fn create_on_postgres(server: &str) -> String {
    let name = format!(
        "t_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let mut admin = sqlx::AnyConnection::connect(server)
        .await
        .expect("the PostgreSQL server answers");
    admin
        .execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await
        .expect("a database can be created");
    let (base, _) = server
        .rsplit_once('/')
        .expect("the address ends in a database name");
    format!("{base}/{name}")
}
