// SPDX-License-Identifier: Apache-2.0
//! Which names somebody has or had. Holding a newcomer's against all of them is done on a thread of its own and
//! before anything is written: whoever writes would wait for it. That nobody got the very name since is seen to
//! when it is written.

use std::sync::Arc;

use authn::upstream::Claimed;
use authn::upstream::link;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_authz::Snapshot;
use countersign_directory::change::{Cursor, Revision};
use countersign_directory::source::mapping::Whom;
use countersign_directory::source::name::{Names, named};
use countersign_directory::source::{Create, Source};
use countersign_directory::store::{StoreError, changes, tombstones};
use countersign_directory::{Noun, PersonId};
use sqlx::AnyConnection;

use crate::app::House;
use crate::beside;
use crate::http::fault::Fault;

/// How much later than its own moment a removal may come to be seen.
const SEEN_LATE: TimeDelta = TimeDelta::hours(1);
/// The most changes between the look at a name and the moment in which it is given.
const MOST_SINCE: u32 = 10_000;

/// What was seen of a newcomer's name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NameSeen {
    /// In the world of that revision nobody has or had it, or one that looks like it.
    Free(Revision),
    /// Nobody looked: she seemed to be no newcomer, or cannot be one.
    NotLookedAt,
    /// Somebody has or had it, or one that looks like it.
    Taken,
}

/// Names that were seen. They only become more: nobody gets the name of one who is gone.
#[derive(Debug)]
pub(crate) struct Seen {
    names: Names,
    /// Of the world that they were last gathered from.
    revision: Option<Revision>,
    /// Up to when those who are gone were.
    gone_until: DateTime<Utc>,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            names: Names::default(),
            revision: None,
            gone_until: DateTime::UNIX_EPOCH,
        }
    }
}

impl Seen {
    fn gather(&mut self, world: &Snapshot, gone: &[String], now: DateTime<Utc>) {
        for id in gone {
            self.names.add(id);
        }
        self.gone_until = now;
        if self.revision != Some(world.revision()) {
            world.people().for_each(|(id, _)| self.names.add(id.as_str()));
            self.revision = Some(world.revision());
        }
    }
}

impl House {
    /// Looks at the name that `claimed` would get here. To be asked before the transaction in which she is let in.
    pub async fn name_seen(&self, source: &Source, claimed: &Claimed) -> Result<NameSeen, Fault> {
        let identity = claimed.identity();
        if source.linking.create == Create::No || !identity.fits() {
            return Ok(NameSeen::NotLookedAt);
        }
        {
            let mut db = self.database.pool.acquire().await?;
            if link::holder(&identity, &mut db).await?.is_some() {
                return Ok(NameSeen::NotLookedAt);
            }
        }
        let mapped = source.mapping.apply(&claimed.attributes, Whom::New);
        let Some(id) = mapped
            .ok()
            .and_then(|mapped| named(mapped.sourced.username.as_deref()).ok())
        else {
            return Ok(NameSeen::NotLookedAt);
        };
        self.seen_of(id).await
    }

    /// Whether somebody has or had that name or one that looks like it.
    pub(crate) async fn seen_of(&self, id: PersonId) -> Result<NameSeen, Fault> {
        // One at a time: the first gathers what the others only look at.
        let mut seen = Arc::clone(&self.upstream.names).lock_owned().await;
        let now = self.now();
        let world = self.snapshot();
        let revision = world.revision();
        let gone = {
            let mut db = self.database.pool.acquire().await?;
            let since = seen.gone_until - SEEN_LATE;
            tombstones::since(Noun::Person, since, &mut db).await?
        };
        let look = move || {
            seen.gather(&world, &gone, now);
            seen.names.has_like(id.as_str())
        };
        let is_like = beside::holding((), look).await.map_err(|fault| {
            tracing::error!(error = %fault, "names could not be compared");
            Fault::Ours
        })?;
        Ok(if is_like {
            NameSeen::Taken
        } else {
            NameSeen::Free(revision)
        })
    }
}

/// Whether a name that was seen to be free still is, in the transaction that gives it to somebody. Two who come at
/// the same moment by names that look alike both see theirs free: from here on there is one writer, and whoever is
/// second finds the first.
pub(crate) async fn still_free(
    id: &PersonId,
    seen: NameSeen,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let NameSeen::Free(revision) = seen else {
        return Ok(false);
    };
    changes::lock(&mut *db).await?;
    let since = changes::after(Cursor::end_of(revision), MOST_SINCE, &mut *db).await?;
    if since.len() >= MOST_SINCE as usize {
        // So much happened in between that nobody looks through it here: she comes again.
        return Ok(false);
    }
    let mut names = Names::default();
    for recorded in since
        .iter()
        .filter(|recorded| recorded.change.noun == Noun::Person)
    {
        names.add(&recorded.change.id);
    }
    Ok(!names.has_like(id.as_str()))
}
