// SPDX-License-Identifier: Apache-2.0
//! Who are you: factors, flows, sessions and the OpenID provider, as browsers and clients meet them.

mod codes;
mod desk;
mod keys;
mod logout;
mod machines;
mod pages;
mod passkey;
mod password;
mod provider;
mod pushed;
mod refresh;
mod sessions;
