// SPDX-License-Identifier: Apache-2.0
//! Scenarios: questions with known answers, as data. An administrator writes them to test policies
//! before they go live; they run with no server and no database.

mod file;
mod given;
mod report;
mod row;
mod simulate;

pub use file::{InputError, run_files};
pub use report::{Report, Row};
pub use simulate::{Failed, SimulateError, Simulation, explain, simulate, simulate_for};
