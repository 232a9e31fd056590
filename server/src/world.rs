// SPDX-License-Identifier: Apache-2.0
//! Keeps the world in memory in step with the store: loads it at start, then follows the `changes`
//! table, which every process writes. The store's clock is compared with ours on the way.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use authn::oidc::keys::KeyRing;
use authn::session::board::Board;
use authn::session::{SessionId, end};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_authz::Snapshot;
use countersign_authz::snapshot::{Census, Changed};
use countersign_directory::change::Recorded;
use countersign_directory::source::Source;
use countersign_directory::store::{self, changes, history};
use countersign_directory::{Cursor, Entity, Noun, Revision};
use sqlx::{AnyConnection, Row as _};
use tokio::sync::{Mutex, MutexGuard, watch};

use crate::app::House;

/// A tail that nobody could confirm for this long decides nothing from rank 1 up.
const STALE: TimeDelta = TimeDelta::seconds(5);
/// A clock that differs from the store's by more than this is not trusted: validities would end at
/// different moments for different processes.
pub const SKEW: TimeDelta = TimeDelta::seconds(5);
/// Changes read at once.
const BATCH: u32 = 1_000;

/// Where this process stands in the feed of changes.
#[derive(Debug)]
pub struct Tail {
    standing: Mutex<Standing>,
    /// How many passes over the feed have begun.
    passes: AtomicU64,
    confirmed_ms: AtomicI64,
    changed_ms: AtomicI64,
    skewed: AtomicBool,
    head: watch::Sender<Revision>,
}

/// Where the last pass over the feed ended.
#[derive(Debug)]
pub struct Standing {
    cursor: Cursor,
    /// Which pass that was.
    pass: u64,
}

/// The world could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum TailError {
    /// The directory's tables did not answer.
    #[error(transparent)]
    Directory(#[from] countersign_directory::store::StoreError),
    /// The sessions' tables did not answer.
    #[error(transparent)]
    Sessions(#[from] authn::store::StoreError),
    /// The signing keys cannot be read.
    #[error(transparent)]
    Keys(#[from] authn::oidc::keys::SigningError),
    /// Those of SAML cannot.
    #[error(transparent)]
    SamlKeys(#[from] authn::saml::keys::KeysError),
    /// The store is gone.
    #[error("the store does not answer: {0}")]
    Database(#[from] sqlx::Error),
}

impl Tail {
    /// A tail behind `revision`, just confirmed.
    pub fn behind(revision: Revision, now: DateTime<Utc>) -> Self {
        Self {
            standing: Mutex::new(Standing {
                cursor: Cursor::end_of(revision),
                pass: 0,
            }),
            passes: AtomicU64::new(0),
            confirmed_ms: AtomicI64::new(now.timestamp_millis()),
            changed_ms: AtomicI64::new(now.timestamp_millis()),
            skewed: AtomicBool::new(false),
            head: watch::Sender::new(revision),
        }
    }

    /// The revision that was last taken in, for those who wait for the next.
    pub fn head(&self) -> watch::Receiver<Revision> {
        self.head.subscribe()
    }

    /// Takes in nothing as long as the guard lives: what is read from the store meanwhile is not overtaken.
    pub async fn hold(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().await
    }

    /// Since when the store has not confirmed the world in memory, milliseconds.
    pub fn lag_ms(&self, now: DateTime<Utc>) -> i64 {
        now.timestamp_millis() - self.confirmed_ms.load(Ordering::Relaxed)
    }

    /// Since when the world in memory is as it is, milliseconds.
    pub fn revision_age_ms(&self, now: DateTime<Utc>) -> i64 {
        now.timestamp_millis() - self.changed_ms.load(Ordering::Relaxed)
    }

    /// Whether our clock differs too much from the store's.
    pub fn is_skewed(&self) -> bool {
        self.skewed.load(Ordering::Relaxed)
    }

    /// Whether the world in memory was confirmed lately enough, by a clock that can be trusted, to decide from
    /// rank 1 up.
    pub fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        !self.is_skewed() && self.is_confirmed(now)
    }

    /// Whether the store answered lately.
    pub fn is_confirmed(&self, now: DateTime<Utc>) -> bool {
        now.timestamp_millis() - self.confirmed_ms.load(Ordering::Relaxed) <= STALE.num_milliseconds()
    }
}

/// Loads the whole world.
pub async fn load(db: &mut AnyConnection) -> Result<Snapshot, TailError> {
    // What is committed meanwhile may be in it already: to apply it again changes nothing.
    let revision = changes::head(db).await?;
    let mut census = Census::default();
    store::people::each(None, db, |id, person| census.add(id, person)).await?;
    let mut rolls = census.closed();
    store::channels::each(None, db, |id, channel, members| rolls.add(id, channel, members)).await?;
    Ok(rolls.complete(store::beside_people_and_channels(db).await?, revision))
}

/// What `things` were at `revision`. People may have changed by the thousand, and are read together.
pub async fn as_of(
    revision: Revision,
    things: &[(Noun, &str)],
    db: &mut AnyConnection,
) -> Result<Vec<Changed>, TailError> {
    let people = things.iter().filter(|(noun, _)| *noun == Noun::Person);
    let people: Vec<&str> = people.map(|(_, id)| *id).collect();
    let mut found = history::people_at(&people, revision, db).await?;
    let mut changed = Vec::with_capacity(things.len());
    for &(noun, id) in things {
        let entity = match noun {
            Noun::Person => found.remove(id).map(Entity::Person),
            noun => history::entity_at(noun, id, revision, db).await?,
        };
        let id = id.to_owned();
        changed.push(Changed { noun, id, entity });
    }
    Ok(changed)
}

/// The records of all sources of people.
pub async fn sources(db: &mut AnyConnection) -> Result<Vec<Source>, TailError> {
    let all = countersign_directory::store::sources::all(db).await?;
    Ok(all.into_iter().map(|(source, _)| source).collect())
}

/// Puts every session that matters to decisions on a new board.
pub async fn load_board(db: &mut AnyConnection) -> Result<Board, TailError> {
    let board = Board::new();
    end::fill(&board, db).await?;
    Ok(board)
}

/// What follows `cursor`, never half a revision: a snapshot that names a revision shows all of it.
async fn whole_revisions(cursor: Cursor, db: &mut AnyConnection) -> Result<Vec<Recorded>, TailError> {
    let mut batch = Vec::new();
    let mut cursor = cursor;
    loop {
        let more = changes::after(cursor, BATCH, db).await?;
        let is_last = more.len() < BATCH as usize;
        cursor = more.last().map_or(cursor, |recorded| recorded.cursor);
        batch.extend(more);
        if is_last {
            return Ok(batch);
        }
    }
}

/// A moment as databases write it: `2026-11-23 12:00:00`, in UTC, or with a fraction and an offset of hours,
/// or hours and minutes.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%d %H:%M:%S%.f"]
        .iter()
        .find_map(|form| match DateTime::parse_from_str(text, form) {
            Ok(moment) => Some(moment.to_utc()),
            Err(_) => NaiveDateTime::parse_from_str(text, form)
                .ok()
                .map(|naive| naive.and_utc()),
        })
}

/// How far a moment of ours is from the store's; none when that cannot be read.
pub async fn apart(here: DateTime<Utc>, db: &mut AnyConnection) -> Result<Option<TimeDelta>, sqlx::Error> {
    let row = sqlx::query("SELECT CAST(CURRENT_TIMESTAMP AS TEXT)")
        .fetch_one(db)
        .await?;
    let shown: String = row.try_get(0)?;
    Ok(moment(&shown).map(|there| (here - there).abs()))
}

impl House {
    /// Compares the clocks, and takes in what was committed since the last call, by any process.
    pub async fn follow(&self) -> Result<(), TailError> {
        self.compare_clocks().await?;
        self.catch_up().await?;
        Ok(())
    }

    /// Takes in what was committed before the call, by any process.
    pub async fn catch_up(&self) -> Result<Revision, TailError> {
        let begun = self.tail.passes.load(Ordering::SeqCst);
        let mut standing = self.tail.standing.lock().await;
        if standing.pass > begun {
            // Whoever was waited for began after this call.
            return Ok(standing.cursor.revision);
        }
        let pass = self.tail.passes.fetch_add(1, Ordering::SeqCst) + 1;
        let mut db = self.database.pool.acquire().await?;
        loop {
            let batch = whole_revisions(standing.cursor, &mut db).await?;
            let Some(last) = batch.last().map(|recorded| recorded.cursor) else {
                break;
            };
            self.take_in(&batch, last.revision, &mut db).await?;
            standing.cursor = last;
            let now = self.now().timestamp_millis();
            self.tail.changed_ms.store(now, Ordering::Relaxed);
            self.tail.head.send_replace(last.revision);
        }
        standing.pass = pass;
        let now = self.now().timestamp_millis();
        self.tail.confirmed_ms.store(now, Ordering::Relaxed);
        Ok(standing.cursor.revision)
    }

    async fn compare_clocks(&self) -> Result<(), TailError> {
        if !self.clock.runs() {
            return Ok(());
        }
        let mut db = self.database.pool.acquire().await?;
        let apart = apart(self.clock.shown(), &mut db).await?;
        // What cannot be read is no reason to trust it.
        let skewed = apart.is_none_or(|apart| apart > SKEW);
        if skewed != self.tail.skewed.swap(skewed, Ordering::Relaxed) {
            if skewed {
                tracing::error!(
                    "our clock and the store's are more than 5 seconds apart: from rank 1 up nothing is decided"
                );
            } else {
                tracing::warn!("our clock and the store's agree again");
            }
        }
        Ok(())
    }

    async fn take_in(
        &self,
        batch: &[Recorded],
        revision: Revision,
        db: &mut AnyConnection,
    ) -> Result<(), TailError> {
        let touched: BTreeSet<(Noun, &str)> = batch
            .iter()
            .map(|recorded| (recorded.change.noun, recorded.change.id.as_str()))
            .collect();
        let is_all = touched.iter().any(|(noun, _)| *noun == Noun::World);
        let mut things = Vec::new();
        for (noun, id) in touched {
            match noun {
                Noun::Session => {
                    end::refresh(&SessionId::from_text(id), &self.board, db).await?;
                }
                Noun::SigningKey => {
                    self.keys
                        .store(KeyRing::published(&self.sealer, self.now(), db).await?.into());
                    self.reload_identity_provider(db).await?;
                }
                Noun::Source => self.upstream.replace(sources(db).await?),
                Noun::Approval | Noun::Client | Noun::Policy | Noun::World => {}
                noun => things.push((noun, id)),
            }
        }
        if is_all {
            self.world.store(load(db).await?);
            self.upstream.replace(sources(db).await?);
        } else {
            // As of this revision, whatever was committed since: a decision names the world that it saw, and is
            // replayed in that one.
            let changed = as_of(revision, &things, db).await?;
            self.world.store(self.snapshot().after(changed, revision));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_databases_write_moments_that_are_read() {
        let noon: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        for text in [
            "2026-11-23 12:00:00",
            "2026-11-23 12:00:00+00",
            "2026-11-23 17:30:00.000+05:30",
        ] {
            assert_eq!(moment(text), Some(noon), "{text}");
        }
        assert_eq!(moment("noon"), None);
        // An offset is never passed over.
        assert_ne!(moment("2026-11-23 12:00:00+02"), Some(noon));
    }
}
