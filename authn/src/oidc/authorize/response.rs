// SPDX-License-Identifier: Apache-2.0
//! The answer to an authorization request. It always names us (`iss`, RFC 9207), also in errors, so
//! that a client cannot take it for another provider's.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Request;
use crate::oidc::error::Error;
use crate::secret::Secret;

/// How an answer travels.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseMode {
    /// A form that the browser posts.
    FormPost,
    /// The query of the redirect address.
    Query,
}

/// An answer on its way.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Response {
    /// Where to.
    pub redirect_uri: String,
    /// How.
    pub mode: ResponseMode,
    /// What it says.
    pub parameters: Vec<(&'static str, String)>,
}

impl Response {
    /// An answer with a code.
    pub fn code(request: &Request, code: &Secret, issuer: &str) -> Self {
        Self::new(request, issuer, vec![("code", code.expose().to_owned())])
    }

    /// An answer with an error.
    pub fn error(request: &Request, error: &Error, issuer: &str) -> Self {
        let parameters = vec![
            ("error", error.code.as_str().to_owned()),
            ("error_description", error.description.to_owned()),
        ];
        Self::new(request, issuer, parameters)
    }

    fn new(request: &Request, issuer: &str, mut parameters: Vec<(&'static str, String)>) -> Self {
        if let Some(state) = &request.state {
            parameters.push(("state", state.clone()));
        }
        parameters.push(("iss", issuer.to_owned()));
        Self {
            redirect_uri: request.redirect_uri.clone(),
            mode: request.response_mode,
            parameters,
        }
    }

    /// The whole address, for [`ResponseMode::Query`]. The query that the address has is kept.
    pub fn location(&self) -> String {
        let Ok(mut url) = Url::parse(&self.redirect_uri) else {
            return self.redirect_uri.clone();
        };
        url.query_pairs_mut().extend_pairs(&self.parameters);
        url.into()
    }

    /// The origin that the answer goes to, as a content security policy names it.
    pub fn origin(&self) -> Option<String> {
        Url::parse(&self.redirect_uri)
            .ok()
            .map(|url| url.origin().ascii_serialization())
    }
}
