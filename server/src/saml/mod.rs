// SPDX-License-Identifier: Apache-2.0
//! What the house adds to SAML: threads beside the answering ones, our keys, the metadata of providers.

mod desk;
pub mod facts;
pub mod partner;
pub mod service;

pub use desk::{Busy, SamlFault, aside};
