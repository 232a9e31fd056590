// SPDX-License-Identifier: Apache-2.0
//! Forms, and where they may come from.

use authn::oidc::parameters::Parameters;
use authn::session::Session;
use axum::extract::{FromRequest, Request};
use countersign_authn as authn;
use http::{HeaderMap, header};
use subtle::ConstantTimeEq;

use crate::app::App;
use crate::http::fault::Fault;

/// A form that one of our own pages sent.
#[derive(Debug)]
pub struct OwnForm(pub Parameters);

impl OwnForm {
    /// The field `name`; an empty one is a missing one.
    pub fn field(&self, name: &str) -> Result<&str, Fault> {
        self.0.one(name).ok_or(Fault::Malformed)
    }

    /// Whether the form carries the token of `session`.
    pub fn belongs_to(&self, session: &Session) -> Result<(), Fault> {
        Self::token_belongs_to(self.0.one("csrf").unwrap_or_default(), session)
    }

    /// Whether `sent` is the token of `session`.
    pub fn token_belongs_to(sent: &str, session: &Session) -> Result<(), Fault> {
        if sent.as_bytes().ct_eq(session.csrf.as_bytes()).into() {
            Ok(())
        } else {
            Err(Fault::Foreign)
        }
    }
}

impl FromRequest<App> for OwnForm {
    type Rejection = Fault;

    async fn from_request(request: Request, app: &App) -> Result<Self, Fault> {
        if !is_ours(request.headers(), &app.config.issuer) {
            return Err(Fault::Foreign);
        }
        let text = body(request, app).await.ok_or(Fault::Malformed)?;
        let parameters = Parameters::read(&text);
        if parameters.is_repeated() {
            Err(Fault::Malformed)
        } else {
            Ok(Self(parameters))
        }
    }
}

/// The text of a form's body; `None` for another content type or too much of it.
pub async fn body(request: Request, app: &App) -> Option<String> {
    let kind = request.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return None;
    }
    String::from_request(request, app).await.ok()
}

/// Whether the browser says that one of our pages sent this: by `Origin`, or, where an old browser
/// leaves that out, by not saying otherwise.
fn is_ours(headers: &HeaderMap, issuer: &str) -> bool {
    if let Some(origin) = headers.get(header::ORIGIN) {
        return origin.to_str().is_ok_and(|origin| origin == origin_of(issuer));
    }
    headers
        .get("sec-fetch-site")
        .is_none_or(|site| site.as_bytes() == b"same-origin" || site.as_bytes() == b"none")
}

/// The origin of the public address.
pub fn origin_of(issuer: &str) -> String {
    url::Url::parse(issuer)
        .map(|url| url.origin().ascii_serialization())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_from_another_origin_is_not_ours() {
        let issuer = "https://id.example";
        let judge = |name: &'static str, value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            is_ours(&headers, issuer)
        };
        assert!(judge("origin", "https://id.example"));
        assert!(!judge("origin", "https://id.example.evil.example"));
        assert!(!judge("origin", "http://id.example"));
        assert!(!judge("origin", "null"));
        assert!(!judge("sec-fetch-site", "same-site"));
        assert!(judge("sec-fetch-site", "same-origin"));
        assert!(is_ours(&HeaderMap::new(), issuer));
    }
}
