// SPDX-License-Identifier: Apache-2.0
//! A trip to a source and back. What waits for the return is kept on the server under a name that is
//! used once, within five minutes, by the browser that left, from the source that it was sent to.

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::SourceId;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use sqlx::AnyConnection;

use crate::assurance::Requirement;
use crate::secret::Secret;
use crate::session::SessionId;
use crate::store::ceremonies::{self, Kind};
use crate::store::{StoreError, json_text};

/// How long the way back is open.
pub const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// What a trip is for.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Errand {
    /// To link who comes back to the account of this session.
    Link {
        /// The session.
        session: SessionId,
    },
    /// To sign in.
    SignIn {
        /// The sign-in.
        flow: String,
    },
}

/// A trip under way.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Trip<T> {
    /// What it is for.
    pub errand: Errand,
    /// What was asked of the source.
    pub need: Requirement,
    /// What the protocol has to find again.
    pub held: T,
}

/// Sets out: returns the name under which the browser comes back.
pub async fn set_out<T: Serialize>(
    trip: &Trip<T>,
    source: &SourceId,
    browser: &Secret,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
    db: &mut AnyConnection,
) -> Result<String, StoreError> {
    let name = Secret::generate(rng);
    ceremonies::put(
        &stored(&name),
        Kind::Source,
        &bound_to(source, browser),
        &json_text(trip),
        now + PATIENCE,
        db,
    )
    .await?;
    Ok(name.expose().to_owned())
}

/// Comes back. `None`: too late, for the second time, in another browser, from another source, or never
/// set out.
pub async fn come_back<T: for<'de> Deserialize<'de>>(
    name: &str,
    source: &SourceId,
    browser: &Secret,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Trip<T>>, StoreError> {
    let Some(name) = Secret::presented(name) else {
        return Ok(None);
    };
    let bound_to = bound_to(source, browser);
    let state = ceremonies::take(&stored(&name), Kind::Source, &bound_to, now, db).await?;
    state
        .map(|state| {
            serde_json::from_str(&state).map_err(|_| StoreError::Row {
                table: "ceremonies",
                column: "state",
            })
        })
        .transpose()
}

/// The store never holds what a browser could come back with.
fn stored(name: &Secret) -> String {
    hex::encode(name.hash())
}

fn bound_to(source: &SourceId, browser: &Secret) -> String {
    format!("source/{source}/{}", hex::encode(browser.hash()))
}
