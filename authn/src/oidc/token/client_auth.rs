// SPDX-License-Identifier: Apache-2.0
//! Who is asking: a secret in the header or the form, a signed assertion, a TLS certificate, or nothing for
//! a public client (RFC 6749, section 2.3; OpenID Connect Core, section 9; RFC 8705). One way at a time,
//! and the one that is on file.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::assertion;
use crate::oidc::client::{AuthMethod, Client};
use crate::oidc::error::{Code, Error};
use crate::oidc::parameters::Parameters;
use crate::store::{StoreError, assertions, clients};

/// The ways that discovery names.
pub const METHODS: [&str; 6] = [
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
    "self_signed_tls_client_auth",
    "tls_client_auth",
    "none",
];

/// The certificate that a caller's connection proved to hold.
#[derive(Clone, Copy)]
pub struct Certificate<'a> {
    /// Its SHA-256, base64url.
    pub thumbprint: &'a str,
    /// Whether this moment lies within its validity.
    pub is_in_force: bool,
    /// Whether an authority that this deployment trusts says that it is for a DNS name, now.
    pub names: &'a (dyn Fn(&str) -> bool + Send + Sync),
}

impl std::fmt::Debug for Certificate<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificate")
            .field("thumbprint", &self.thumbprint)
            .finish_non_exhaustive()
    }
}

/// What a request shows besides its form.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shown<'a> {
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The certificate of the connection.
    pub certificate: Option<Certificate<'a>>,
}

/// The client that proved itself. An assertion is used up by it.
pub async fn authenticate(
    shown: Shown<'_>,
    form: &Parameters,
    issuer: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Result<Client, Error>, StoreError> {
    let presented = match presented(shown.authorization, form) {
        Ok(presented) => presented,
        Err(error) => return Ok(Err(error)),
    };
    let Some(client) = clients::by_id(&presented.id, db).await? else {
        return Ok(Err(unproven()));
    };
    let is_proven = match &presented.proof {
        Proof::Secret(way, secret) => takes_secret(&client, *way) && client.knows(secret),
        Proof::Assertion(text) => asserted(&client, text, issuer, now, db).await?,
        Proof::Nothing => client.is_public() || is_certified(&client, shown.certificate),
    };
    Ok(if is_proven { Ok(client) } else { Err(unproven()) })
}

struct Presented {
    id: String,
    proof: Proof,
}

enum Proof {
    Assertion(String),
    Nothing,
    Secret(AuthMethod, String),
}

fn takes_secret(client: &Client, way: AuthMethod) -> bool {
    client
        .record
        .token_endpoint_auth_method
        .is_none_or(|method| method == way)
}

async fn asserted(
    client: &Client,
    text: &str,
    issuer: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    if client.record.token_endpoint_auth_method != Some(AuthMethod::PrivateKeyJwt) {
        return Ok(false);
    }
    match assertion::read(text, &client.record, issuer, now) {
        Some(read) => assertions::use_up(&client.record.id, &read.jti_hash, read.expires_at, db).await,
        None => Ok(false),
    }
}

/// RFC 8705, sections 2.1 and 2.2.
fn is_certified(client: &Client, certificate: Option<Certificate<'_>>) -> bool {
    let Some(certificate) = certificate else {
        return false;
    };
    let record = &client.record;
    match record.token_endpoint_auth_method {
        // Nobody else says when a pinned certificate has ended: it does itself.
        Some(AuthMethod::SelfSignedTlsClientAuth) => {
            certificate.is_in_force && record.tls_certificates.contains(certificate.thumbprint)
        }
        Some(AuthMethod::TlsClientAuth) => record
            .tls_dns_name
            .as_deref()
            .is_some_and(|name| (certificate.names)(name)),
        _ => false,
    }
}

fn presented(authorization: Option<&str>, form: &Parameters) -> Result<Presented, Error> {
    let wrong = |description| Err(Error::new(Code::InvalidRequest, description));
    if form.is_repeated() {
        return wrong("a parameter is there twice");
    }
    let (secret, assertion) = (form.one("client_secret"), form.one("client_assertion"));
    let ways = [authorization.is_some(), secret.is_some(), assertion.is_some()];
    if ways.into_iter().filter(|is_used| *is_used).count() > 1 {
        return wrong("the client authenticates in two ways");
    }
    let presented = if let Some(authorization) = authorization {
        basic(authorization).ok_or_else(unproven)?
    } else if let Some(assertion) = assertion {
        if form.one("client_assertion_type") != Some(assertion::KIND) {
            return wrong("client_assertion_type is not known here");
        }
        Presented {
            id: assertion::named(assertion).ok_or_else(unproven)?,
            proof: Proof::Assertion(assertion.to_owned()),
        }
    } else {
        let secret = secret.map(|secret| Proof::Secret(AuthMethod::ClientSecretPost, secret.to_owned()));
        Presented {
            id: form.one("client_id").ok_or_else(unproven)?.to_owned(),
            proof: secret.unwrap_or(Proof::Nothing),
        }
    };
    if form.one("client_id").is_some_and(|id| id != presented.id) {
        return wrong("client_id is not the client that authenticates");
    }
    Ok(presented)
}

/// RFC 6749, section 2.3.1: both halves are form-encoded before they are joined.
fn basic(authorization: &str) -> Option<Presented> {
    let (scheme, value) = authorization.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some(Presented {
        id: form_decoded(id),
        proof: Proof::Secret(AuthMethod::ClientSecretBasic, form_decoded(secret)),
    })
}

fn form_decoded(text: &str) -> String {
    // One value without `&` or `=`: the parser sees it as a name.
    let escaped = text.replace('&', "%26").replace('=', "%3D");
    url::form_urlencoded::parse(escaped.as_bytes())
        .map(|(name, _)| name.into_owned())
        .collect()
}

fn unproven() -> Error {
    Error::new(
        Code::InvalidClient,
        "the client is unknown or did not prove itself",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oidc::client::{ClientRecord, Grant};

    #[test]
    fn basic_credentials_are_form_decoded() {
        let header = format!("Basic {}", STANDARD.encode("a%3Ab:p%2Bq%26r=s+t"));
        let presented = basic(&header).unwrap();
        assert_eq!(presented.id, "a:b");
        assert!(matches!(presented.proof, Proof::Secret(_, secret) if secret == "p+q&r=s t"));
    }

    #[test]
    fn two_ways_at_a_time_are_refused() {
        let header = format!("Basic {}", STANDARD.encode("a:b"));
        let is_refused = |header, form| presented(header, &Parameters::read(form)).is_err();
        assert!(is_refused(Some(header.as_str()), "client_secret=b"));
        assert!(is_refused(Some(header.as_str()), "client_assertion=b"));
        assert!(is_refused(None, "client_id=a&client_secret=b&client_assertion=c"));
        assert!(is_refused(Some(header.as_str()), "client_id=c"));
        assert!(is_refused(Some("Bearer x"), "client_id=a"));
        assert!(is_refused(None, "client_id=a&client_assertion=c"));
        assert!(!is_refused(Some(header.as_str()), "client_id=a"));
    }

    #[test]
    fn a_certificate_counts_only_for_the_client_whose_record_names_it() {
        let mut client = Client {
            record: ClientRecord::new("chat", "Chat", vec![Grant::ClientCredentials]),
            secret_hash: None,
        };
        let names = |name: &str| name == "chat.example";
        let shown = |thumbprint| {
            Some(Certificate {
                thumbprint,
                is_in_force: true,
                names: &names,
            })
        };
        assert!(!is_certified(&client, shown("a")));
        client.record.tls_certificates.insert("a".into());
        client.record.token_endpoint_auth_method = Some(AuthMethod::SelfSignedTlsClientAuth);
        assert!(!client.is_public(), "it must prove itself");
        assert!(is_certified(&client, shown("a")));
        assert!(!is_certified(&client, shown("b")));
        assert!(!is_certified(&client, None));
        let ended = shown("a").map(|one| Certificate {
            is_in_force: false,
            ..one
        });
        assert!(!is_certified(&client, ended));
        client.record.token_endpoint_auth_method = Some(AuthMethod::TlsClientAuth);
        assert!(!is_certified(&client, shown("a")));
        client.record.tls_dns_name = Some("other.example".into());
        assert!(!is_certified(&client, shown("a")));
        client.record.tls_dns_name = Some("chat.example".into());
        assert!(is_certified(&client, shown("b")));
    }
}
