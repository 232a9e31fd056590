// SPDX-License-Identifier: Apache-2.0
//! Puts the house together: opens the store, loads the world and the sessions, opens the journal.

use arc_swap::{ArcSwap, ArcSwapOption};
use authn::Happened;
use authn::oidc::keys::{KeyRing, SigningError};
use countersign_audit::store::{keys as audit_keys, leaves};
use countersign_authn as authn;
use countersign_authz::{Engine, LoadError, Shared};
use countersign_directory::Actor;
use countersign_labels::Schemes;

use crate::app::{App, House};
use crate::applications::{self, ClientsError};
use crate::asking::search::kept::Kept;
use crate::clock::Clock;
use crate::config::Config;
use crate::config::record::first_origin;
use crate::database::{Database, DatabaseError};
use crate::factors::{FactorError, Factors};
use crate::http::admission::limits::Limits;
use crate::http::oauth2::refresh::Waiting;
use crate::mail::Post;
use crate::master_key::{self, MasterKeyError};
use crate::matrix::{MatrixError, Member};
use crate::metrics::Metrics;
use crate::outbound::{self, OutboundError};
use crate::record::{self, RecordError, Recorder};
use crate::rng::Randomness;
use crate::sources::configured::{self, ConfiguredError};
use crate::traces::Traces;
use crate::world::{self, Tail, TailError};

/// The house cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The store.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The record.
    #[error("the record cannot be opened: {0}")]
    Record(#[from] RecordError),
    /// Smartcards.
    #[error("smartcards cannot be set up: {0}")]
    Cards(#[from] crate::cards::CardsError),
    /// Certificates of devices.
    #[error("device certificates cannot be set up: {0}")]
    Devices(crate::cards::CardsError),
    /// The master key.
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    /// Being a server of the Matrix federation.
    #[error(transparent)]
    Matrix(#[from] MatrixError),
    /// The sign-in factors.
    #[error("sign-in cannot be set up: {0}")]
    Factors(#[from] FactorError),
    /// The authorities of programs.
    #[error("certificates of programs cannot be judged: {0}")]
    Machines(crate::cards::CardsError),
    /// The HTTP client.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// The policies.
    #[error("the policies cannot be used: {0}")]
    Policies(#[from] LoadError),
    /// The signing keys.
    #[error("the signing keys cannot be used: {0}")]
    Keys(#[from] SigningError),
    /// The mail server.
    #[error(transparent)]
    Mail(#[from] crate::config::ConfigError),
    /// The clients that the configuration names.
    #[error(transparent)]
    Clients(#[from] ClientsError),
    /// The sources of people that the configuration names.
    #[error(transparent)]
    Sources(#[from] ConfiguredError),
    /// What sign-in keeps.
    #[error(transparent)]
    SignIn(#[from] authn::store::StoreError),
    /// The world.
    #[error("the world cannot be loaded: {0}")]
    World(#[from] TailError),
    /// The store, at work.
    #[error("the store cannot be used: {0}")]
    Sql(#[from] sqlx::Error),
}

/// Opens everything that `config` names.
pub async fn open(
    config: Config,
    clock: Clock,
    randomness: Randomness,
    notice: Option<String>,
) -> Result<App, OpenError> {
    // Another part of the process may have installed the same provider already.
    let _already_installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut rng = randomness.rng();
    let sealer = master_key::open(&config.data_dir, &mut rng)?;
    let durability = config.record.durability;
    let connections = config.database.connections;
    let database = Database::open(config.database.url(), connections, durability).await?;

    // A clock set back before the start must not revive what has expired.
    let mut db = database.pool.acquire().await?;
    if let Some(newest) = leaves::newest_time(&mut db).await.map_err(RecordError::from)? {
        clock.not_before(newest);
    }
    drop(db);
    let now = clock.now();
    let mut log = Happened::new();
    let mut transaction = database.begin_write().await?;
    let keys = KeyRing::load(&sealer, now, &mut rng, &mut log, &mut transaction).await?;
    applications::bring_in(&config.clients, now, &mut log, &mut transaction).await?;
    record::happened(&Actor::Operator, &log, now, &mut transaction).await?;
    let events = configured::bring_in(&config.sources, &sealer, &mut rng, now, &mut transaction).await?;
    record::append(&Actor::Operator, &events, now, &mut transaction)
        .await
        .map_err(RecordError::from)?;
    let origin = match &config.record.origin {
        Some(origin) => origin.clone(),
        None => audit_keys::newest(&mut transaction)
            .await
            .map_err(RecordError::from)?
            .unwrap_or_else(|| first_origin(&config.issuer)),
    };
    let record_key = record::checkpoints::key(&origin, &sealer, now, &mut rng, &mut transaction).await?;
    let matrix = match &config.matrix {
        Some(matrix) => Some(Member::open(matrix, &sealer, now, &mut rng, &mut transaction).await?),
        None => None,
    };
    transaction.commit().await?;

    let mut db = database.pool.acquire().await?;
    let snapshot = world::load(&mut db).await?;
    let board = world::load_board(&mut db).await?;
    let upstream = crate::upstream::Desk::default();
    upstream.replace(world::sources(&mut db).await?);
    let fresh_name = record::process_name(&mut rng);
    let key = sealer.mac(b"record spool");
    let recorder = Recorder::open(&config.data_dir, &fresh_name, &config.record, &key, now, &mut db).await?;
    let models = authn::store::metadata::load(&mut db).await?;
    drop(db);

    let directories = crate::ldap::Directories::new(record::process_name(&mut rng));
    let cards = config.cards.as_ref().map(crate::cards::Desk::open).transpose()?;
    let devices = config
        .devices
        .as_ref()
        .map(crate::devices::Desk::open)
        .transpose();
    Ok(App::from(House {
        directories,
        cards,
        devices: devices.map_err(OpenError::Devices)?,
        factors: Factors::new(&config, models, &sealer, &mut rng)?,
        tail: Tail::behind(snapshot.revision(), now),
        world: Shared::new(snapshot),
        schemes: Schemes::builtin(),
        engine: Engine::builtin()?,
        board,
        sealer,
        keys: ArcSwap::from_pointee(keys),
        idp_keys: ArcSwapOption::empty(),
        drain: tokio::sync::Mutex::new(recorder.drain(&config.data_dir)),
        recorder,
        record_key,
        clock_seen: tokio::sync::Mutex::default(),
        started: crate::clock::instant(),
        signed_at: tokio::sync::Mutex::default(),
        alarms: record::alarms::Alarms::default(),
        matrix,
        upstream,
        outbound: outbound::client()?,
        post: Post::new(&config.mail)?,
        refreshing: Waiting::at(&database),
        logouts_under_way: tokio::sync::Mutex::default(),
        machines: crate::machines::Desk::open(&config.machines).map_err(OpenError::Machines)?,
        searches: Kept::default(),
        metrics: Metrics::default(),
        traces: Traces::new(&config.traces),
        limits: Limits::new(&config.limits, &mut rng),
        config,
        database,
        clock,
        expiries_noted: tokio::sync::Mutex::default(),
        notice,
        randomness,
    }))
}

impl House {
    /// Ends what the configuration once named and names no more: sources are disabled, clients taken away. For a process
    /// that serves; a command may not have been told the whole configuration.
    pub async fn retire_unnamed(&self) -> Result<(), OpenError> {
        let now = self.clock.now();
        let mut log = Happened::new();
        let mut transaction = self.database.begin_write().await.map_err(DatabaseError::from)?;
        applications::retire(&self.config.clients, &mut log, &mut transaction).await?;
        record::happened(&Actor::Operator, &log, now, &mut transaction).await?;
        let events = configured::retire(&self.config.sources, now, &mut transaction).await?;
        record::append(&Actor::Operator, &events, now, &mut transaction)
            .await
            .map_err(RecordError::from)?;
        self.commit(transaction).await.map_err(DatabaseError::from)?;
        Ok(())
    }
}
