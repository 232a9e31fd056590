// SPDX-License-Identifier: Apache-2.0
//! May they: the engine against a second reading of the guards, and the proofs.

mod differential;
mod oracle_rows;
mod proofs;
mod standing;
