// SPDX-License-Identifier: Apache-2.0
//! The redirect address is one of the registered ones, byte by byte (RFC 9700, section 2.1). The
//! sole exception is the port of a loopback address (RFC 8252, section 7.3).

use super::Checking;
use crate::oidc::error::{Code, Error};

pub(super) fn check(checking: &mut Checking<'_>) -> Result<(), Error> {
    let presented = checking.parameters.one("redirect_uri").ok_or_else(wrong)?;
    let mut registered = checking.client.record.redirect_uris.iter();
    if !registered.any(|known| known == presented || is_same_loopback(known, presented)) {
        return Err(wrong());
    }
    presented.clone_into(&mut checking.request.redirect_uri);
    Ok(())
}

fn wrong() -> Error {
    Error::new(
        Code::InvalidRequest,
        "redirect_uri is missing, repeated or not registered for this client",
    )
}

/// Whether both name the same place on this machine, but for the port. Compared as text: scheme and
/// host are these two spellings only, the port is digits only, and the rest is equal.
fn is_same_loopback(registered: &str, presented: &str) -> bool {
    ["http://127.0.0.1", "http://[::1]"].into_iter().any(|host| {
        match (registered.strip_prefix(host), presented.strip_prefix(host)) {
            (Some(registered), Some(presented)) => {
                match (without_port(registered), without_port(presented)) {
                    (Some(registered), Some(presented)) => registered == presented,
                    _ => false,
                }
            }
            _ => false,
        }
    })
}

fn without_port(rest: &str) -> Option<&str> {
    let Some(after_colon) = rest.strip_prefix(':') else {
        return (rest.is_empty() || rest.starts_with('/')).then_some(rest);
    };
    let path = after_colon.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = after_colon.len() - path.len();
    ((1..=5).contains(&digits) && (path.is_empty() || path.starts_with('/'))).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_a_loopback_address_may_differ() {
        let registered = "http://127.0.0.1/callback";
        assert!(is_same_loopback(registered, "http://127.0.0.1:49152/callback"));
        assert!(is_same_loopback("http://[::1]:1/cb", "http://[::1]:65535/cb"));
        for wrong in [
            "http://127.0.0.1:49152/other",
            "http://127.0.0.1:49152@evil.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1:123456/callback",
            "http://localhost:49152/callback",
            "https://127.0.0.1:49152/callback",
            "http://127.0.0.1:49152/callback#x",
            "http://127.0.0.1\\@evil.example/callback",
        ] {
            assert!(!is_same_loopback(registered, wrong), "{wrong}");
        }
    }
}
