// SPDX-License-Identifier: Apache-2.0
//! Clients: who may send people to us, and where to.

use countersign_directory::id::ServerId;
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::keys::Algorithm;
use crate::assurance::Level;
use crate::secret::{Secret, sha256};

/// A grant that a client may use.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// People sign in (RFC 6749, section 4.1).
    AuthorizationCode,
    /// The client acts for itself (RFC 6749, section 4.4).
    ClientCredentials,
}

/// Whether a client must send a PKCE challenge.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Pkce {
    /// It must; the rule.
    #[default]
    Required,
    /// An old confidential client that cannot. Shown to administrators and put on record.
    Exempt,
}

/// What is on file about a client.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ClientRecord {
    /// Its `client_id`.
    pub id: String,
    /// What people read on pages.
    pub name: String,
    /// Where people may be sent back to, compared byte by byte.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Where people may be sent after signing out, compared byte by byte.
    #[serde(default)]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it hears that a session is over.
    #[serde(default)]
    pub backchannel_logout_uri: Option<url::Url>,
    /// What it may ask for.
    pub grants: Vec<Grant>,
    /// The least level of a sign-in for it, whatever a request says.
    #[serde(default = "weakest")]
    pub level: Level,
    /// Whether it must use PKCE; a public client always must.
    #[serde(default)]
    pub pkce: Pkce,
    /// How its ID tokens are signed.
    #[serde(default)]
    pub id_token_algorithm: Algorithm,
    /// The connected server that it belongs to.
    #[serde(default)]
    pub server: Option<ServerId>,
}

/// A client as found in the store.
#[derive(Clone)]
pub struct Client {
    /// What is on file about it.
    pub record: ClientRecord,
    /// Hash of its secret; none for a public client.
    pub secret_hash: Option<Vec<u8>>,
}

impl Client {
    /// Whether it has no secret.
    pub fn is_public(&self) -> bool {
        self.secret_hash.is_none()
    }

    /// Whether it may use `grant`.
    pub fn may(&self, grant: Grant) -> bool {
        self.record.grants.contains(&grant)
    }

    /// Whether `secret` is its secret, in constant time. Never for a public client.
    pub fn knows(&self, secret: &str) -> bool {
        let hash = sha256(secret.as_bytes());
        self.secret_hash
            .as_ref()
            .is_some_and(|stored| stored.ct_eq(&hash).into())
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("record", &self.record)
            .field("is_public", &self.is_public())
            .finish_non_exhaustive()
    }
}

/// A new client secret and the hash to store.
pub fn new_secret(rng: &mut impl CryptoRng) -> (Secret, Vec<u8>) {
    let secret = Secret::generate(rng);
    let hash = secret.hash();
    (secret, hash)
}

fn weakest() -> Level {
    Level::Aal1
}
