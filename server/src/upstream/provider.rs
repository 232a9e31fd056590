// SPDX-License-Identifier: Apache-2.0
//! An OpenID provider as we know it: its addresses and its keys, read anew each hour, when its record
//! changes, and for a key that is not at hand, the last at most twice a minute. One that does not answer is
//! called by one of those who ask, and left alone for some seconds.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use authn::secret::random_id;
use authn::upstream::oidc::endpoints::{Endpoints, discovery_address};
use authn::upstream::oidc::id_token::{self, Expected};
use authn::upstream::oidc::keys::Keys;
use authn::upstream::oidc::request::Held;
use authn::upstream::oidc::token::{self, Proving, Standing, Tokens};
use authn::upstream::oidc::{self, logout_token, userinfo};
use authn::upstream::{Claimed, logout::Ended};
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_directory::SourceId;
use countersign_directory::source::{ClientAuthentication, Oidc, Source, purpose};
use http::{HeaderValue, StatusCode, header};
use reqwest::RequestBuilder;
use secrecy::{ExposeSecret, SecretString};

use super::call::{CallFault, fetch, send};
use crate::app::House;
use crate::http::upstream::start::redirect_uri;
use crate::outbound::{self, OutboundError};

/// How long what a provider says of itself is kept.
const KEPT: TimeDelta = TimeDelta::hours(1);
/// How soon its keys are read again for a key that is not at hand.
const PAUSE: TimeDelta = TimeDelta::seconds(30);

/// How long one that does not answer, or not as it should, is not called again.
const LEFT_ALONE: TimeDelta = TimeDelta::seconds(5);
/// The longest ID token that is kept for a logout, in bytes: it has to fit into an address. Without it she is asked there.
const LONGEST_KEPT: usize = 4_096;

/// A provider.
#[derive(Debug)]
pub struct Provider {
    /// The settings that it was read for.
    pub oidc: Oidc,
    /// Where it is.
    pub endpoints: Endpoints,
    client: reqwest::Client,
    keys: ArcSwap<Keys>,
    keys_read_at: Mutex<DateTime<Utc>>,
    read_at: DateTime<Utc>,
}

/// Why a provider is of no use just now. Its text is for the log.
#[derive(Debug, thiserror::Error)]
pub enum ProviderFault {
    /// It does not answer.
    #[error(transparent)]
    Call(#[from] CallFault),
    /// The authorities of its record cannot be used.
    #[error(transparent)]
    Authorities(#[from] OutboundError),
    /// What it says breaks a rule.
    #[error(transparent)]
    Said(#[from] oidc::Fault),
    /// Our secret for it does not open, or we cannot sign.
    #[error("we cannot prove who we are: {0}")]
    Proof(String),
    /// It is none.
    #[error("the source is no OpenID provider")]
    Kind,
}

/// What the last calls to a provider came to.
#[derive(Debug)]
pub(crate) enum Known {
    /// It answered.
    Provider(Arc<Provider>),
    /// It did not.
    Trouble {
        /// The settings that it was called by.
        oidc: Box<Oidc>,
        /// When.
        at: DateTime<Utc>,
        /// What was wrong.
        why: Why,
    },
}

/// What is wrong with a provider, whoever asks.
#[derive(Clone, Debug)]
pub(crate) enum Why {
    /// It does not answer.
    Call(CallFault),
    /// What it says of itself breaks a rule.
    Said(oidc::Fault),
}

impl From<Why> for ProviderFault {
    fn from(why: Why) -> Self {
        match why {
            Why::Call(fault) => Self::Call(fault),
            Why::Said(fault) => Self::Said(fault),
        }
    }
}

impl From<CallFault> for Why {
    fn from(fault: CallFault) -> Self {
        Self::Call(fault)
    }
}

impl From<oidc::Fault> for Why {
    fn from(fault: oidc::Fault) -> Self {
        Self::Said(fault)
    }
}

impl House {
    /// The provider of a source.
    pub async fn provider(&self, source: &Source) -> Result<Arc<Provider>, ProviderFault> {
        let oidc = source.oidc().ok_or(ProviderFault::Kind)?;
        let slot = self.upstream.providers.of(&source.id);
        let mut slot = slot.lock().await;
        let now = self.now();
        match slot.as_ref() {
            Some(Known::Provider(known)) if known.oidc == *oidc && now - known.read_at < KEPT => {
                return Ok(Arc::clone(known));
            }
            Some(Known::Trouble { oidc: by, at, why }) if **by == *oidc && now - *at < LEFT_ALONE => {
                return Err(why.clone().into());
            }
            _ => {}
        }
        let client = outbound::client_trusting(oidc.authorities.as_deref().map(str::as_bytes))?;
        match called(oidc, &client).await {
            Ok((endpoints, keys)) => {
                let provider = Arc::new(Provider {
                    oidc: oidc.clone(),
                    endpoints,
                    client,
                    keys: ArcSwap::from_pointee(keys),
                    keys_read_at: Mutex::new(now),
                    read_at: now,
                });
                *slot = Some(Known::Provider(Arc::clone(&provider)));
                Ok(provider)
            }
            Err(why) => {
                *slot = Some(Known::Trouble {
                    oidc: Box::new(oidc.clone()),
                    at: self.now(),
                    why: why.clone(),
                });
                Err(why.into())
            }
        }
    }

    /// Whose sessions are over, as a logout token says that fits. Whoever sends something that cannot be one
    /// makes us call nobody.
    pub async fn logged_out(&self, source: &Source, token: &str) -> Result<Ended, ProviderFault> {
        let oidc = source.oidc().ok_or(ProviderFault::Kind)?;
        logout_token::look(token, oidc, self.now())?;
        let provider = self.provider(source).await?;
        let now = self.now();
        provider
            .with_keys(now, |keys| logout_token::verify(token, keys, oidc, now))
            .await
    }

    /// Redeems a code and judges what comes of it: who is here.
    pub async fn redeem(
        &self,
        source: &Source,
        provider: &Provider,
        held: &Held,
        code: &str,
        redirect_uri: &str,
    ) -> Result<Claimed, ProviderFault> {
        let proving = self.proving(source, &provider.oidc)?;
        let tokens = provider.tokens(code, held, redirect_uri, &proving).await?;
        let access_token = tokens.access_token.as_ref();
        let expected = Expected {
            issuer: &provider.oidc.issuer,
            client_id: &provider.oidc.client_id,
            nonce: &held.nonce,
            algorithms: &provider.oidc.algorithms,
            skew: TimeDelta::seconds(provider.oidc.skew_seconds.into()),
            access_token: access_token.map(ExposeSecret::expose_secret),
        };
        let now = self.now();
        let judged = provider
            .with_keys(now, |keys| {
                id_token::verify(&tokens.id_token, keys, &expected, now)
            })
            .await?;
        let subject = judged.get("sub").and_then(serde_json::Value::as_str);
        let more = match (&provider.endpoints.userinfo, access_token, subject) {
            (Some(address), Some(token), Some(subject)) if provider.oidc.userinfo => {
                let request = provider
                    .client
                    .get(address.clone())
                    .bearer_auth(token.expose_secret());
                Some(userinfo::read(&fetch(request).await?, subject)?)
            }
            _ => None,
        };
        let mut claimed = oidc::claimed(source.id.clone(), &held.issuer, &judged, more.as_ref())?;
        if provider.oidc.keep_id_token && tokens.id_token.len() <= LONGEST_KEPT {
            let token = tokens.id_token.as_bytes();
            let sealed = self
                .sealer
                .seal(&kept_purpose(&source.id), token, &mut self.rng());
            claimed.id_token = Some(sealed.map_err(|fault| ProviderFault::Proof(fault.to_string()))?);
        }
        Ok(claimed)
    }

    /// The ID token that was kept of a sign-in by this source.
    pub(crate) fn kept_id_token(&self, source: &SourceId, sealed: &[u8]) -> Option<SecretString> {
        let opened = self.sealer.open(&kept_purpose(source), sealed).ok()?;
        Some(std::str::from_utf8(&opened).ok()?.into())
    }

    /// What the token endpoint at `address` makes of us: it is given a code that nobody was given.
    pub(crate) async fn standing_at(
        &self,
        source: &Source,
        client: &reqwest::Client,
        address: &str,
    ) -> Result<Standing, ProviderFault> {
        let oidc = source.oidc().ok_or(ProviderFault::Kind)?;
        let proving = self.proving(source, oidc)?;
        let mut rng = self.rng();
        let held = Held::new(&oidc.issuer, &mut rng);
        let back = redirect_uri(self, &source.id);
        let code = random_id(&mut rng);
        let prepared = token::request(&code, &held.verifier, &back, &oidc.client_id, &proving);
        let (status, body) = send_form(client.post(address), &prepared).await?;
        match token::standing(status.is_success(), &body) {
            // Some say it by the status alone.
            Err(_) if status == StatusCode::UNAUTHORIZED => Ok(Standing::Unknown),
            standing => Ok(standing?),
        }
    }

    /// How we prove who we are there.
    fn proving(&self, source: &Source, oidc: &Oidc) -> Result<Proving, ProviderFault> {
        let secret = || {
            let sealed = oidc
                .secret
                .as_ref()
                .map(countersign_directory::source::Sealed::as_bytes);
            let sealed = sealed.ok_or_else(|| ProviderFault::Proof("there is no secret".to_owned()))?;
            let plain = self
                .sealer
                .open(&purpose(&source.id), sealed)
                .map_err(|fault| ProviderFault::Proof(fault.to_string()))?;
            let text = std::str::from_utf8(&plain);
            let text = text.map_err(|_| ProviderFault::Proof("the secret is no text".to_owned()))?;
            Ok::<_, ProviderFault>(SecretString::from(text))
        };
        Ok(match oidc.authentication {
            ClientAuthentication::None => Proving::Nothing,
            ClientAuthentication::ClientSecretBasic => Proving::Header(secret()?),
            ClientAuthentication::ClientSecretPost => Proving::Form(secret()?),
            ClientAuthentication::PrivateKeyJwt => {
                let keys = self.keys.load();
                let signed =
                    token::assertion(&oidc.client_id, &oidc.issuer, &keys, self.now(), &mut self.rng());
                Proving::Signed(signed.map_err(|fault| ProviderFault::Proof(fault.to_string()))?)
            }
        })
    }
}

fn kept_purpose(source: &SourceId) -> String {
    format!("upstream_id_token/{source}")
}

/// Sends a form to a token endpoint; what it answers. To nowhere else: it may hold a secret.
async fn send_form(
    request: RequestBuilder,
    prepared: &token::Request,
) -> Result<(StatusCode, Vec<u8>), ProviderFault> {
    let mut request = request
        .header(header::ACCEPT, "application/json")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(prepared.form.expose_secret().to_owned());
    if let Some(authorization) = &prepared.authorization {
        let value = HeaderValue::from_str(authorization.expose_secret());
        let mut value = value.map_err(|_| ProviderFault::Proof("the secret fits no header".to_owned()))?;
        value.set_sensitive(true);
        request = request.header(header::AUTHORIZATION, value);
    }
    let (status, body) = send(request).await?;
    if status.is_redirection() {
        return Err(CallFault::Status(status).into());
    }
    Ok((status, body))
}

/// What a provider says of itself.
async fn called(oidc: &Oidc, client: &reqwest::Client) -> Result<(Endpoints, Keys), Why> {
    let endpoints = if let Some(fixed) = Endpoints::fixed(oidc) {
        fixed?
    } else {
        let unreadable = || oidc::Fault::Unreadable("the issuer");
        let address = discovery_address(&oidc.issuer).ok_or_else(unreadable)?;
        Endpoints::read(&fetch(client.get(address)).await?, &oidc.issuer)?
    };
    let keys = Keys::read(&fetch(client.get(endpoints.jwks.clone())).await?)?;
    Ok((endpoints, keys))
}

impl Provider {
    async fn tokens(
        &self,
        code: &str,
        held: &Held,
        redirect_uri: &str,
        proving: &Proving,
    ) -> Result<Tokens, ProviderFault> {
        let prepared = token::request(code, &held.verifier, redirect_uri, &self.oidc.client_id, proving);
        let request = self.client.post(self.endpoints.token.clone());
        let (status, body) = send_form(request, &prepared).await?;
        Ok(token::read(status.is_success(), &body)?)
    }

    /// Judges with the keys at hand, and once more with fresh ones if the one that is named is not among them.
    async fn with_keys<T>(
        &self,
        now: DateTime<Utc>,
        judge: impl Fn(&Keys) -> Result<T, oidc::Fault>,
    ) -> Result<T, ProviderFault> {
        match judge(&self.keys.load_full()) {
            Err(oidc::Fault::UnknownKey) if self.may_read_keys(now) => {
                let keys = Keys::read(&fetch(self.client.get(self.endpoints.jwks.clone())).await?)?;
                self.keys.store(Arc::new(keys));
                Ok(judge(&self.keys.load_full())?)
            }
            judged => Ok(judged?),
        }
    }

    /// Whether the keys may be read again: whoever sends us tokens must not make us call as often as he likes.
    fn may_read_keys(&self, now: DateTime<Utc>) -> bool {
        let mut read_at = self.keys_read_at.lock().unwrap_or_else(PoisonError::into_inner);
        let may = now - *read_at >= PAUSE;
        if may {
            *read_at = now;
        }
        may
    }
}
