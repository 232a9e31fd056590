// SPDX-License-Identifier: Apache-2.0
//! What every handler and job shares.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use authn::Happened;
use authn::oidc::keys::KeyRing;
use authn::saml;
use authn::secret::Sealer;
use authn::session::board::Board;
use chrono::{DateTime, Utc};
use countersign_audit::checkpoint::note::Signer;
use countersign_audit::drain::Drain;
use countersign_authn as authn;
use countersign_authz::{Engine, Shared, Snapshot};
use countersign_directory::Actor;
use countersign_labels::Schemes;
use rand::rngs::StdRng;

use crate::asking::search::kept::Kept;
use crate::clock::Clock;
use crate::config::Config;
use crate::database::{Database, WriteTransaction};
use crate::factors::Factors;
use crate::http::admission::limits::Limits;
use crate::http::oauth2::refresh::Waiting;
use crate::jobs::clock::Reading;
use crate::mail::Post;
use crate::matrix::Member;
use crate::metrics::Metrics;
use crate::record::alarms::Alarms;
use crate::record::{self, RecordError, Recorder};
use crate::rng::Randomness;
use crate::traces::Traces;
use crate::upstream::Desk;
use crate::world::Tail;

/// The running house. Cloning shares it.
#[derive(Clone, Debug)]
pub struct App(Arc<House>);

/// What the house holds.
#[derive(Debug)]
pub struct House {
    /// Directories of agencies, as this process speaks to them.
    pub directories: crate::ldap::Directories,
    /// Smartcards, where they are configured.
    pub cards: Option<crate::cards::Desk>,
    /// Certificates of devices, where they are configured.
    pub devices: Option<crate::devices::Desk>,
    /// The checked configuration.
    pub config: Config,
    /// The store.
    pub database: Database,
    /// The clock.
    pub clock: Clock,
    /// The label schemes in use.
    pub schemes: &'static Schemes,
    /// Decides.
    pub engine: Engine,
    /// The world in memory.
    pub world: Shared,
    /// Live sessions in memory.
    pub board: Board,
    /// Seals secrets at rest and authenticates tokens.
    pub sealer: Sealer,
    /// Checks passwords and passkeys.
    pub factors: Factors,
    /// The signing keys in use.
    pub keys: ArcSwap<KeyRing>,
    /// The keys of our SAML identity provider, once somebody needed them.
    pub idp_keys: ArcSwapOption<saml::keys::Keys>,
    /// Writes what happened.
    pub recorder: Recorder,
    /// Signs the record's checkpoints.
    pub record_key: Signer,
    /// When the tree was last looked at for signing.
    pub signed_at: tokio::sync::Mutex<Option<DateTime<Utc>>>,
    /// The clock when it was last held against steady time.
    pub clock_seen: tokio::sync::Mutex<Option<Reading>>,
    /// When this process began, in steady time.
    pub started: std::time::Instant,
    /// What is wrong with the record.
    pub alarms: Alarms,
    /// Moves the journal into the tree.
    pub drain: tokio::sync::Mutex<Drain>,
    /// Up to which moment the work of time alone was noted.
    pub expiries_noted: tokio::sync::Mutex<Option<DateTime<Utc>>>,
    /// Follows the changes that any process makes.
    pub tail: Tail,
    /// Earlier worlds, for the next pages of searches.
    pub searches: Kept,
    /// What makes us a server of the Matrix federation, where we are one.
    pub matrix: Option<Member>,
    /// What each caller may still ask.
    pub limits: Limits,
    /// Certificates of programs, where authorities for them are configured.
    pub machines: Option<crate::machines::Desk>,
    /// Refresh tokens that wait to be exchanged.
    pub refreshing: Waiting,
    /// How many logout messages are on their way to each client.
    pub logouts_under_way: tokio::sync::Mutex<BTreeMap<String, usize>>,
    /// What this process counts.
    pub metrics: Metrics,
    /// Requests that are traced.
    pub traces: Traces,
    /// The sources of people, and what is known of their providers.
    pub upstream: Desk,
    /// Calls clients back.
    pub outbound: reqwest::Client,
    /// Tells people what was done in their name.
    pub post: Post,
    /// A notice for every page, e.g. that rules are eased for a demo.
    pub notice: Option<String>,
    pub(crate) randomness: Randomness,
}

impl Deref for App {
    type Target = House;

    fn deref(&self) -> &House {
        &self.0
    }
}

impl From<House> for App {
    fn from(house: House) -> Self {
        Self(Arc::new(house))
    }
}

impl House {
    /// The current time.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// A random generator for one operation.
    pub fn rng(&self) -> StdRng {
        self.randomness.rng()
    }

    /// The world as it is now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.world.load()
    }

    /// Puts on record what authn did, and commits. The world in memory is brought up to date if `log` says that
    /// something changed: a transaction in which others changed something ends with [`Self::commit`].
    pub async fn settle(
        &self,
        actor: &Actor,
        log: &Happened,
        now: DateTime<Utc>,
        mut transaction: WriteTransaction,
    ) -> Result<(), RecordError> {
        record::happened(actor, log, now, &mut transaction).await?;
        if log.changes_anything() {
            self.commit(transaction).await?;
        } else {
            transaction.commit().await?;
        }
        Ok(())
    }

    /// Commits, and lets this process see what was committed before the caller goes on. A fault
    /// after the commit is logged: the tail catches up on its own.
    pub async fn commit(&self, transaction: WriteTransaction) -> Result<(), sqlx::Error> {
        transaction.commit().await?;
        if let Err(fault) = self.catch_up().await {
            tracing::warn!(error = %fault, "the world in memory lags behind a commit");
        }
        Ok(())
    }
}
