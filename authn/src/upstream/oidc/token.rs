// SPDX-License-Identifier: Apache-2.0
//! Redeeming a code (OpenID Connect Core 1.0, section 3.1.3), and proving who we are while doing it.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::form_urlencoded::{Serializer, byte_serialize};

use super::endpoints::object;
use super::{Fault, Told};
use crate::oidc::jws;
use crate::oidc::keys::{Algorithm, KeyRing, SigningError};
use crate::secret::random_id;

const LONGEST_ACCESS_TOKEN: usize = 32 * 1024;

/// How we prove who we are (section 9).
#[derive(Debug)]
pub enum Proving {
    /// Not at all.
    Nothing,
    /// By a secret in the form.
    Form(SecretString),
    /// By a secret in the header.
    Header(SecretString),
    /// By an assertion that we signed.
    Signed(String),
}

/// An assertion that we are `client_id`, for the provider `issuer` (RFC 7523), good once and for a minute.
pub fn assertion(
    client_id: &str,
    issuer: &str,
    keys: &KeyRing,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
) -> Result<String, SigningError> {
    let claims = json!({
        "iss": client_id,
        "sub": client_id,
        "aud": issuer,
        "jti": random_id(rng),
        "iat": now.timestamp(),
        "exp": (now + TimeDelta::minutes(1)).timestamp(),
    });
    jws::sign(keys, Algorithm::Rs256, "JWT", &claims, now)
}

/// A request to the token endpoint: a form, and perhaps a header.
pub struct Request {
    /// The body, `application/x-www-form-urlencoded`.
    pub form: SecretString,
    /// The `Authorization` header.
    pub authorization: Option<SecretString>,
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Request(redacted)")
    }
}

/// Prepares to redeem `code`.
pub fn request(
    code: &str,
    verifier: &str,
    redirect_uri: &str,
    client_id: &str,
    proving: &Proving,
) -> Request {
    let mut form = Serializer::new(String::new());
    form.append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("code_verifier", verifier)
        .append_pair("redirect_uri", redirect_uri);
    let mut authorization = None;
    match proving {
        Proving::Header(secret) => {
            // RFC 6749, section 2.3.1: both are form-encoded before they are put together.
            let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
            let pair = format!("{}:{}", encoded(client_id), encoded(secret.expose_secret()));
            authorization = Some(format!("Basic {}", STANDARD.encode(pair)).into());
        }
        Proving::Nothing => {
            form.append_pair("client_id", client_id);
        }
        Proving::Form(secret) => {
            form.append_pair("client_id", client_id)
                .append_pair("client_secret", secret.expose_secret());
        }
        Proving::Signed(assertion) => {
            form.append_pair("client_id", client_id)
                .append_pair(
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                )
                .append_pair("client_assertion", assertion);
        }
    }
    Request {
        form: form.finish().into(),
        authorization,
    }
}

/// What a code is redeemed for. Kept until the sign-in is judged, and then dropped.
pub struct Tokens {
    /// The ID token.
    pub id_token: String,
    /// The access token.
    pub access_token: Option<SecretString>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(redacted)")
    }
}

/// Reads the token endpoint's answer.
pub fn read(is_success: bool, body: &[u8]) -> Result<Tokens, Fault> {
    let answer = object(body, "the answer of the token endpoint")?;
    if !is_success {
        // Whatever is wrong there with our code or our secret, nobody at the browser can help it.
        let error = answer.get("error").and_then(Value::as_str).unwrap_or_default();
        let told = match Told::by(error) {
            Told::Unavailable => Told::Unavailable,
            _ => Told::Us,
        };
        return Err(Fault::Told(told));
    }
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let id_token = text("id_token").ok_or(Fault::Unreadable("an answer without an ID token"))?;
    let is_bearer = text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    let access_token = text("access_token").filter(|token| {
        is_bearer && token.len() <= LONGEST_ACCESS_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic())
    });
    Ok(Tokens {
        id_token: id_token.to_owned(),
        access_token: access_token.map(SecretString::from),
    })
}

/// What a token endpoint makes of us.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Standing {
    /// It takes a code that nobody was given.
    Careless,
    /// It knows us, and asks for a good code.
    Known,
    /// It knows us, and we may not redeem codes.
    NotAllowed,
    /// Its answer does not tell: its word.
    Unclear(String),
    /// It does not take us for who we say we are.
    Unknown,
}

/// Reads what the token endpoint says to a code that nobody was given (RFC 6749, section 5.2): whoever does not
/// prove who he is learns nothing of codes.
pub fn standing(is_success: bool, body: &[u8]) -> Result<Standing, Fault> {
    if is_success {
        return Ok(Standing::Careless);
    }
    let answer = object(body, "the answer of the token endpoint")?;
    let error = answer.get("error").and_then(Value::as_str).unwrap_or_default();
    Ok(match error {
        "invalid_client" => Standing::Unknown,
        "invalid_grant" => Standing::Known,
        "unauthorized_client" => Standing::NotAllowed,
        other => {
            let is_word = |c: &char| c.is_ascii_lowercase() || *c == '_';
            Standing::Unclear(other.chars().filter(is_word).take(64).collect())
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_encoded_before_it_goes_into_the_header_and_never_shown() {
        let proving = Proving::Header("a:b c+d".into());
        let request = request("code", "verifier", "https://here.example/back", "we:us", &proving);
        let header = request.authorization.as_ref().unwrap().expose_secret();
        let pair = STANDARD.decode(header.strip_prefix("Basic ").unwrap()).unwrap();
        assert_eq!(String::from_utf8(pair).unwrap(), "we%3Aus:a%3Ab+c%2Bd");
        assert!(!request.form.expose_secret().contains("client_secret"));
        assert!(!format!("{request:?}{proving:?}").contains("a:b"));
    }

    #[test]
    fn a_refusal_gives_no_tokens_and_repeats_no_words() {
        let body = br#"{"error":"invalid_client","error_description":"<b>secret</b>","id_token":"x"}"#;
        let fault = read(false, body).unwrap_err();
        assert_eq!(fault, Fault::Told(Told::Us));
        assert!(!fault.to_string().contains("secret"));
        assert!(read(true, b"[]").is_err());
        assert!(read(true, br#"{"access_token":"a","token_type":"Bearer"}"#).is_err());
    }
    #[test]
    fn what_is_said_to_a_code_that_nobody_was_given_tells_whether_we_are_known() {
        for (error, standing_there) in [
            ("invalid_client", Standing::Unknown),
            ("invalid_grant", Standing::Known),
            ("unauthorized_client", Standing::NotAllowed),
            ("<b>server_error", Standing::Unclear("bserver_error".into())),
        ] {
            let body = json!({ "error": error }).to_string();
            assert_eq!(standing(false, body.as_bytes()).unwrap(), standing_there);
        }
        assert_eq!(standing(true, b"").unwrap(), Standing::Careless);
        assert!(standing(false, b"<html>").is_err());
    }
}
