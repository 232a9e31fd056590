// SPDX-License-Identifier: Apache-2.0
//! How an OpenID provider is spoken to.

use serde::{Deserialize, Serialize};

use super::Sealed;
use super::fault::Checks;
use crate::Set;

/// An OpenID provider of which we are a client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    /// Its issuer, byte for byte as its tokens have it.
    pub issuer: String,
    /// Where it is found; absent, it says so itself below its issuer (OpenID Connect Discovery).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<Endpoints>,
    /// Who we are there.
    pub client_id: String,
    /// How we prove it.
    #[serde(default)]
    pub authentication: ClientAuthentication,
    /// With what we prove it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Sealed>,
    /// What we ask for; `openid` is always among it.
    #[serde(default = "scopes")]
    pub scopes: Set<String>,
    /// Signatures that are taken.
    #[serde(default = "algorithms")]
    pub algorithms: Set<String>,
    /// Its userinfo endpoint is asked too.
    #[serde(default)]
    pub userinfo: bool,
    /// Its answers must name it (RFC 9207), whether or not it says that they do.
    #[serde(default)]
    pub response_issuer: bool,
    /// It may end sessions that came from it (OpenID Connect Back-Channel Logout).
    #[serde(default = "crate::entity::yes")]
    pub logout: bool,
    /// Its ID token is kept, sealed, while the session lasts: it is sent along when she signs out there. Else it is
    /// dropped as soon as it is read.
    #[serde(default)]
    pub keep_id_token: bool,
    /// The authorities to which its TLS certificate leads, PEM; absent, the system's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorities: Option<String>,
    /// By how many seconds its clock may differ.
    #[serde(default = "a_minute")]
    pub skew_seconds: u16,
}

/// Where a provider is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoints {
    /// Where browsers are sent.
    pub authorization: String,
    /// Where codes are redeemed.
    pub token: String,
    /// Where its keys are.
    pub jwks: String,
    /// Where more is said of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub userinfo: Option<String>,
    /// Where its sessions are ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_session: Option<String>,
}

/// How we prove ourselves at a token endpoint (OpenID Connect Core, section 9).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// By a secret, in the header.
    #[default]
    ClientSecretBasic,
    /// By a secret, in the form.
    ClientSecretPost,
    /// Not at all.
    None,
    /// By a signature of our own keys.
    PrivateKeyJwt,
}

impl ClientAuthentication {
    /// Whether it takes a secret.
    pub fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }
}

/// Signatures by public keys that are strong enough, and that can be verified here (ES512 cannot).
const ALGORITHMS: [&str; 9] = [
    "ES256", "ES384", "EdDSA", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512",
];

impl Oidc {
    pub(super) fn check(&self, at: &Checks<'_>) {
        at.member("issuer").origin(&self.issuer);
        at.member("client_id").text(&self.client_id);
        if let Some(found) = &self.endpoints {
            let at = at.member("endpoints");
            at.member("authorization").address(&found.authorization);
            at.member("token").address(&found.token);
            at.member("jwks").address(&found.jwks);
            for (name, address) in [("userinfo", &found.userinfo), ("end_session", &found.end_session)] {
                if let Some(address) = address {
                    at.member(name).address(address);
                }
            }
            if self.userinfo && found.userinfo.is_none() {
                at.member("userinfo")
                    .fault("`userinfo` is asked for: give its address");
            }
        }
        match (self.authentication.has_secret(), &self.secret) {
            (true, None) => at.member("secret").fault(
                "is missing: `authentication` needs one (give it anew when `issuer`, `client_id`, `endpoints` or \
                 `authorities` change)",
            ),
            (false, Some(_)) => at.member("secret").fault("is given, and `authentication` takes none"),
            _ => {}
        }
        at.member("scopes").texts(&self.scopes, 32);
        if !self.scopes.contains("openid") {
            at.member("scopes").fault("`openid` is missing");
        }
        if self.algorithms.is_empty() {
            at.member("algorithms").fault("at least one is needed");
        }
        for algorithm in &self.algorithms {
            if !ALGORITHMS.contains(&algorithm.as_str()) {
                at.member("algorithms")
                    .fault(format_args!("`{algorithm}` is none of {}", ALGORITHMS.join(", ")));
            }
        }
        at.member("authorities").authorities(self.authorities.as_deref());
        at.member("skew_seconds").skew(self.skew_seconds);
    }
}

fn scopes() -> Set<String> {
    ["openid", "profile", "email"]
        .map(String::from)
        .into_iter()
        .collect()
}

fn algorithms() -> Set<String> {
    ["ES256", "PS256", "RS256"]
        .map(String::from)
        .into_iter()
        .collect()
}

pub(super) fn a_minute() -> u16 {
    60
}
