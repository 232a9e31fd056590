// SPDX-License-Identifier: Apache-2.0
//! The cookies of this house. On https their names bind them to this host and to Secure; on http,
//! which is for development on loopback only, they have plain names.

use http::{HeaderMap, HeaderValue, header};

use crate::config::Config;

/// The session's cookie.
pub fn session_name(config: &Config) -> &'static str {
    if config.is_https() {
        "__Host-countersign"
    } else {
        "countersign"
    }
}

/// The cookie that ties a sign-in under way to the browser that began it.
pub fn browser_name(config: &Config) -> &'static str {
    if config.is_https() {
        "__Host-countersign-browser"
    } else {
        "countersign-browser"
    }
}

/// A `Set-Cookie` line. The cookie lasts as long as the browser runs: its end is no timeout.
pub fn set(config: &Config, name: &str, value: &str) -> Option<HeaderValue> {
    let secure = if config.is_https() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}")
        .parse()
        .ok()
}

/// A `Set-Cookie` line that takes the cookie away.
pub fn clear(config: &Config, name: &str) -> Option<HeaderValue> {
    let secure = if config.is_https() { "; Secure" } else { "" };
    format!("{name}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0{secure}")
        .parse()
        .ok()
}

/// The value of the cookie `name`, if it was sent exactly once.
pub fn value<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut found = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .filter(|(sent, _)| *sent == name)
        .map(|(_, value)| value);
    match (found.next(), found.next()) {
        (Some(value), None) => Some(value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_was_planted_twice_counts_for_nothing() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, "a=1; countersign=x".parse().unwrap());
        assert_eq!(value(&headers, "countersign"), Some("x"));
        headers.append(header::COOKIE, "countersign=y".parse().unwrap());
        assert_eq!(value(&headers, "countersign"), None);
    }
}
