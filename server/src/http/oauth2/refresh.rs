// SPDX-License-Identifier: Apache-2.0
//! Refresh tokens. Those that come while others are being exchanged wait, and are then exchanged together: the
//! embedded store has one writer, and its turn, its statements and its way to the disk cost as much for one as
//! for many.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use authn::Happened;
use authn::oidc::error::Error;
use authn::oidc::token::Tokens;
use authn::oidc::token::issue::Unsigned;
use authn::oidc::token::refresh::{self, Ask, Presented};
use countersign_authn as authn;
use countersign_directory::Actor;
use tokio::sync::{Semaphore, oneshot};

use super::admission;
use super::token::means;
use crate::app::{App, House};
use crate::database::Database;
use crate::http::fault::Fault;

/// So many are exchanged together.
const MOST: usize = 64;

type Outcome = Result<Result<Unsigned, Error>, Fault>;

/// Those who wait for their next pair.
#[derive(Debug)]
pub struct Waiting {
    queue: Mutex<VecDeque<(Ask, oneshot::Sender<Outcome>)>>,
    /// Who exchanges: one at a time, where there is one writer.
    turns: Semaphore,
    together: usize,
}

impl Waiting {
    /// Nobody yet, for those who write to this store.
    pub fn at(database: &Database) -> Self {
        let (turns, together) = if database.has_one_writer() {
            (1, MOST)
        } else {
            // Everybody has a connection of her own, and waits for nobody.
            (Semaphore::MAX_PERMITS, 1)
        };
        Self {
            queue: Mutex::default(),
            turns: Semaphore::new(turns),
            together,
        }
    }

    /// Takes the first ones, no two of one chain: those take turns.
    fn take(&self) -> (Vec<Ask>, Vec<oneshot::Sender<Outcome>>) {
        let mut queue = self.lock();
        let mut chains = BTreeSet::new();
        let mut taken = Vec::new();
        let mut rest = VecDeque::new();
        while let Some(one) = queue.pop_front() {
            if taken.len() < self.together && chains.insert(one.0.chain().to_owned()) {
                taken.push(one);
            } else {
                rest.push_back(one);
            }
        }
        *queue = rest;
        taken.into_iter().unzip()
    }

    /// INVARIANT: nothing in between can panic and leave the queue half-changed.
    fn lock(&self) -> MutexGuard<'_, VecDeque<(Ask, oneshot::Sender<Outcome>)>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A refresh is a sign-in without a page: the same is asked as there. The reply follows the commit.
pub(super) async fn exchange(app: &App, ask: Ask) -> Result<Result<Tokens, Error>, Fault> {
    let (tell, told) = oneshot::channel();
    app.refreshing.lock().push_back((ask, tell));
    // In a task: who hangs up takes nobody else's answer along.
    let house = app.clone();
    tokio::spawn(async move { exchange_waiting(&house).await });
    // Unheard only if the task died.
    match told.await.unwrap_or(Err(Fault::Ours))? {
        Ok(unsigned) => Ok(Ok(unsigned.sign(&app.keys.load(), app.now())?)),
        Err(error) => Ok(Err(error)),
    }
}

/// Exchanges the first of those who wait, if another has not done so meanwhile. Whoever waits has begun a task
/// for this, so that none is left.
async fn exchange_waiting(house: &House) {
    // Never closed.
    let Ok(_turn) = house.refreshing.turns.acquire().await else {
        return;
    };
    let (asks, waiting) = house.refreshing.take();
    if asks.is_empty() {
        return;
    }
    let outcomes: Vec<Outcome> = match exchange_together(house, &asks).await {
        Ok(outcomes) => outcomes.into_iter().map(Ok).collect(),
        Err(fault) => asks.iter().map(|_| Err(fault)).collect(),
    };
    for (one, outcome) in waiting.into_iter().zip(outcomes) {
        // She may have hung up: what was done is done, and she presents the old token again.
        let _nobody_there = one.send(outcome);
    }
}

async fn exchange_together(house: &House, asks: &[Ask]) -> Result<Vec<Result<Unsigned, Error>>, Fault> {
    let mut db = house.database.begin_write().await?;
    let now = house.now();
    let mut rng = house.rng();
    let mut log = Happened::new();
    let no_longer = |presented: &Presented<'_>| no_longer(house, presented);
    let outcomes = refresh::exchange(asks, no_longer, means(house), now, &mut rng, &mut log, &mut db).await?;
    house.settle(&Actor::Nobody, &log, now, db).await?;
    Ok(outcomes)
}

/// Why the person may not be signed in there any more. A client that hears of it sends her to sign in.
fn no_longer(house: &House, presented: &Presented<'_>) -> Option<&'static str> {
    let (client, session, person) = (&presented.client.record, presented.session, presented.person);
    let bound_to = presented.bound_to();
    if bound_to.level < admission::required(house, client, session, person) {
        return Some("a stronger sign-in is needed now; send the person to sign in");
    }
    let age = (house.now() - bound_to.auth_time).num_seconds();
    if client.max_age.is_some_and(|most| age > most) {
        return Some("the sign-in is too old for this client; send the person to sign in");
    }
    admission::refused(house, client, session, person)
}
