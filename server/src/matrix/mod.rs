// SPDX-License-Identifier: Apache-2.0
//! A member of the Matrix federation that says of each event whether it may enter its room (policy server,
//! MSC4284, Matrix v1.18), and does nothing else there: it keeps no events and sends none but its own joining.

pub mod homeservers;
pub mod join;
mod reach;

use std::collections::BTreeMap;
use std::sync::RwLock;

use authn::matrix::key::{SigningKey, VerifyKey};
use authn::matrix::version::RoomVersion;
use authn::secret::Sealer;
use authn::store::matrix as store;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use rand::CryptoRng;
use sqlx::AnyConnection;
use zeroize::Zeroizing;

use crate::config::matrix::Matrix;
use crate::outbound::{self, OutboundError};
use homeservers::Known;
use reach::Finder;

/// The name of the key that signs events that may enter, fixed by the specification.
pub const POLICY_KEY: &str = "ed25519:policy_server";
/// The name of the key that signs requests and what is our own.
const SERVER_KEY: &str = "ed25519:countersign";
/// The local part of the one user that we are in rooms as.
const USER: &str = "countersign";

/// What makes us a member.
#[derive(Debug)]
pub struct Member {
    /// Our name.
    pub name: String,
    /// Signs requests and our own events.
    pub server_key: SigningKey,
    /// The other half of it.
    pub(crate) own_key: VerifyKey,
    /// Signs the events that may enter.
    pub policy_key: SigningKey,
    pub(crate) homeservers: BTreeMap<String, Known>,
    client: reqwest::Client,
    finder: Finder,
    versions: RwLock<BTreeMap<String, RoomVersion>>,
}

/// The member cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum MatrixError {
    /// The certificates cannot be used.
    #[error("`matrix.ca_file` cannot be used: {0}")]
    Certificates(String),
    /// A key does not open.
    #[error("the Matrix keys of `{0}` do not open: they were sealed under another master key")]
    Key(String),
    /// The client.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// The store.
    #[error(transparent)]
    Store(#[from] authn::store::StoreError),
}

impl Member {
    /// Reads the keys, or makes them the first time.
    pub async fn open(
        config: &Matrix,
        sealer: &Sealer,
        now: DateTime<Utc>,
        rng: &mut impl CryptoRng,
        db: &mut AnyConnection,
    ) -> Result<Self, MatrixError> {
        let name = config.server_name.clone();
        let authorities = config.ca_file.as_ref().map(std::fs::read).transpose();
        let authorities = authorities.map_err(|cause| MatrixError::Certificates(cause.to_string()))?;
        let client = outbound::client_trusting(authorities.as_deref())?;
        let finder = Finder::new(config.well_known_port, authorities);
        let known = |homeserver| {
            let known = Known::of(homeserver);
            (known.name().to_owned(), known)
        };
        let server_key = key(&name, "server", SERVER_KEY, sealer, now, rng, db).await?;
        let own_key = VerifyKey::read(&server_key.public()).ok_or_else(|| MatrixError::Key(name.clone()))?;
        Ok(Self {
            server_key,
            own_key,
            policy_key: key(&name, "policy", POLICY_KEY, sealer, now, rng, db).await?,
            homeservers: config.homeservers.iter().map(known).collect(),
            client,
            finder,
            versions: RwLock::default(),
            name,
        })
    }

    /// The user that we are in rooms as.
    pub fn user(&self) -> String {
        format!("@{USER}:{}", self.name)
    }

    /// The version of a room that we are in.
    pub async fn version_of(
        &self,
        room: &str,
        db: &sqlx::AnyPool,
    ) -> Result<Option<RoomVersion>, authn::store::StoreError> {
        let kept = self
            .versions
            .read()
            .ok()
            .and_then(|versions| versions.get(room).copied());
        if kept.is_some() {
            return Ok(kept);
        }
        let mut db = db.acquire().await?;
        let found = store::room(&self.name, room, &mut db).await?;
        let version = found.filter(|room| room.joined).map(|room| room.version);
        if let (Some(version), Ok(mut versions)) = (version, self.versions.write()) {
            versions.insert(room.to_owned(), version);
        }
        Ok(version)
    }
}

async fn key(
    name: &str,
    purpose: &str,
    id: &str,
    sealer: &Sealer,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<SigningKey, MatrixError> {
    let place = format!("matrix {purpose} key {name}");
    let unusable = || MatrixError::Key(name.to_owned());
    let mut seed = Zeroizing::new([0_u8; 32]);
    rng.fill_bytes(seed.as_mut());
    let fresh = sealer.seal(&place, seed.as_ref(), rng).map_err(|_| unusable())?;
    let kept = store::keep_key(name, purpose, &fresh, now, db).await?;
    let seed = sealer.open(&place, &kept).map_err(|_| unusable())?;
    SigningKey::from_seed(id, &seed).map_err(|_| unusable())
}
