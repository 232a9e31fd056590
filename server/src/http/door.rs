// SPDX-License-Identifier: Apache-2.0
//! What every request passes before its route and every answer after it. One layer for all of it: each that
//! stands alone costs every request boxes of its own.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use super::metrics::Noting;
use super::{access, admission, cards};
use crate::app::App;

/// Counts it, takes away what only a proxy may say, lets it in or tells it to come back, and gives its name
/// back where that is asked for.
pub async fn pass(State(app): State<App>, request: Request, next: Next) -> Response {
    let noting = Noting::of(&request);
    let named = access::named(&request);
    let request = cards::without_proxy_headers(request).await;
    let mut answer = admission::admit(&app, request, next).await;
    if let Some(name) = named {
        answer.headers_mut().insert(access::REQUEST_ID, name);
    }
    noting.note(&app, answer.status());
    answer
}
