// SPDX-License-Identifier: Apache-2.0
//! May they: the engine against a second reading of the guards, and the proofs.

mod communities;
mod differential;
mod explained;
mod invariants;
mod memory;
mod one_person;
mod oracle_rows;
mod policy_index;
mod proofs;
mod rolls;
mod search;
mod standing;
mod worded;
