// SPDX-License-Identifier: Apache-2.0
//! An OpenID provider in this process that lies when it is told to. It is no real peer: it exists because
//! no real one can be made to sign wrong tokens. Its right answers are checked by the same tests against
//! node's oidc-provider. It checks its client's secret, PKCE and redirect URI as a real one does.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

/// Who the house is there.
pub const CLIENT: &str = "countersign";
/// How it proves it.
pub const SECRET: &str = "a secret: with +/= in it";

/// How a token is signed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Sign {
    /// Not at all, and saying so.
    None,
    /// By HMAC, with the public key as the secret.
    PublicKeyAsSecret,
    /// As published.
    #[default]
    Right,
    /// By somebody else's key under the name of the published one.
    Stranger,
    /// By a key that is published later.
    Unpublished,
}

/// What the token endpoint does.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Token {
    /// An error of its own.
    Down,
    /// It redeems codes.
    #[default]
    Fine,
    /// An answer without an end.
    Huge,
    /// It never answers.
    Silent,
    /// It sends the secret elsewhere.
    Redirect,
}

/// How it lies.
#[derive(Clone, Debug, Default)]
pub struct Lie {
    /// Claims that are put in place of the right ones; null takes one away.
    pub claims: Vec<(&'static str, Value)>,
    /// How ID tokens are signed.
    pub sign: Sign,
    /// What the token endpoint does.
    pub token: Token,
    /// The issuer that answers in the browser name; none at all.
    pub answers_as: Option<Option<String>>,
    /// The issuer that its discovery document names.
    pub discovery: Option<String>,
    /// What its discovery document says besides, or in place of the right words.
    pub says: Vec<(&'static str, Value)>,
    /// The subject that userinfo is about.
    pub userinfo: Option<String>,
    /// The claim `at_hash` of another token.
    pub at_hash: bool,
}

struct Grant {
    claims: Map<String, Value>,
    challenge: String,
    redirect_uri: String,
}

struct Inner {
    issuer: String,
    right: EcdsaKeyPair,
    stranger: EcdsaKeyPair,
    next: EcdsaKeyPair,
    now: AtomicI64,
    grants: Mutex<HashMap<String, Grant>>,
    tokens: Mutex<HashMap<String, Map<String, Value>>>,
    lie: Mutex<Lie>,
    rolled: AtomicUsize,
    jwks_read: AtomicUsize,
    codes_seen: AtomicUsize,
    basis: Mutex<Option<String>>,
}

/// The provider.
#[derive(Clone)]
pub struct Provider {
    inner: Arc<Inner>,
}

impl Provider {
    /// Starts one on a free port. Its clock stands at `now`.
    pub async fn start(now: DateTime<Utc>) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}/people", listener.local_addr().unwrap());
        let inner = Arc::new(Inner {
            issuer,
            right: pair(),
            stranger: pair(),
            next: pair(),
            now: AtomicI64::new(now.timestamp()),
            grants: Mutex::default(),
            tokens: Mutex::default(),
            lie: Mutex::default(),
            rolled: AtomicUsize::new(0),
            jwks_read: AtomicUsize::new(0),
            codes_seen: AtomicUsize::new(0),
            basis: Mutex::default(),
        });
        let router = Router::new()
            .route("/people/.well-known/openid-configuration", get(discovery))
            .route("/people/jwks", get(jwks))
            .route("/people/token", post(token))
            .route("/people/userinfo", get(userinfo))
            .with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { inner }
    }

    /// Its issuer.
    pub fn issuer(&self) -> &str {
        &self.inner.issuer
    }

    /// From here on it lies so.
    pub fn lie(&self, lie: Lie) {
        *self.inner.lie.lock().unwrap() = lie;
    }

    /// Turns its clock to `now`.
    pub fn at(&self, now: DateTime<Utc>) {
        self.inner.now.store(now.timestamp(), Ordering::Relaxed);
    }

    /// Publishes its next key.
    pub fn roll(&self) {
        self.inner.rolled.store(1, Ordering::Relaxed);
    }

    /// How often its keys were read.
    pub fn jwks_read(&self) -> usize {
        self.inner.jwks_read.load(Ordering::Relaxed)
    }

    /// How many codes reached its token endpoint.
    pub fn codes_seen(&self) -> usize {
        self.inner.codes_seen.load(Ordering::Relaxed)
    }

    /// The assertion by which its client last proved itself.
    pub fn assertion(&self) -> Option<String> {
        self.inner.basis.lock().unwrap().clone()
    }

    /// Somebody signs in there, sent by `address`: the query with which her browser goes back.
    pub fn sign_in(&self, address: &str, claims: Value) -> String {
        let said = asked(address);
        assert!(
            address.starts_with(&format!("{}/auth?", self.inner.issuer)),
            "{address}"
        );
        assert_eq!(said["response_type"], "code");
        assert_eq!(said["client_id"], CLIENT);
        assert_eq!(said["code_challenge_method"], "S256");
        assert!(said["scope"].split(' ').any(|scope| scope == "openid"));
        let mut all = json!({ "nonce": said["nonce"], "auth_time": self.inner.now.load(Ordering::Relaxed) });
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let code = format!("code-{}", said["state"]);
        let grant = Grant {
            claims: all.as_object().unwrap().clone(),
            challenge: said["code_challenge"].clone(),
            redirect_uri: said["redirect_uri"].clone(),
        };
        self.inner.grants.lock().unwrap().insert(code.clone(), grant);
        self.answer(&said["state"], &[("code", &code)])
    }

    /// An answer for `state`.
    pub fn answer(&self, state: &str, fields: &[(&str, &str)]) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("state", state).extend_pairs(fields);
        match &self.inner.lie.lock().unwrap().answers_as {
            None => drop(query.append_pair("iss", &self.inner.issuer)),
            Some(Some(other)) => drop(query.append_pair("iss", other)),
            Some(None) => {}
        }
        query.finish()
    }

    /// A token of its own, of any claims.
    pub fn token(&self, typ: &str, claims: &Value) -> String {
        self.inner.sign(Sign::Right, typ, claims)
    }

    /// A right logout token, changed.
    pub fn logout_token(&self, jti: &str, changes: &[(&str, Value)]) -> String {
        let now = self.inner.now.load(Ordering::Relaxed);
        let mut claims = json!({
            "iss": self.inner.issuer, "aud": CLIENT, "iat": now, "exp": now + 120, "jti": jti,
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        });
        for (name, value) in changes {
            claims[name] = value.clone();
        }
        self.token("logout+jwt", &claims)
    }
}

/// What an authorization request asks.
pub fn asked(address: &str) -> BTreeMap<String, String> {
    url::Url::parse(address)
        .unwrap()
        .query_pairs()
        .into_owned()
        .collect()
}

impl Inner {
    fn sign(&self, how: Sign, typ: &str, claims: &Value) -> String {
        let (alg, kid) = match how {
            Sign::None => ("none", "one"),
            Sign::PublicKeyAsSecret => ("HS256", "one"),
            Sign::Right | Sign::Stranger => ("ES256", "one"),
            Sign::Unpublished => ("ES256", "two"),
        };
        let header = json!({ "alg": alg, "kid": kid, "typ": typ }).to_string();
        let input = format!(
            "{}.{}",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode(claims.to_string())
        );
        let by = |pair: &EcdsaKeyPair| {
            let signature = pair.sign(&SystemRandom::new(), input.as_bytes()).unwrap();
            signature.as_ref().to_vec()
        };
        let signature = match how {
            Sign::None => Vec::new(),
            Sign::PublicKeyAsSecret => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.right.public_key().as_ref());
                hmac::sign(&key, input.as_bytes()).as_ref().to_vec()
            }
            Sign::Right => by(&self.right),
            Sign::Stranger => by(&self.stranger),
            Sign::Unpublished => by(&self.next),
        };
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

async fn discovery(State(inner): State<Arc<Inner>>) -> Json<Value> {
    let at = |path: &str| format!("{}/{path}", inner.issuer);
    let Lie {
        discovery: said,
        says,
        ..
    } = inner.lie.lock().unwrap().clone();
    let mut document = json!({
        "issuer": said.unwrap_or_else(|| inner.issuer.clone()),
        "authorization_endpoint": at("auth"),
        "token_endpoint": at("token"),
        "jwks_uri": at("jwks"),
        "userinfo_endpoint": at("userinfo"),
        "end_session_endpoint": at("logout"),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "response_types_supported": ["code"],
        "id_token_signing_alg_values_supported": ["ES256"],
    });
    for (name, value) in says {
        document[name] = value;
    }
    Json(document)
}

async fn jwks(State(inner): State<Arc<Inner>>) -> Json<Value> {
    inner.jwks_read.fetch_add(1, Ordering::Relaxed);
    let key = |pair: &EcdsaKeyPair, kid: &str| {
        let point = pair.public_key().as_ref();
        json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": kid,
            "x": URL_SAFE_NO_PAD.encode(&point[1..33]), "y": URL_SAFE_NO_PAD.encode(&point[33..]),
        })
    };
    let mut keys = vec![key(&inner.right, "one")];
    if inner.rolled.load(Ordering::Relaxed) > 0 {
        keys.push(key(&inner.next, "two"));
    }
    Json(json!({ "keys": keys }))
}

async fn token(State(inner): State<Arc<Inner>>, headers: HeaderMap, body: String) -> Response {
    let form: BTreeMap<String, String> = url::form_urlencoded::parse(body.as_bytes())
        .into_owned()
        .collect();
    inner.codes_seen.fetch_add(1, Ordering::Relaxed);
    let lie = inner.lie.lock().unwrap().clone();
    match lie.token {
        Token::Down => return (StatusCode::BAD_GATEWAY, "no").into_response(),
        Token::Fine => {}
        Token::Huge => {
            let chunk =
                futures_util::stream::repeat(Ok::<_, std::convert::Infallible>(vec![b' '; 64 * 1024]));
            return Body::from_stream(chunk).into_response();
        }
        Token::Redirect => {
            return (
                StatusCode::TEMPORARY_REDIRECT,
                [(header::LOCATION, "http://127.0.0.1:1/")],
            )
                .into_response();
        }
        Token::Silent => std::future::pending::<()>().await,
    }
    let refused = |error: &str| (StatusCode::BAD_REQUEST, Json(json!({ "error": error }))).into_response();
    let encoded = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = format!("{}:{}", encoded(CLIENT), encoded(SECRET));
    let basic = format!("Basic {}", STANDARD.encode(pair));
    let is_proven = match (headers.get(header::AUTHORIZATION), form.get("client_assertion")) {
        (Some(sent), None) => sent.to_str().unwrap() == basic && !form.contains_key("client_secret"),
        (None, Some(assertion)) => {
            *inner.basis.lock().unwrap() = Some(assertion.clone());
            form["client_id"] == CLIENT
        }
        (None, None) => {
            form.get("client_secret").is_some_and(|sent| sent == SECRET) && form["client_id"] == CLIENT
        }
        (Some(_), Some(_)) => false,
    };
    if !is_proven {
        return refused("invalid_client");
    }
    let Some(grant) = inner.grants.lock().unwrap().remove(&form["code"]) else {
        return refused("invalid_grant");
    };
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, form["code_verifier"].as_bytes());
    if URL_SAFE_NO_PAD.encode(hash) != grant.challenge || form["redirect_uri"] != grant.redirect_uri {
        return refused("invalid_grant");
    }
    let now = inner.now.load(Ordering::Relaxed);
    let access_token = format!("access-{}", form["code"]);
    let of = if lie.at_hash {
        "another"
    } else {
        access_token.as_str()
    };
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, of.as_bytes());
    let mut claims = json!({
        "iss": inner.issuer, "aud": CLIENT, "iat": now, "exp": now + 300,
        "at_hash": URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]),
    });
    let all = grant
        .claims
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()));
    for (name, value) in all.chain(lie.claims) {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value;
        }
    }
    let id_token = inner.sign(lie.sign, "JWT", &claims);
    let mut tokens = inner.tokens.lock().unwrap();
    tokens.insert(access_token.clone(), grant.claims);
    Json(json!({ "access_token": access_token, "token_type": "Bearer", "id_token": id_token, "expires_in": 60 }))
        .into_response()
}

async fn userinfo(State(inner): State<Arc<Inner>>, headers: HeaderMap) -> Response {
    let sent = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let token = sent
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default();
    let Some(claims) = inner.tokens.lock().unwrap().get(token).cloned() else {
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let subject = inner.lie.lock().unwrap().userinfo.clone();
    let subject = subject.map_or_else(|| claims["sub"].clone(), Value::String);
    Json(json!({ "sub": subject, "locality": "Bonn" })).into_response()
}

fn pair() -> EcdsaKeyPair {
    let random = SystemRandom::new();
    let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap()
}
