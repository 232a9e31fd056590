// SPDX-License-Identifier: Apache-2.0
//! The OpenID provider: authorization code flow with PKCE, refresh, client credentials, signed identities,
//! back-channel logout. Each rule of a standard is a small named check with its section number.
//!
//! Nothing here knows HTTP: requests arrive as parameters, answers leave as values.

pub mod access_token;
pub mod authorize;
pub mod backchannel;
pub mod claims;
pub mod client;
pub mod code;
pub mod discovery;
pub mod error;
pub mod id_token;
pub mod introspect;
pub mod jws;
pub mod keys;
pub mod logout;
pub mod parameters;
pub mod pushed;
pub mod refresh_token;
pub mod token;
pub mod withdraw;
