// SPDX-License-Identifier: Apache-2.0
//! Signing in through a SAML identity provider: the attack cases, by their numbers, against the pipeline
//! from bytes to a claim, and the routes as browsers meet them.

mod assertion;
mod corpus;
mod encryption;
mod look;
mod metadata;
mod once;
mod routes;
mod second;
