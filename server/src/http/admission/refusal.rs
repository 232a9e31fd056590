// SPDX-License-Identifier: Apache-2.0
//! Not now: what a caller is told that asks too much, in the form in which the address answers. Nothing was
//! looked at that it asked, so it may ask the same again.

use std::time::Duration;

use axum::response::{IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};
use serde_json::json;

use super::super::LARGEST_BODY;
use crate::app::House;
use crate::http::access::AccessError;
use crate::http::page::{Frame, Message, render};
use crate::http::problem::Problem;

/// Why not now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The address sends too much.
    AddressRate(Duration),
    /// The record cannot be written as fast as questions come.
    JournalFull,
    /// All together ask too much.
    Overloaded,
    /// The body is larger than any that is taken.
    BodyTooLarge,
    /// The server has too many searches under way.
    SearchesAtOnce,
    /// The server has too much under way.
    ServerAtOnce,
    /// The server asks too much.
    ServerRate(Duration),
    /// The server has too many streams open.
    StreamsAtOnce,
    /// It took longer than anything may.
    TooSlow,
}

/// In which form an address answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A sentence, as AuthZEN says.
    Access,
    /// problem+json.
    Api,
    /// As Matrix writes errors.
    Matrix,
    /// RFC 6749, section 5.2.
    OAuth,
    /// As Connect writes errors.
    OpenTdf,
    /// For people.
    Page,
}

impl Refusal {
    /// What each is called where they are counted, in the order of [`Refusal::kind`].
    pub const KINDS: [&'static str; 9] = [
        "address_rate",
        "body_too_large",
        "journal_full",
        "overloaded",
        "searches_at_once",
        "server_at_once",
        "server_rate",
        "streams_at_once",
        "too_slow",
    ];

    /// Its place among [`Refusal::KINDS`].
    pub fn kind(self) -> usize {
        match self {
            Self::AddressRate(_) => 0,
            Self::BodyTooLarge => 1,
            Self::JournalFull => 2,
            Self::Overloaded => 3,
            Self::SearchesAtOnce => 4,
            Self::ServerAtOnce => 5,
            Self::ServerRate(_) => 6,
            Self::StreamsAtOnce => 7,
            Self::TooSlow => 8,
        }
    }

    /// The status.
    pub fn status(self) -> StatusCode {
        match self {
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::JournalFull | Self::Overloaded | Self::TooSlow => StatusCode::SERVICE_UNAVAILABLE,
            Self::AddressRate(_)
            | Self::SearchesAtOnce
            | Self::ServerAtOnce
            | Self::ServerRate(_)
            | Self::StreamsAtOnce => StatusCode::TOO_MANY_REQUESTS,
        }
    }

    /// After how many whole seconds to ask again; none where that would be no better.
    pub fn retry_after(self) -> Option<u64> {
        match self {
            Self::BodyTooLarge => None,
            Self::AddressRate(wait) | Self::ServerRate(wait) => {
                Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
            }
            Self::StreamsAtOnce => Some(10),
            _ => Some(1),
        }
    }

    fn detail(self) -> String {
        let text = match self {
            Self::AddressRate(_) => "this address sends more than `limits.address_per_second` allows",
            Self::BodyTooLarge => return format!("at most {LARGEST_BODY} bytes in one request"),
            Self::JournalFull => "decisions come faster than the record can take them",
            Self::Overloaded => "more is asked than can be answered now",
            Self::SearchesAtOnce => "this server has `limits.server_searches_at_once` searches under way",
            Self::ServerAtOnce => {
                "this server has `limits.server_at_once` requests under way, or several large ones"
            }
            Self::ServerRate(_) => "this server asks more than `limits.server_per_second` allows",
            Self::StreamsAtOnce => "this server has `limits.server_streams_at_once` streams open",
            Self::TooSlow => "this took too long",
        };
        format!("{text}; ask again after the time in `Retry-After`")
    }

    /// The answer at `path`.
    pub fn answer(self, path: &str, house: &House) -> Response {
        match form(path) {
            Form::Access => AccessError::from(Problem::from(self)).into_response(),
            Form::Api => Problem::from(self).into_response(),
            Form::Matrix => self.as_json(&json!({ "errcode": "M_LIMIT_EXCEEDED", "error": self.detail() })),
            Form::OpenTdf => self.as_json(&json!({ "code": "resource_exhausted", "message": self.detail() })),
            Form::OAuth => {
                let body = json!({ "error": "temporarily_unavailable", "error_description": self.detail() });
                let no_store = [(header::CACHE_CONTROL, "no-store")];
                with_retry_after(
                    (self.status(), no_store, axum::Json(body)).into_response(),
                    self.retry_after(),
                )
            }
            Form::Page => {
                let page = Message {
                    frame: Frame::of(house),
                    title: "Too much at once".to_owned(),
                    text: "More was asked than can be answered now. Try again in a moment.".to_owned(),
                    reference: None,
                    link: None,
                };
                with_retry_after(render(self.status(), &page), self.retry_after())
            }
        }
    }
}

impl Refusal {
    fn as_json(self, body: &serde_json::Value) -> Response {
        with_retry_after(
            (self.status(), axum::Json(body)).into_response(),
            self.retry_after(),
        )
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        Self {
            retry_after: refusal.retry_after(),
            ..Self::new(refusal.status(), refusal.detail())
        }
    }
}

/// Says after how many seconds to come back.
pub fn with_retry_after(mut response: Response, seconds: Option<u64>) -> Response {
    if let Some(seconds) = seconds {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn form(path: &str) -> Form {
    match path {
        "/oauth2/authorize" | "/oauth2/logout" => Form::Page,
        _ if path.starts_with("/access/") => Form::Access,
        _ if path.starts_with("/_matrix/") => Form::Matrix,
        _ if path.starts_with("/authorization.") => Form::OpenTdf,
        _ if path.starts_with("/api/") => Form::Api,
        _ if ["/oauth2/", "/protocol/", "/.well-known/"]
            .iter()
            .any(|area| path.starts_with(area)) =>
        {
            Form::OAuth
        }
        _ => Form::Page,
    }
}
