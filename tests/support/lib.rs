// SPDX-License-Identifier: Apache-2.0
//! The harness: fresh databases, the house in process, a clock that tests turn.

pub mod authenticator;
pub mod authority;
pub mod cards;
pub mod database;
pub mod devices;
pub mod ejabberd;
pub mod fido;
pub mod fuzz_saml;
pub mod fuzz_saml_sources;
pub mod fuzz_targets;
pub mod fuzz_upstream;
pub mod house;
pub mod keycloak;
pub mod oracle;
pub mod pki;
pub mod process;
pub mod programs;
pub mod provider;
pub mod rocket_chat;
pub mod samba;
pub mod saml;
pub mod service_provider;
pub mod simplesamlphp;
pub mod slapd;
pub mod tls_folder;
