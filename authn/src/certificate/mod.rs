// SPDX-License-Identifier: Apache-2.0
//! X.509 as smartcards need it: certificates, their path to an anchor, their revocation
//! (RFC 5280, RFC 6960, RFC 9618), and the names that a card gives its holder.
//!
//! Boundaries: pure computation. `now` comes in, a verdict goes out; nothing is fetched. The bytes
//! are hostile: they are strict DER of a limited size, paths have a limited depth, and a search for
//! a path has a budget. Signatures are checked by the one cryptographic provider; SHA-1, DSA and RSA
//! below 2048 bits are not known here.
//!
//! Worked example: `Store` holds an anchor's intermediates, `CrlSet` the revocation lists;
//! [`check::check`] finds the path from a leaf to the anchor that holds, and says which policies it
//! is valid for, or why there is none.

pub mod build;
pub mod check;
pub mod crl;
mod crl_index;
mod cursor;
pub mod extensions;
pub mod identity;
pub mod name;
mod name_constraints;
pub mod ocsp;
pub mod parsed;
pub mod path;
mod pem;
mod policy;
pub mod revocation;
mod scope;
pub mod signature;
mod time;

pub use check::{Checked, Refusal, check};
pub use crl::{Crl, CrlSet};
pub use name::DistinguishedName;
pub use parsed::{Certificate, Malformed};
pub use path::Settings;
pub use pem::{certificates as pem_certificates, crls as pem_crls};

/// An object identifier.
pub use const_oid::ObjectIdentifier as Oid;

/// The longest certificate that is read, bytes.
pub const LONGEST_CERTIFICATE: usize = 64 * 1024;
/// The longest path from the leaf to the anchor, both counted.
pub const DEEPEST_PATH: usize = 8;
