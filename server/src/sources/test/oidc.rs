// SPDX-License-Identifier: Apache-2.0
//! The steps of an OpenID provider: what it says of itself, its keys, the way to its endpoints, and whether it
//! knows us.

use authn::upstream::oidc::endpoints::discovery_address;
use authn::upstream::oidc::token::Standing;
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::source::{Oidc, Source};
use http::StatusCode;
use serde_json::{Map, Value};

use super::{oidc_supported, reach};
use crate::app::House;
use crate::asking::check::Line;
use crate::outbound;

/// The largest document that is read.
const LARGEST: usize = 512 * 1_024;

/// Where a provider is.
struct Places {
    authorization: String,
    token: String,
    jwks: String,
    userinfo: Option<String>,
    end_session: Option<String>,
}

/// What a provider says of itself, its keys, and what it says to us.
pub(super) async fn look(house: &House, source: &Source, oidc: &Oidc) -> Vec<Line> {
    let http = match outbound::client_trusting(oidc.authorities.as_deref().map(str::as_bytes)) {
        Ok(http) => http,
        Err(fault) => {
            let mend = "`authorities` holds certificates in PEM";
            return vec![Line::fail("discovery", fault.to_string(), mend)];
        }
    };
    let mut lines = Vec::new();
    let places = if let Some(fixed) = &oidc.endpoints {
        lines.push(Line::ok("discovery", "not asked: the record names the endpoints"));
        Places {
            authorization: fixed.authorization.clone(),
            token: fixed.token.clone(),
            jwks: fixed.jwks.clone(),
            userinfo: fixed.userinfo.clone(),
            end_session: fixed.end_session.clone(),
        }
    } else {
        match discovered(&http, oidc).await {
            Ok((line, says, places)) => {
                lines.push(line);
                lines.extend(oidc_supported::look(source, oidc, &says));
                places
            }
            Err(line) => {
                lines.push(line);
                return lines;
            }
        }
    };
    lines.push(published(&http, &places.jwks).await);
    lines.extend(ways(oidc, &places, house.now()).await);
    if let (true, Some(userinfo)) = (oidc.userinfo, &places.userinfo) {
        lines.push(answers_without_token(&http, userinfo).await);
    }
    lines.push(client(house, source, &http, &places.token).await);
    lines
}

async fn discovered(http: &reqwest::Client, oidc: &Oidc) -> Result<(Line, Map<String, Value>, Places), Line> {
    let fail = |what: String, mend: &str| Err(Line::fail("discovery", what, mend));
    let mend = "see that `issuer` is the provider's own, or name its `endpoints`";
    let Some(address) = discovery_address(&oidc.issuer) else {
        return fail(format!("`{}` is no address", oidc.issuer), mend);
    };
    let told = match document(http, address.as_str()).await {
        Ok(Value::Object(told)) => told,
        Ok(_) => return fail(format!("`{address}`: it is no object"), mend),
        Err(fault) => return fail(format!("`{address}`: {fault}"), mend),
    };
    let text = |name: &str| told.get(name).and_then(Value::as_str).map(str::to_owned);
    let named = text("issuer").unwrap_or_default();
    if named != oidc.issuer {
        let found = format!(
            "the provider calls itself `{named}`, the record `{}`",
            oidc.issuer
        );
        let mend = "write the issuer byte for byte as the provider does, also a slash at its end";
        return fail(found, mend);
    }
    let needed = |name: &str| {
        let mend = "it is no OpenID provider that people can sign in at; ask who runs it";
        text(name).ok_or_else(|| Line::fail("discovery", format!("it names no `{name}`"), mend))
    };
    let places = Places {
        authorization: needed("authorization_endpoint")?,
        token: needed("token_endpoint")?,
        jwks: needed("jwks_uri")?,
        userinfo: text("userinfo_endpoint"),
        end_session: text("end_session_endpoint"),
    };
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
    Ok((line, told, places))
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

/// The way to each place that is not where the issuer is, which was looked at before. To some this machine goes,
/// to others only browsers do.
async fn ways(oidc: &Oidc, places: &Places, now: DateTime<Utc>) -> Vec<Line> {
    let mut known = vec![reach::origin(&oidc.issuer)];
    let mut lines = Vec::new();
    let ours = [Some(&places.token), Some(&places.jwks), places.userinfo.as_ref()];
    for address in ours.into_iter().flatten() {
        let at = reach::origin(address);
        if !known.contains(&at) {
            known.push(at);
            lines.extend(reach::our_way(address, oidc.authorities.as_ref(), now).await);
        }
    }
    for address in [Some(&places.authorization), places.end_session.as_ref()]
        .into_iter()
        .flatten()
    {
        let at = reach::origin(address);
        if !known.contains(&at) {
            known.push(at);
            lines.extend(reach::browsers_way(address, now).await);
        }
    }
    lines
}

/// Whether what stands at the userinfo endpoint's address refuses to say anything without a token, as it should.
async fn answers_without_token(http: &reqwest::Client, address: &str) -> Line {
    let mend = "see that the address is that of its userinfo endpoint, or set `userinfo` to false";
    match http.get(address).send().await {
        Err(fault) => Line::fail(
            "userinfo",
            format!("`{address}`: {}", outbound::innermost(&fault)),
            mend,
        ),
        Ok(answer) => match answer.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
                Line::ok("userinfo", "asks for a token, as it should")
            }
            other => Line::fail(
                "userinfo",
                format!("`{address}` answers {} to whoever has no token", other.as_u16()),
                mend,
            ),
        },
    }
}

/// Whether the token endpoint knows us: it is given a code that nobody was given, and says what is wrong first.
async fn client(house: &House, source: &Source, http: &reqwest::Client, address: &str) -> Line {
    let standing = match house.standing_at(source, http, address).await {
        Ok(standing) => standing,
        Err(fault) => {
            return Line::fail(
                "client",
                format!("`{address}`: {fault}"),
                "see that the token endpoint is reached and answers in JSON; without it nobody signs in",
            );
        }
    };
    match standing {
        Standing::Known => Line::ok("client", "the token endpoint knows us, and would redeem a code"),
        Standing::Unknown => Line::fail(
            "client",
            "the token endpoint does not take us for who we say we are (`invalid_client`)",
            "compare `client_id`, `secret` and `authentication` with how this client is registered there",
        ),
        Standing::NotAllowed => Line::fail(
            "client",
            "the token endpoint knows us, and lets us redeem no code (`unauthorized_client`)",
            "have the client registered there for the authorization code flow",
        ),
        Standing::Careless => Line::fail(
            "client",
            "the token endpoint gave tokens for a code that nobody was given",
            "trust it with nothing: whoever runs it has to mend that first",
        ),
        Standing::Unclear(word) => Line::warn(
            "client",
            format!("the token endpoint answered `{word}`, which does not tell whether it knows us"),
            "sign in once by this source: the log then says what it refuses",
        ),
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
