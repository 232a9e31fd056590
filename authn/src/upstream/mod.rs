// SPDX-License-Identifier: Apache-2.0
//! Signing in through somebody else: identity providers and directories of agencies. Each protocol
//! ends in one [`Claimed`], and from there all take the same way: mapping, linking ([`link`]), what its
//! word is worth ([`assurance`]), the sign-in's step ([`crate::flow::give_source`]), session. A protocol
//! that sends the browser away keeps what it has to find again in a [`trip`].

pub mod assurance;
pub mod link;
pub mod logout;
pub mod oidc;
pub mod saml;
pub mod trip;

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use countersign_directory::source::Attributes;

/// Whom a source says is here, after every check of its protocol and before mapping and linking.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Claimed {
    /// The source that was asked.
    pub source: SourceId,
    /// The issuer as the protocol names it: the `iss` of OpenID Connect, the entity id of SAML, the
    /// source's own id for a directory.
    pub issuer: String,
    /// The subject within the issuer, immutable: `sub`, a persistent name id, an entry's UUID.
    pub subject: String,
    /// What it said of her.
    pub attributes: Attributes,
    /// How she was authenticated, in the source's own words: `acr` or AuthnContextClassRef.
    pub context: Option<String>,
    /// The evidence in the source's own words: `amr`. Believed only where the source is trusted for it.
    pub methods: Vec<String>,
    /// When she proved herself there, where the source says so.
    pub authenticated_at: Option<DateTime<Utc>>,
    /// Until when the source wants the session to last, at most.
    pub session_until: Option<DateTime<Utc>>,
    /// The source's own name of the session (`sid`, SessionIndex), for a logout that comes from there.
    pub session: Option<String>,
    /// Its ID token, sealed, where it is kept for a logout there.
    pub id_token: Option<Vec<u8>>,
}
