// SPDX-License-Identifier: Apache-2.0
//! Compact JSON Web Signatures (RFC 7515), RS256, ES256 and EdDSA only. Never `none`, never HMAC: a header
//! that names another algorithm than its key's is refused unread.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use super::keys::{Algorithm, KeyRing, SigningError};

/// Signs `claims` with the key that is in use for `algorithm`.
pub fn sign(
    keys: &KeyRing,
    algorithm: Algorithm,
    typ: &str,
    claims: &Value,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<String, SigningError> {
    let key = keys.in_use(algorithm, now).ok_or(SigningError::NoKey)?;
    let header = json!({ "alg": algorithm.name(), "kid": key.kid(), "typ": typ });
    let input = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let signature = key.sign(input.as_bytes())?;
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// The claims of a token that one of our published keys signed, whatever its age. `None` for
/// anything else.
pub fn verify(keys: &KeyRing, token: &str) -> Option<Map<String, Value>> {
    if token.len() > 16 * 1024 {
        return None;
    }
    let (input, signature) = token.rsplit_once('.')?;
    let (header, claims) = input.split_once('.')?;
    let header: Map<String, Value> = decode(header)?;
    let key = keys.named(header.get("kid")?.as_str()?)?;
    if header.get("alg")?.as_str()? != key.algorithm().name() {
        return None;
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let fits = match key.algorithm() {
        Algorithm::EdDsa => {
            UnparsedPublicKey::new(&ED25519, key.public()).verify(input.as_bytes(), &signature)
        }
        Algorithm::Es256 => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, key.public())
            .verify(input.as_bytes(), &signature),
        Algorithm::Rs256 => UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, key.public())
            .verify(input.as_bytes(), &signature),
    };
    fits.ok()?;
    decode(claims)
}

fn decode(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
