// SPDX-License-Identifier: Apache-2.0
//! What is not here: a problem for programs, a page for people.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};

use crate::app::App;
use crate::http::page::{Frame, Message, render};
use crate::http::problem::Problem;

/// Any address that no route serves.
pub async fn any(State(app): State<App>, uri: Uri) -> Response {
    let for_programs = ["/api/", "/access/", "/oauth2/", "/.well-known/"];
    if for_programs.iter().any(|prefix| uri.path().starts_with(prefix)) {
        return Problem::not_found().into_response();
    }
    let page = Message {
        frame: Frame::of(&app),
        title: "There is no such page".to_owned(),
        text: "The address is wrong, or what was there is gone.".to_owned(),
        reference: None,
        link: Some(("/account".to_owned(), "Your account".to_owned())),
    };
    render(StatusCode::NOT_FOUND, &page)
}
