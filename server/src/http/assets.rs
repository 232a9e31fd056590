// SPDX-License-Identifier: Apache-2.0
//! Style, script and pictures of our own pages, compiled in. The banner's colours are data of the
//! label scheme, so their rule is written at run time: pages carry no inline style.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

use crate::app::App;
use crate::http::marking::Marking;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// The typeface of the pages and of the console: Public Sans, under the SIL Open Font License.
const FONT: &[u8] = include_bytes!("../../static/public-sans.woff2");

/// `GET /static/{file}`
pub async fn get(State(app): State<App>, Path(file): Path<String>) -> Response {
    if file == "public-sans.woff2" {
        let headers = [
            (header::CONTENT_TYPE, "font/woff2"),
            (header::CACHE_CONTROL, "public, max-age=86400"),
        ];
        return (headers, FONT).into_response();
    }
    let (kind, body) = match file.as_str() {
        "codes.js" => (JS, include_str!("../../static/codes.js").to_owned()),
        "countersign.css" => (CSS, include_str!("../../static/countersign.css").to_owned()),
        "device.js" => (JS, include_str!("../../static/device.js").to_owned()),
        "form-post.js" => (JS, include_str!("../../static/form-post.js").to_owned()),
        "mark.svg" => ("image/svg+xml", include_str!("../../static/mark.svg").to_owned()),
        "marking.css" => (CSS, marking(&app)),
        "passkey.js" => (JS, include_str!("../../static/passkey.js").to_owned()),
        "saml-logout.js" => (JS, include_str!("../../static/saml-logout.js").to_owned()),
        "session.js" => (JS, include_str!("../../static/session.js").to_owned()),
        "tokens.css" => (CSS, include_str!("../../static/tokens.css").to_owned()),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-cache")],
        body,
    )
        .into_response()
}

fn marking(app: &App) -> String {
    let marking = Marking::of(app);
    format!(
        ".marking {{ background: {}; color: {}; }}\n",
        marking.background, marking.foreground
    )
}
