// SPDX-License-Identifier: Apache-2.0
//! Where people come from: identity providers and directories of agencies. Each has a [`Source`], its
//! record. What one of them says is read as [`Attributes`], mapped to a [`Sourced`] person, and applied
//! within the [`Cap`] that two people set for that source.

pub mod apply;
pub mod mapping;
pub mod name;

mod cap;
mod fault;
mod ldap;
mod linking;
mod oidc;
mod read;
mod record;
mod saml;
mod sealed;
mod sourced;
mod trust;
mod widens;

use std::collections::BTreeMap;

pub use cap::Cap;
pub use ldap::{Changes, Flavour, Gone, Groups, Ldap, Scope, Sync};
pub use linking::{Conflict, Create, Linking};
pub use mapping::Mapping;
pub use oidc::{ClientAuthentication, Endpoints, Oidc};
pub use read::read;
pub use record::{Offer, Protocol, Source, State};
pub use saml::{Binding, Encryption, Fetched, Metadata, NameId, Saml};
pub use sealed::{Sealed, purpose, veil};
pub use sourced::{Sourced, SourcedClearance};
pub use trust::{Assurance, Level, Trust};
pub(crate) use widens::widening;

/// What a source said of one person: names as the source writes them, each with its values in the
/// order given. The protocol's own checks are done; nothing is mapped yet.
pub type Attributes = BTreeMap<String, Vec<String>>;
