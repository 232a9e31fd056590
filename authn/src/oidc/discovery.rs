// SPDX-License-Identifier: Apache-2.0
//! The discovery document (OpenID Connect Discovery, section 3; RFC 8414; RFC 9207, section 3; RFC 9126,
//! section 5; RFC 8705, section 5).

use serde_json::{Value, json};

use super::keys::Algorithm;
use super::token::assertion;
use super::token::client_auth::METHODS;
use crate::assurance::ACR_VALUES;

/// The scopes that we know. The last two, [RESTRICTED], are ours.
pub const SCOPES: [&str; 5] = ["openid", "profile", "email", "affiliation", "clearance"];

/// The scopes that a client may ask for only where its record lists them.
pub const RESTRICTED: [&str; 2] = ["affiliation", "clearance"];

/// What `/.well-known/openid-configuration` says. The issuer is used byte by byte. `by_certificate` is
/// the address under which clients may show a certificate, if there is one.
pub fn document(issuer: &str, by_certificate: Option<&str>) -> Value {
    let at = |path: &str| format!("{issuer}{path}");
    let confidential: Vec<&str> = METHODS.into_iter().filter(|method| *method != "none").collect();
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": at("/oauth2/authorize"),
        "token_endpoint": at("/oauth2/token"),
        "userinfo_endpoint": at("/oauth2/userinfo"),
        "jwks_uri": at("/oauth2/jwks"),
        "introspection_endpoint": at("/oauth2/introspect"),
        "revocation_endpoint": at("/oauth2/revoke"),
        "pushed_authorization_request_endpoint": at("/oauth2/par"),
        "require_pushed_authorization_requests": false,
        "end_session_endpoint": at("/oauth2/logout"),
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public", "pairwise"],
        "id_token_signing_alg_values_supported": Algorithm::ALL.map(Algorithm::name),
        "token_endpoint_auth_methods_supported": METHODS,
        "token_endpoint_auth_signing_alg_values_supported": assertion::ALGORITHMS,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": assertion::ALGORITHMS,
        "revocation_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_signing_alg_values_supported": assertion::ALGORITHMS,
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": ACR_VALUES,
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "acr", "amr", "sid", "at_hash",
            "preferred_username", "name", "email", "email_verified", "organisation", "groups", "roles",
            "nationality", "clearance", "compartments",
        ],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "claims_parameter_supported": true,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "authorization_response_iss_parameter_supported": true,
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
    });
    if let (Some(address), Value::Object(members)) = (by_certificate, &mut document) {
        let at = |path: &str| format!("{address}{path}");
        let aliases = json!({
            "token_endpoint": at("/oauth2/token"),
            "userinfo_endpoint": at("/oauth2/userinfo"),
            "introspection_endpoint": at("/oauth2/introspect"),
            "revocation_endpoint": at("/oauth2/revoke"),
            "pushed_authorization_request_endpoint": at("/oauth2/par"),
        });
        members.insert("tls_client_certificate_bound_access_tokens".into(), true.into());
        members.insert("mtls_endpoint_aliases".into(), aliases);
    }
    document
}
