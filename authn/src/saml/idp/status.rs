// SPDX-License-Identifier: Apache-2.0
//! What becomes of a request, in the words of SAML core, section 3.2.2.2.

use crate::saml::write::{Element, Space};

/// A status other than success.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Status {
    /// It was not signed, or is not one of ours to answer.
    RequestDenied,
    /// Nobody could be, or let herself be, signed in.
    AuthnFailed,
    /// The name that was asked for cannot be given.
    InvalidNameIdPolicy,
    /// The assurance that was asked for cannot be had.
    NoAuthnContext,
    /// Nothing may be shown, and something would have to be.
    NoPassive,
    /// Some applications may still be open.
    PartialLogout,
    /// Nobody of that name, or no session of hers, is known at that service provider.
    UnknownPrincipal,
    /// What is asked for is not done here.
    RequestUnsupported,
}

impl Status {
    /// Whose fault it is: the first-level code.
    fn first(self) -> &'static str {
        match self {
            Self::InvalidNameIdPolicy
            | Self::RequestDenied
            | Self::RequestUnsupported
            | Self::UnknownPrincipal => "urn:oasis:names:tc:SAML:2.0:status:Requester",
            Self::AuthnFailed | Self::NoAuthnContext | Self::NoPassive => {
                "urn:oasis:names:tc:SAML:2.0:status:Responder"
            }
            // The session authority did what it could (SAML profiles, section 4.4.3.5).
            Self::PartialLogout => SUCCESS,
        }
    }

    /// The second-level code.
    pub fn code(self) -> &'static str {
        match self {
            Self::AuthnFailed => "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed",
            Self::InvalidNameIdPolicy => "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy",
            Self::NoAuthnContext => "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext",
            Self::NoPassive => "urn:oasis:names:tc:SAML:2.0:status:NoPassive",
            Self::PartialLogout => "urn:oasis:names:tc:SAML:2.0:status:PartialLogout",
            Self::RequestDenied => "urn:oasis:names:tc:SAML:2.0:status:RequestDenied",
            Self::RequestUnsupported => "urn:oasis:names:tc:SAML:2.0:status:RequestUnsupported",
            Self::UnknownPrincipal => "urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal",
        }
    }
}

/// Success.
pub const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";

/// A `samlp:Status`.
pub(super) fn element(status: Option<Status>, message: Option<&str>) -> Element {
    let code = |value: &str| Element::new(Space::Samlp, "StatusCode").with("Value", value);
    let codes = match status {
        None => code(SUCCESS),
        Some(status) => code(status.first()).child(code(status.code())),
    };
    let told = message.map(|message| Element::new(Space::Samlp, "StatusMessage").text(message));
    Element::new(Space::Samlp, "Status").child(codes).children(told)
}
