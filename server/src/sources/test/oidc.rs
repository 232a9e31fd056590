// SPDX-License-Identifier: Apache-2.0
//! The steps of an OpenID provider: what it says of itself, and its keys.

use countersign_directory::source::Oidc;
use serde_json::Value;

use crate::asking::check::Line;
use crate::outbound;

/// The largest document that is read.
const LARGEST: usize = 512 * 1_024;

/// What a provider says of itself, and its keys.
pub(super) async fn look(oidc: &Oidc) -> Vec<Line> {
    let http = match outbound::client_trusting(oidc.authorities.as_deref().map(str::as_bytes)) {
        Ok(http) => http,
        Err(fault) => {
            let mend = "`authorities` holds certificates in PEM";
            return vec![Line::fail("discovery", fault.to_string(), mend)];
        }
    };
    let mut lines = Vec::new();
    let keys = if let Some(endpoints) = &oidc.endpoints {
        lines.push(Line::ok("discovery", "not asked: the record names the endpoints"));
        Some(endpoints.jwks.clone())
    } else {
        let (line, keys) = discovered(&http, oidc).await;
        lines.push(line);
        keys
    };
    if let Some(keys) = keys {
        lines.push(published(&http, &keys).await);
    }
    lines
}

async fn discovered(http: &reqwest::Client, oidc: &Oidc) -> (Line, Option<String>) {
    let address = format!(
        "{}/.well-known/openid-configuration",
        oidc.issuer.trim_end_matches('/')
    );
    let told = match document(http, &address).await {
        Ok(told) => told,
        Err(fault) => {
            let mend = "see that `issuer` is the provider's own, or name its `endpoints`";
            return (
                Line::fail("discovery", format!("`{address}`: {fault}"), mend),
                None,
            );
        }
    };
    let text = |name: &str| told.get(name).and_then(Value::as_str);
    let named = text("issuer").unwrap_or_default();
    if named != oidc.issuer {
        let found = format!(
            "the provider calls itself `{named}`, the record `{}`",
            oidc.issuer
        );
        let mend = "write the issuer byte for byte as the provider does, also a slash at its end";
        return (Line::fail("discovery", found, mend), None);
    }
    for name in ["authorization_endpoint", "token_endpoint", "jwks_uri"] {
        if text(name).is_none() {
            let mend = "it is no OpenID provider that people can sign in at; ask who runs it";
            return (
                Line::fail("discovery", format!("it names no `{name}`"), mend),
                None,
            );
        }
    }
    let methods = told
        .get("code_challenge_methods_supported")
        .and_then(Value::as_array);
    let has_pkce = methods.is_some_and(|methods| methods.iter().any(|method| method == "S256"));
    let line = if has_pkce {
        Line::ok("discovery", "names its issuer and its endpoints")
    } else {
        Line::warn(
            "discovery",
            "names its endpoints, and does not say that it takes PKCE with S256",
            "ask who runs it; we send it always, and a provider that ignores it protects codes less",
        )
    };
    (line, text("jwks_uri").map(str::to_owned))
}

async fn published(http: &reqwest::Client, address: &str) -> Line {
    let mend = "ask who runs the provider; without keys no token of it can be checked";
    match document(http, address).await {
        Err(fault) => Line::fail("keys", format!("`{address}`: {fault}"), mend),
        Ok(told) => match told.get("keys").and_then(Value::as_array).map(Vec::len) {
            None | Some(0) => Line::fail("keys", format!("`{address}` has none"), mend),
            Some(count) => Line::ok("keys", format!("{count} published")),
        },
    }
}

async fn document(http: &reqwest::Client, address: &str) -> Result<Value, String> {
    let mut answer = http
        .get(address)
        .header("accept", "application/json")
        .send()
        .await
        .map_err(|fault| outbound::innermost(&fault))?;
    if !answer.status().is_success() {
        return Err(format!("it answers {}", answer.status().as_u16()));
    }
    let mut bytes = Vec::new();
    while let Some(chunk) = answer
        .chunk()
        .await
        .map_err(|fault| outbound::innermost(&fault))?
    {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > LARGEST {
            return Err(format!("it is larger than {LARGEST} bytes"));
        }
    }
    countersign_directory::json::strict(&bytes)
        .map_err(|fault| format!("it is no JSON that can be used: {fault}"))
}
