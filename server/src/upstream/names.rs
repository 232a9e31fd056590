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
use countersign_directory::change::Revision;
use countersign_directory::source::mapping::Whom;
use countersign_directory::source::name::{Names, named};
use countersign_directory::source::{Create, Source};
use countersign_directory::store::tombstones;
use countersign_directory::{Noun, PersonId};

use crate::app::House;
use crate::beside;
use crate::http::fault::Fault;

/// How much later than its own moment a removal may come to be seen.
const SEEN_LATE: TimeDelta = TimeDelta::hours(1);

/// What was seen of a newcomer's name.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum NameSeen {
    /// Nobody has or had it, or one that looks like it.
    Free,
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
        Ok(if self.looks_like_somebody(id).await? {
            NameSeen::Taken
        } else {
            NameSeen::Free
        })
    }

    /// Whether somebody has or had that name or one that looks like it.
    async fn looks_like_somebody(&self, id: PersonId) -> Result<bool, Fault> {
        // One at a time: the first gathers what the others only look at.
        let mut seen = Arc::clone(&self.upstream.names).lock_owned().await;
        let now = self.now();
        let world = self.snapshot();
        let gone = {
            let mut db = self.database.pool.acquire().await?;
            let since = seen.gone_until - SEEN_LATE;
            tombstones::since(Noun::Person, since, &mut db).await?
        };
        let look = move || {
            seen.gather(&world, &gone, now);
            seen.names.has_like(id.as_str())
        };
        beside::holding((), look).await.map_err(|fault| {
            tracing::error!(error = %fault, "names could not be compared");
            Fault::Ours
        })
    }
}
