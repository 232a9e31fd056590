// SPDX-License-Identifier: Apache-2.0
//! Whole pages: what each has in common, and the headers that go with them.
//!
//! The policy allows our own script, style and pictures and nothing else. `form-action` is ours
//! alone: a sign-in ends on a page of ours that leads on by itself, because browsers apply it to
//! redirects after a form.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderValue, StatusCode, header};

use crate::app::House;
use crate::http::marking::Marking;

/// What every page shows around its content.
#[derive(Clone, Debug)]
pub struct Frame {
    /// What this deployment is called.
    pub deployment: String,
    /// Whom to call.
    pub help: String,
    /// The notice above the sign-in form.
    pub notice: String,
    /// The notice on every page.
    pub house_notice: Option<String>,
    /// The classification banner.
    pub marking: String,
}

impl Frame {
    /// The frame of this house.
    pub fn of(house: &House) -> Self {
        let login = &house.config.login;
        Self {
            deployment: login.deployment.clone(),
            help: login.help.clone(),
            notice: login.notice.clone(),
            house_notice: house.notice.clone(),
            marking: Marking::of(house).text,
        }
    }
}

/// A page of words.
#[derive(Debug, Template)]
#[template(path = "message.html")]
pub struct Message {
    /// The frame.
    pub frame: Frame,
    /// Its heading.
    pub title: String,
    /// What happened and what to do.
    pub text: String,
    /// What to quote to the help desk.
    pub reference: Option<String>,
    /// Where to go on: address and words.
    pub link: Option<(String, String)>,
}

/// Renders a page.
pub fn render(status: StatusCode, page: &impl Template) -> Response {
    render_with(status, page, "'self'")
}

/// Renders a page whose form goes to `form_action`, a source of the content security policy.
pub fn render_with(status: StatusCode, page: &impl Template, form_action: &str) -> Response {
    let Ok(body) = page.render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = (status, Html(body)).into_response();
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self'; base-uri 'none'; form-action {form_action}; \
         frame-ancestors 'none'; \
         require-trusted-types-for 'script'"
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Not `no-referrer`: with it browsers say `Origin: null` when a form is sent.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    response
}

/// Goes on with a read of `location`.
pub fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            let headers = [
                (header::LOCATION, location),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
