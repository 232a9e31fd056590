// SPDX-License-Identifier: Apache-2.0
//! Who speaks for a Matrix server: canonical JSON, Ed25519 signatures over it, events hashed, redacted and
//! signed as their room version prescribes, and requests between servers signed by their origin. Pure: whose
//! keys are believed, and what is signed, is decided elsewhere.
//!
//! Section numbers are those of the Matrix specification, v1.18: appendices and server-server API.

pub mod canonical;
pub mod event;
pub mod key;
pub mod published;
pub mod request;
pub mod resolve;
pub mod version;
