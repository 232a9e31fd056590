// SPDX-License-Identifier: Apache-2.0
//! What every handler and job shares.

use std::ops::Deref;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use rand::rngs::StdRng;

use crate::clock::Clock;
use crate::config::Config;
use crate::database::Database;
use crate::rng::Randomness;

/// The running house. Cloning shares it.
#[derive(Clone, Debug)]
pub struct App(Arc<House>);

/// What the house holds.
#[derive(Debug)]
pub struct House {
    /// The checked configuration.
    pub config: Config,
    /// The store.
    pub database: Database,
    /// The clock.
    pub clock: Clock,
    randomness: Randomness,
}

impl Deref for App {
    type Target = House;

    fn deref(&self) -> &House {
        &self.0
    }
}

impl App {
    /// Puts the house together.
    pub fn new(config: Config, database: Database, clock: Clock, randomness: Randomness) -> Self {
        Self(Arc::new(House { config, database, clock, randomness }))
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
}
