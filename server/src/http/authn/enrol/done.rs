// SPDX-License-Identifier: Apache-2.0
//! The page after a way to sign in was set up.

use axum::response::Response;
use http::StatusCode;

use crate::app::House;
use crate::http::page::{Frame, Message, render};

pub(super) fn page(house: &House, person: &str, what: &str) -> Response {
    let page = Message {
        frame: Frame::of(house),
        title: format!("{what} is set up"),
        text: format!("From now on you sign in as “{person}” with it. This link is used up."),
        reference: None,
        link: Some(("/signin".to_owned(), "Sign in".to_owned())),
    };
    render(StatusCode::OK, &page)
}
