// SPDX-License-Identifier: Apache-2.0
//! Clients: who may send people to us, where to, and how they prove themselves.

use std::collections::{BTreeMap, BTreeSet};

use countersign_directory::id::{AgencyId, MissionId, ServerId};
use countersign_directory::{Person, Role};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::discovery::{RESTRICTED, SCOPES};
use super::keys::Algorithm;
use crate::assurance::Level;
use crate::saml::idp::ServiceProvider;
use crate::secret::{Secret, sha256};

/// A grant that a client may use.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// People sign in (RFC 6749, section 4.1).
    AuthorizationCode,
    /// The client acts for itself (RFC 6749, section 4.4).
    ClientCredentials,
    /// The client gets new tokens for as long as the session lasts (RFC 6749, section 6).
    RefreshToken,
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

/// How a client proves itself (the names of the OAuth registry).
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// Its secret in the `Authorization` header.
    ClientSecretBasic,
    /// Its secret in the form.
    ClientSecretPost,
    /// Not at all: a public client.
    None,
    /// A signed assertion, by a key of its `jwks` (RFC 7523, section 2.2).
    PrivateKeyJwt,
    /// A TLS certificate whose hash is in `tls_certificates` (RFC 8705, section 2.2).
    SelfSignedTlsClientAuth,
    /// A TLS certificate of a trusted authority that names `tls_dns_name` (RFC 8705, section 2.1).
    TlsClientAuth,
}

/// To whom a client's signed assertions are addressed.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AssertionAudience {
    /// The issuer.
    #[default]
    Issuer,
    /// The token endpoint, as OpenID Connect Core once advised: for libraries that know nothing else.
    TokenEndpoint,
}

/// What becomes of a refresh token that is presented again.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshReuse {
    /// The reply may have been lost: while neither half of the next pair was used, it is replaced.
    #[default]
    LostReply,
    /// Any second use ends the chain.
    Never,
}

/// What a client's people are called towards it.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// A name of the client's own for each person.
    Pairwise,
    /// One name for each person, the same at every public client.
    #[default]
    Public,
}

/// Whether people are asked before a client learns about them.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Each person is asked once.
    Ask,
    /// An administrator answered for them.
    #[default]
    Given,
}

/// Who may sign in to a client: whoever fits every line that says something.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Admits {
    /// Of one of these agencies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agencies: Option<BTreeSet<AgencyId>>,
    /// On one of these missions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missions: Option<BTreeSet<MissionId>>,
    /// In one of these offices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<BTreeSet<Role>>,
}

impl Admits {
    /// Whether `person` may sign in.
    pub fn person(&self, person: &Person) -> bool {
        let agency = |wanted: &BTreeSet<AgencyId>| {
            person
                .agency
                .as_ref()
                .is_some_and(|agency| wanted.contains(agency))
        };
        let mission =
            |wanted: &BTreeSet<MissionId>| person.missions.iter().any(|mission| wanted.contains(mission));
        let role = |wanted: &BTreeSet<Role>| person.roles.iter().any(|role| wanted.contains(role));
        self.agencies.as_ref().is_none_or(agency)
            && self.missions.as_ref().is_none_or(mission)
            && self.roles.as_ref().is_none_or(role)
    }
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
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// The least level of a sign-in for it, whatever a request says.
    #[serde(default = "weakest")]
    pub level: Level,
    /// The greatest age of a sign-in for it in seconds, whatever a request says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age: Option<i64>,
    /// Its own words for levels, beside the standard ones: `{"loa-3": "aal2"}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub acr_values: BTreeMap<String, Level>,
    /// Who may sign in to it; absent, everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admits: Option<Admits>,
    /// Whether it must use PKCE; a public client always must.
    #[serde(default)]
    pub pkce: Pkce,
    /// Whether its requests must be pushed (RFC 9126).
    #[serde(default)]
    pub require_pushed_authorization_requests: bool,
    /// How its ID tokens are signed.
    #[serde(default)]
    pub id_token_algorithm: Algorithm,
    /// How it proves itself; absent, with its secret, in either place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<AuthMethod>,
    /// Its public keys (RFC 7517), for `private_key_jwt`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<serde_json::Value>,
    /// To whom its assertions are addressed.
    #[serde(default)]
    pub assertion_audience: AssertionAudience,
    /// SHA-256 of its certificates, base64url (`x5t#S256`), for `self_signed_tls_client_auth`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tls_certificates: BTreeSet<String>,
    /// The DNS name in its certificate, for `tls_client_auth`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_dns_name: Option<String>,
    /// Whether its access tokens are worth something only beside its certificate (RFC 8705, section 3).
    #[serde(default)]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// What becomes of a refresh token that is presented again.
    #[serde(default)]
    pub refresh_reuse: RefreshReuse,
    /// What its people are called towards it.
    #[serde(default)]
    pub subject_type: SubjectType,
    /// The scopes that it may ask for; absent, all that are known but the restricted ones. What a service provider
    /// is told is listed by itself, and only cut down by these.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<BTreeSet<String>>,
    /// The clients, besides itself, about whose access tokens it may ask (RFC 7662): those of people's programs,
    /// where it guards what they come to. Whom a token is of is then no secret from it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub introspects: BTreeSet<String>,
    /// Whether it is a system that manages devices and may report how it found them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reports_posture: bool,
    /// Whether people are asked first.
    #[serde(default)]
    pub consent: Consent,
    /// The connected server that it belongs to.
    #[serde(default)]
    pub server: Option<ServerId>,
    /// The service provider that it is, where it speaks SAML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub saml: Option<ServiceProvider>,
}

impl ClientRecord {
    /// A client of which nothing else is said.
    pub fn new(id: impl Into<String>, name: impl Into<String>, grants: Vec<Grant>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            backchannel_logout_uri: None,
            grants,
            level: weakest(),
            max_age: None,
            acr_values: BTreeMap::new(),
            admits: None,
            pkce: Pkce::default(),
            require_pushed_authorization_requests: false,
            id_token_algorithm: Algorithm::default(),
            token_endpoint_auth_method: None,
            jwks: None,
            assertion_audience: AssertionAudience::default(),
            tls_certificates: BTreeSet::new(),
            tls_dns_name: None,
            tls_client_certificate_bound_access_tokens: false,
            refresh_reuse: RefreshReuse::default(),
            subject_type: SubjectType::default(),
            scopes: None,
            introspects: BTreeSet::new(),
            reports_posture: false,
            consent: Consent::default(),
            server: None,
            saml: None,
        }
    }

    /// What is wrong with it, a line each; empty when it can be filed.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.id.is_empty() || self.id.len() > 255 || !self.id.bytes().all(|b| b.is_ascii_graphic()) {
            faults.push("`id` must be 1 to 255 visible ASCII characters".to_owned());
        }
        for address in self.redirect_uris.iter().chain(&self.post_logout_redirect_uris) {
            if !is_address(address) {
                faults.push(format!(
                    "`{address}` must be https, or http on a loopback address, without user, backslash or fragment"
                ));
            }
        }
        if self.may_sign_in() && self.redirect_uris.is_empty() {
            faults.push("`redirect_uris` is empty, yet people are to sign in".to_owned());
        }
        if self.grants.is_empty() && self.saml.is_none() {
            faults.push(
                "`grants` is empty, and it is no service provider either: it could do nothing".to_owned(),
            );
        }
        faults.extend(self.saml.iter().flat_map(|provider| provider.faults(is_address)));
        for scope in self.scopes.iter().flatten() {
            if !SCOPES.contains(&scope.as_str()) {
                faults.push(format!("`scopes`: `{scope}` is none of {}", SCOPES.join(", ")));
            }
        }
        if !self.introspects.is_empty() && self.token_endpoint_auth_method == Some(AuthMethod::None) {
            faults.push(
                "a client that proves nothing cannot ask about tokens: `introspects` must be empty"
                    .to_owned(),
            );
        }
        if self.reports_posture && !self.grants.contains(&Grant::ClientCredentials) {
            faults.push("`reports_posture` needs the grant `client_credentials`".to_owned());
        }
        let missing = match self.token_endpoint_auth_method {
            Some(AuthMethod::PrivateKeyJwt) if !self.has_keys() => {
                "`jwks` must hold public keys for `private_key_jwt`"
            }
            Some(AuthMethod::SelfSignedTlsClientAuth) if self.tls_certificates.is_empty() => {
                "`tls_certificates` must hold a hash for `self_signed_tls_client_auth`"
            }
            Some(AuthMethod::TlsClientAuth) if self.tls_dns_name.is_none() => {
                "`tls_dns_name` must be set for `tls_client_auth`"
            }
            Some(AuthMethod::None) if self.grants.contains(&Grant::ClientCredentials) => {
                "a client that proves nothing cannot act for itself"
            }
            _ => return faults,
        };
        faults.push(missing.to_owned());
        faults
    }

    /// Whether it proves itself with a secret.
    pub fn has_secret(&self) -> bool {
        // A service provider alone calls nothing.
        let only_saml = self.saml.is_some() && self.grants.is_empty();
        !only_saml
            && matches!(
                self.token_endpoint_auth_method,
                None | Some(AuthMethod::ClientSecretBasic | AuthMethod::ClientSecretPost)
            )
    }

    fn may_sign_in(&self) -> bool {
        self.grants.contains(&Grant::AuthorizationCode)
    }

    fn has_keys(&self) -> bool {
        let keys = self.jwks.as_ref().and_then(|jwks| jwks.get("keys")?.as_array());
        keys.is_some_and(|keys| {
            let is_public = |key: &serde_json::Value| key.get("kty").is_some() && key.get("d").is_none();
            !keys.is_empty() && keys.iter().all(is_public)
        })
    }

    /// The level that one of its words, or a standard one, asks for.
    pub fn level_of(&self, acr: &str) -> Option<Level> {
        self.acr_values.get(acr).copied().or_else(|| Level::from_acr(acr))
    }

    /// What it is told of a sign-in at `reached`: the strongest of the values that it asked for and that
    /// was reached; else its own word for it; else ours. Never more than was reached.
    pub fn acr_for(&self, asked: &[String], reached: Level) -> String {
        let known = |acr: &String| Some((self.level_of(acr)?, acr.clone()));
        let asked = asked
            .iter()
            .filter_map(known)
            .filter(|(level, _)| *level <= reached)
            .max_by_key(|(level, _)| *level);
        let own = || {
            self.acr_values
                .iter()
                .find(|(_, level)| **level == reached)
                .map(|(acr, _)| acr.clone())
        };
        asked
            .map(|(_, acr)| acr)
            .or_else(own)
            .unwrap_or_else(|| reached.acr().to_owned())
    }

    /// Whether it may ask about the tokens of `client`.
    pub fn may_introspect(&self, client: &str) -> bool {
        self.id == client || self.introspects.contains(client)
    }

    /// Whether it may ask for `scope`: what its record lists, or, without a list, what anybody may.
    pub fn may_ask_for(&self, scope: &str) -> bool {
        match &self.scopes {
            Some(listed) => listed.contains(scope),
            None => !RESTRICTED.contains(&scope),
        }
    }

    /// Whether its record lets it know what `scope` opens, whatever else has to be so.
    pub fn may_know(&self, scope: &str) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.contains(scope))
    }
}

/// A client as found in the store.
#[derive(Clone)]
pub struct Client {
    /// What is on file about it.
    pub record: ClientRecord,
    /// Hash of its secret; none for a public client, and for one that proves itself without.
    pub secret_hash: Option<Vec<u8>>,
}

impl Client {
    /// Whether it proves itself with nothing.
    pub fn is_public(&self) -> bool {
        match self.record.token_endpoint_auth_method {
            Some(method) => method == AuthMethod::None,
            None => self.secret_hash.is_none(),
        }
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

fn is_address(address: &str) -> bool {
    let Ok(url) = url::Url::parse(address) else {
        return false;
    };
    let is_loopback = matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"));
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback);
    let is_plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    is_safe && is_plain && !address.contains('\\')
}

fn weakest() -> Level {
    Level::Aal1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_that_cannot_work_is_refused_with_every_fault() {
        let mut record = ClientRecord::new("chat", "Chat", vec![Grant::AuthorizationCode]);
        assert_eq!(record.faults().len(), 1);
        record.redirect_uris = vec!["https://chat.example/cb".into(), "http://localhost:1/cb".into()];
        assert!(record.faults().is_empty());
        for wrong in [
            "http://chat.example/cb",
            "https://a@chat.example/",
            "https://chat.example/#x",
            "https://chat.example\\@evil/",
            "chat.example",
        ] {
            record.redirect_uris = vec![wrong.into()];
            assert_eq!(record.faults().len(), 1, "{wrong}");
        }
        record.redirect_uris = vec!["https://chat.example/cb".into()];
        record.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
        assert_eq!(record.faults().len(), 1);
        record.jwks = Some(serde_json::json!({"keys": [{"kty": "OKP", "d": "private"}]}));
        assert_eq!(record.faults().len(), 1, "a private key does not belong here");
        record.jwks = Some(serde_json::json!({"keys": [{"kty": "OKP"}]}));
        assert!(record.faults().is_empty());
    }

    #[test]
    fn a_client_is_told_its_own_words_and_never_more_than_was_reached() {
        let mut record = ClientRecord::new("chat", "Chat", vec![]);
        record.acr_values.insert("loa-2".into(), Level::Aal2);
        let told = |asked: &[&str], reached| {
            let asked: Vec<String> = asked.iter().map(|acr| (*acr).to_owned()).collect();
            record.acr_for(&asked, reached)
        };
        assert_eq!(told(&[], Level::Aal3), "phrh");
        assert_eq!(told(&[], Level::Aal2), "loa-2");
        assert_eq!(
            told(&["phr"], Level::Aal3),
            "phr",
            "what was asked for, by its name"
        );
        assert_eq!(told(&["phr", "phrh"], Level::Aal3), "phrh");
        assert_eq!(told(&["phrh"], Level::Aal2PhishingResistant), "phr");
        assert_eq!(told(&["unheard-of"], Level::Aal1), "urn:x:aal:1");
        assert_eq!(record.level_of("loa-2"), Some(Level::Aal2));
    }
}
