// SPDX-License-Identifier: Apache-2.0
//! Userinfo (OpenID Connect Core 1.0, section 5.3): asked with the access token, and believed only of the
//! subject of the ID token.

use serde_json::{Map, Value};

use super::endpoints::object;
use super::{Fault, broken};

/// What it says, if it is about `subject` (section 5.3.4).
pub fn read(body: &[u8], subject: &str) -> Result<Map<String, Value>, Fault> {
    let claims = object(body, "userinfo")?;
    match claims.get("sub").and_then(Value::as_str) {
        Some(said) if said == subject => Ok(claims),
        Some(_) => Err(broken("userinfo", "`sub`: it is about somebody else")),
        None => Err(broken("userinfo", "`sub` is missing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn userinfo_of_somebody_else_is_refused() {
        assert!(read(br#"{"sub":"a","name":"A"}"#, "a").is_ok());
        assert!(read(br#"{"sub":"ab","name":"A"}"#, "a").is_err());
        assert!(read(br#"{"name":"A"}"#, "a").is_err());
        assert!(read(br#"{"sub":"a","sub":"a"}"#, "a").is_err());
    }
}
