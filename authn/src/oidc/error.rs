// SPDX-License-Identifier: Apache-2.0
//! Errors by the names that the standards give them (RFC 6749, sections 4.1.2.1 and 5.2; OpenID
//! Connect Core, section 3.1.2.6; RFC 8707 and the acr draft for the last one).

/// A registered error code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Code {
    /// The request may not be made at all.
    AccessDenied,
    /// The person would have to be asked and `prompt=none` forbids it.
    ConsentRequired,
    /// The client is unknown or did not prove itself.
    InvalidClient,
    /// The code is wrong, expired, used, or another's.
    InvalidGrant,
    /// A parameter is missing, repeated or malformed.
    InvalidRequest,
    /// The scope is unknown or not allowed.
    InvalidScope,
    /// A sign-in is needed and `prompt=none` forbids to ask.
    InteractionRequired,
    /// Nobody is signed in and `prompt=none` forbids to ask.
    LoginRequired,
    /// Request objects are not taken by value.
    RequestNotSupported,
    /// Request objects are not taken by reference.
    RequestUriNotSupported,
    /// The server cannot answer now.
    TemporarilyUnavailable,
    /// This client may not use this flow.
    UnauthorizedClient,
    /// The assurance asked for cannot be reached.
    UnmetAuthenticationRequirements,
    /// No such grant.
    UnsupportedGrantType,
    /// No such response type.
    UnsupportedResponseType,
}

impl Code {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessDenied => "access_denied",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::InvalidRequest => "invalid_request",
            Self::InvalidScope => "invalid_scope",
            Self::LoginRequired => "login_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnmetAuthenticationRequirements => "unmet_authentication_requirements",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::UnsupportedResponseType => "unsupported_response_type",
        }
    }
}

/// An error as a client may read it.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{}: {description}", code.as_str())]
pub struct Error {
    /// The registered code.
    pub code: Code,
    /// What to do about it, without secrets and without the caller's own bytes.
    pub description: &'static str,
}

impl Error {
    /// An error.
    pub fn new(code: Code, description: &'static str) -> Self {
        Self { code, description }
    }
}
