// SPDX-License-Identifier: Apache-2.0
//! The authorization request (OpenID Connect Core 1.0, section 3.1.2.1), with what a client asked of us put
//! into the source's own words.

use std::fmt;
use std::time::Duration;

use countersign_directory::source::Oidc;
use openidconnect::core::{CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreJsonWebKeySet};
use openidconnect::{
    AuthUrl, AuthenticationContextClass, ClientId, CsrfToken, IssuerUrl, LanguageTag, LoginHint, Nonce,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use url::Url;

use super::Fault;
use super::endpoints::Endpoints;
use crate::secret::Secret;
use crate::upstream::assurance::Asked;

/// What has to be found again when the browser comes back.
#[derive(Clone, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The issuer that was asked.
    pub issuer: String,
    /// What its ID token must repeat.
    pub nonce: String,
    /// What redeems the code together with it (RFC 7636).
    pub verifier: String,
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("issuer", &self.issuer)
            .finish_non_exhaustive()
    }
}

impl Held {
    /// For one request to `issuer`.
    pub fn new(issuer: &str, rng: &mut impl CryptoRng) -> Self {
        Self {
            issuer: issuer.to_owned(),
            nonce: Secret::generate(rng).expose().to_owned(),
            verifier: Secret::generate(rng).expose().to_owned(),
        }
    }
}

/// What is passed on of the request that led here.
#[derive(Clone, Copy, Debug, Default)]
pub struct PassedOn<'a> {
    /// Who she may be.
    pub login_hint: Option<&'a str>,
    /// Languages that she reads.
    pub ui_locales: Option<&'a str>,
}

/// The address to send the browser to. `state` is the name of the trip.
pub fn prepare(
    oidc: &Oidc,
    endpoints: &Endpoints,
    redirect_uri: &str,
    state: &str,
    held: &Held,
    asked: &Asked,
    passed_on: PassedOn<'_>,
) -> Result<Url, Fault> {
    let unusable = |_| Fault::Unreadable("an address of the record");
    let client = CoreClient::new(
        ClientId::new(oidc.client_id.clone()),
        IssuerUrl::new(oidc.issuer.clone()).map_err(unusable)?,
        CoreJsonWebKeySet::default(),
    )
    .set_auth_uri(AuthUrl::from_url(endpoints.authorization.clone()))
    .set_redirect_uri(RedirectUrl::new(redirect_uri.to_owned()).map_err(unusable)?);
    let verifier = PkceCodeVerifier::new(held.verifier.clone());
    let (state, nonce) = (state.to_owned(), held.nonce.clone());
    let mut request = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(state),
            move || Nonce::new(nonce),
        )
        .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
        .set_max_age(Duration::from_secs(asked.max_age.unsigned_abs()));
    for scope in oidc.scopes.iter().filter(|scope| *scope != "openid") {
        request = request.add_scope(Scope::new(scope.clone()));
    }
    for word in &asked.contexts {
        request = request.add_auth_context_value(AuthenticationContextClass::new(word.clone()));
    }
    if asked.anew {
        request = request.add_prompt(CoreAuthPrompt::Login);
    }
    if let Some(hint) = passed_on.login_hint {
        request = request.set_login_hint(LoginHint::new(hint.to_owned()));
    }
    for language in passed_on
        .ui_locales
        .unwrap_or_default()
        .split_ascii_whitespace()
        .take(8)
    {
        request = request.add_ui_locale(LanguageTag::new(language.to_owned()));
    }
    let (address, _, _) = request.url();
    Ok(address)
}
