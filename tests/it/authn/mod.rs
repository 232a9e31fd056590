// SPDX-License-Identifier: Apache-2.0
//! Who are you: factors, flows, sessions and the OpenID provider, as browsers and clients meet them.

pub(crate) mod attestation;
mod card_revocation;
mod cards;
mod claims;
mod codes;
pub(crate) mod desk;
mod devices;
mod ejabberd;
mod evidence;
mod hostile;
mod keycloak;
mod keys;
mod kill;
mod logout;
mod machines;
mod mail;
mod notices;
mod ocsp;
mod pages;
mod passkey;
pub(crate) mod password;
mod peer;
mod pkits;
mod provider;
mod proxies;
mod pushed;
mod recovery;
mod refresh;
mod saml;
mod saml_call;
mod saml_idp;
mod saml_logout;
mod sessions;
mod step_up;
mod upstream;
