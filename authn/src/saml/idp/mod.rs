// SPDX-License-Identifier: Apache-2.0
//! Our SAML identity provider: service providers send people, and get a signed assertion back
//! (SAML profiles, sections 4.1 and 4.4).
//!
//! The way of a request is that of the OpenID provider: [`inbound`] turns bytes into a
//! message whose sender is known, [`request::check`] freezes it, [`verdict::judge`] says whether
//! the session at hand is enough, and [`response`] writes what the service provider gets. A service
//! provider is a client like any other: its [`Client`](crate::oidc::client::Client) has a
//! [`ServiceProvider`] on file, so levels, consent, who is admitted and the ties of sessions are
//! decided by the same code.
//!
//! Nothing here parses what it wrote, and no C library sees what we sign: elements are written in
//! canonical form, digested and signed by aws-lc. Only signatures of others go through libxmlsec1.

pub mod attributes;
pub mod call;
pub mod chain;
pub mod context;
pub mod encrypt;
pub mod entity;
pub mod inbound;
pub mod logout;
pub mod metadata;
pub mod name_id;
pub mod provider;
pub mod request;
pub mod response;
pub mod status;
pub mod verdict;

pub use entity::Entity;
pub use provider::ServiceProvider;
pub use request::Request;
