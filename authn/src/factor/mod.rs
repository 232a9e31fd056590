// SPDX-License-Identifier: Apache-2.0
//! The ways to prove who one is, one file each. A factor knows no flow: it says whether a secret,
//! a code or a signature is right, and what that is worth.

pub mod attestation;
pub mod card;
pub mod device_certificate;
pub mod device_key;
pub mod passkey;
pub mod password;
pub mod recovery;
pub mod totp;
