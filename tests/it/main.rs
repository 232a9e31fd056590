// SPDX-License-Identifier: Apache-2.0
//! One integration binary. Folders mirror the rooms and their addresses; names are facts.

mod access;
mod api;
mod audit;
mod authn;
mod authz;
mod directory;
mod fuzz_seeds;
mod ldap;
mod matrix;
mod opentdf;
mod process;
mod record;
mod silence;
