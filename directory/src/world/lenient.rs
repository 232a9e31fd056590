// SPDX-License-Identifier: Apache-2.0
//! A world for scenarios: whatever can be read is taken, and the faults are told beside it.

use countersign_labels::Schemes;
use serde::Deserializer;
use serde_json::Value;

use super::World;
use super::entry::Reader;
use super::fault::{Fault, Path};
use super::read::{File, MAX_FAULTS};
use super::tree::Faults;

/// Takes what it can of `value`. An entry that cannot be read is left out, and so is a clearance
/// within a person; a label that is none becomes one that no scheme understands; levels, schemes
/// and references are not checked. All of that is met when it matters: at decision, as a deny.
pub fn lenient(value: &Value) -> (World, Vec<Fault>) {
    let mut world = World::default();
    let mut faults = Faults::up_to(MAX_FAULTS);
    let reader = Reader {
        schemes: Schemes::builtin(),
        lenient: true,
    };
    if let Err(error) = value.deserialize_map(File {
        reader,
        world: &mut world,
        faults: &mut faults,
    }) {
        faults.push(Path::Root.fault(error));
    }
    (world, faults.into_vec())
}
