// SPDX-License-Identifier: Apache-2.0
//! The house: HTTP, configuration, command line, jobs and migrations around the rooms.
//!
//! Handlers extract, call a room and render. Only this crate knows axum, the environment, the clock
//! and the random source; the rooms take `now`, `rng` and a database connection as parameters.

pub mod app;
pub mod applications;
pub mod asking;
mod beside;
pub mod cards;
pub mod cli;
pub mod clock;
pub mod config;
pub mod connect;
pub mod database;
pub mod devices;
pub mod factors;
pub mod house;
pub mod http;
mod identity_provider;
pub mod jobs;
pub mod ldap;
pub mod listen;
pub mod machine_listener;
pub mod machines;
pub mod mail;
pub mod master_key;
pub mod matrix;
pub mod metrics;
pub mod outbound;
mod possession;
pub mod proxies;
pub mod record;
pub mod revocation;
pub mod rng;
pub mod saml;
pub mod signing_keys;
pub mod sources;
pub mod telemetry;
pub mod traces;
pub mod upstream;
pub mod world;

/// A decision makes many small things and drops them, on every thread at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
