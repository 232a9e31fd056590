// SPDX-License-Identifier: Apache-2.0
//! `/api/v1/clients` and `/api/v1/saml/services`: the applications that people sign in to. A service provider
//! of SAML is an application like the others, and registered by its metadata. What may widen waits
//! for a second person; what only narrows, and taking one away, hold at once.

pub mod list;
pub mod metadata;
pub mod records;
pub mod services;
pub mod shown;
