// SPDX-License-Identifier: Apache-2.0
//! The binding by form (SAML bindings, section 3.5): a message in base64 in a hidden field.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Refused;
use super::certificate::decoded;
use super::gate::{Gated, Limits};
use super::redirect::Carrier;

/// Reads the field of a form.
pub fn read(field: &str) -> Result<Gated, Refused> {
    Gated::admit(&decoded(field, Limits::MESSAGE.bytes)?, &Limits::MESSAGE)
}

/// What a page posts for us.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Form {
    /// Where to.
    pub destination: String,
    /// The name of the field that carries the message.
    pub carrier: &'static str,
    /// The message, in base64.
    pub message: String,
    /// The state that goes with it.
    pub relay_state: Option<String>,
}

impl Form {
    /// A form that carries `message`.
    pub fn new(destination: &str, carrier: Carrier, message: &str, relay_state: Option<&str>) -> Self {
        Self {
            destination: destination.to_owned(),
            carrier: carrier.name(),
            message: STANDARD.encode(message),
            relay_state: relay_state.map(str::to_owned),
        }
    }
}
