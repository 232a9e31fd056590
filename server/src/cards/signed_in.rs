// SPDX-License-Identifier: Apache-2.0
//! Cards by which somebody is signed in, held against newer revocation lists: a card that is found cancelled ends the
//! sessions that rest on it.

use std::sync::PoisonError;

use authn::Happened;
use authn::cards as bound;
use authn::factor::card::Cancelled;
use authn::store::StoreError;
use authn::store::card_certificates::{self, Seen};
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_directory::Actor;

use super::Desk;
use crate::app::House;
use crate::record::RecordError;

/// A card that was judged by the lists of that moment may open a session as late as this.
const UNDER_WAY: TimeDelta = TimeDelta::minutes(20);

/// By which lists open sessions were judged, and when.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Held {
    generation: u64,
    at: Option<DateTime<Utc>>,
}

impl Held {
    /// Since when a card has to have been seen to be judged anew: all of them by other lists, and by the same
    /// only those whose sign-in may have been under way.
    fn since(self, generation: u64) -> DateTime<Utc> {
        match self.at {
            Some(at) if self.generation == generation => at - UNDER_WAY,
            _ => DateTime::UNIX_EPOCH,
        }
    }
}

/// The sessions of cards could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum SignedInError {
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is gone.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// What was done cannot be put on record.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The thread that judged is gone.
    #[error("the cards could not be judged")]
    Thread,
}

impl House {
    /// Ends the sessions of cards that the lists at hand call cancelled. Nobody is asked anew.
    pub async fn end_cancelled_cards(&self) -> Result<(), SignedInError> {
        let Some(desk) = &self.cards else {
            return Ok(());
        };
        let now = self.now();
        let generation = desk.lists.generation();
        let since = desk
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .since(generation);
        let seen = {
            let mut db = self.database.pool.acquire().await?;
            card_certificates::seen_since(since, &mut db).await?
        };
        for one in seen {
            if let Some(why) = desk.cancelled(&one, now) {
                let mut log = Happened::new();
                let mut rng = self.rng();
                let mut transaction = self.database.begin_write().await?;
                bound::cancelled(&one.fingerprint, why, now, &mut rng, &mut log, &mut transaction).await?;
                self.settle(&Actor::Nobody, &log, now, transaction).await?;
            }
            // Signatures of lists are checked: others have their turn in between.
            tokio::task::yield_now().await;
        }
        let held = Held {
            generation,
            at: Some(now),
        };
        *desk.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
        Ok(())
    }
}

impl Desk {
    fn cancelled(&self, seen: &Seen, now: DateTime<Utc>) -> Option<Cancelled> {
        let lists = self.lists.load();
        let judged = self.cards.judge(&seen.presented, &lists, &self.answers, now);
        judged.outcome.err()?.cancelled()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_lists_are_asked_about_every_card_and_the_same_only_about_new_ones() {
        let at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        assert_eq!(Held::default().since(0), DateTime::UNIX_EPOCH);
        let held = Held {
            generation: 3,
            at: Some(at),
        };
        assert_eq!(held.since(3), at - UNDER_WAY);
        assert_eq!(held.since(4), DateTime::UNIX_EPOCH);
    }
}
