// SPDX-License-Identifier: Apache-2.0
//! WHO ARE YOU: factors, sign-in flows, sessions with their assurance, and the OpenID provider.
//!
//! Boundaries: this room proves who somebody is and how sure that is. It never asks what she may do:
//! a least level comes in as a value, and what the session reached goes out as one. It knows no HTTP
//! server; it returns values that server renders. `now`, the random source and the connection are
//! arguments (webauthn-rs-core and aws-lc draw randomness and read the clock on their own; what is
//! checked on top only ever rejects).
//!
//! Worked example: `oidc::authorize::check` freezes a request; `flow::begin` starts a sign-in for
//! it; `flow::give_name`, `give_password`, `give_code` or `give_passkey` move it on until it is
//! proven; `flow::finish::finish` opens the session; `oidc::authorize::judge` says that it is
//! enough; `oidc::code::issue` makes the code that the client redeems at `oidc::token`. Each returns
//! what happened in a [`Happened`], for the record and for the other processes.

pub mod account;
pub mod assurance;
pub mod authenticators;
pub mod bind;
pub mod cards;
pub mod certificate;
pub mod devices;
pub mod enrolment;
pub mod evidence;
pub mod factor;
pub mod flow;
pub mod happened;
pub mod lockout;
pub mod matrix;
pub mod metadata;
pub mod notice;
pub mod oidc;
pub mod recovery;
pub mod rotation;
pub mod saml;
pub mod secret;
pub mod session;
pub mod store;
pub mod sweep;
pub mod upstream;

#[cfg(test)]
mod testing;

pub use happened::Happened;
