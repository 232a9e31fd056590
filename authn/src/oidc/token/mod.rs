// SPDX-License-Identifier: Apache-2.0
//! The token endpoint (RFC 6749, section 3.2): who is asking, and which grant.

pub mod assertion;
pub mod authorization_code;
pub mod client_auth;
pub mod client_credentials;
pub mod issue;
pub mod refresh;
pub mod revoke;
pub mod tls_certificate;

use serde::Serialize;

use super::client::Client;
use super::parameters::Parameters;

/// What a client that has authenticated sends here.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The client.
    pub client: &'a Client,
    /// Its form.
    pub form: &'a Parameters,
    /// The hash of the certificate that its connection showed.
    pub certificate: Option<&'a str>,
}

/// A token answer (RFC 6749, section 5.1; OpenID Connect Core, section 3.1.3.3).
#[derive(Clone, Serialize)]
pub struct Tokens {
    /// The access token.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// How long it lasts, in seconds.
    pub expires_in: i64,
    /// What it may be used for.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// Who signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    /// What gets the next pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
}

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tokens")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

/// Whether a token is bound to the client's certificate (RFC 8705, section 3).
pub(crate) struct Binding;

impl Binding {
    /// The certificate's hash, for a client whose tokens are bound to it.
    pub(crate) fn of(client: &Client, certificate: Option<&str>) -> Option<String> {
        certificate
            .filter(|_| client.record.tls_client_certificate_bound_access_tokens)
            .map(str::to_owned)
    }
}
