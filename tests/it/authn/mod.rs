// SPDX-License-Identifier: Apache-2.0
//! Who are you: factors, flows, sessions and the OpenID provider, as browsers and clients meet them.

mod cards;
mod codes;
mod desk;
mod keys;
mod ocsp;
mod pages;
mod passkey;
mod password;
mod pkits;
mod provider;
mod sessions;
