// SPDX-License-Identifier: Apache-2.0
//! `GET /enrol/{link}`: which way would you like to sign in?

use askama::Template;
use authn::enrolment;
use axum::extract::{Path, State};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::PersonId;
use http::StatusCode;

use crate::app::{App, House};
use crate::http::fault::Fault;
use crate::http::page::{Frame, render};

#[derive(Template)]
#[template(path = "enrol.html")]
struct Enrol {
    frame: Frame,
    link: String,
    name: String,
    problem: Option<String>,
}

/// `GET /enrol/{link}`
pub async fn get(State(app): State<App>, Path(link): Path<String>) -> Result<Response, Fault> {
    let person = person(&app, &link).await?;
    Ok(page(&app, link, &person, None))
}

/// Whose link this is.
pub(super) async fn person(house: &House, link: &str) -> Result<PersonId, Fault> {
    let mut db = house.database.pool.acquire().await?;
    enrolment::look(link, house.now(), &mut db)
        .await?
        .ok_or(Fault::Gone)
}

/// The page, with what was wrong.
pub(super) fn page(house: &House, link: String, person: &PersonId, problem: Option<String>) -> Response {
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let name = person.to_string();
    render(
        status,
        &Enrol {
            frame: Frame::of(house),
            link,
            name,
            problem,
        },
    )
}
