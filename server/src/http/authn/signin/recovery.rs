// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /signin/recovery`: a saved recovery code after the password, and on to a new
//! authenticator.

use askama::Template;
use authn::Happened;
use authn::flow::{self, Flow, Problem, Stage, Step};
use authn::oidc::parameters::Parameters;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode};

use super::{outcome, pages};
use crate::app::{App, House};
use crate::http::authn::{browser, words};
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::{Frame, render, see_other};

#[derive(Template)]
#[template(path = "recovery.html")]
struct Recovery {
    frame: Frame,
    flow: String,
    name: String,
    problem: Option<String>,
}

/// `GET /signin/recovery`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let flow = browser::flow(&app, &headers, parameters.one("flow").ok_or(Fault::Malformed)?).await?;
    page(&app, &flow, None).await
}

/// `POST /signin/recovery`
pub async fn post(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let flow = browser::flow(&app, &headers, form.field("flow")?).await?;
    let actor = match &flow.stage {
        Stage::Code { person, .. } => Actor::Person(person.clone()),
        _ => Actor::Nobody,
    };
    let code = form.0.one("code").unwrap_or_default();
    let now = app.now();
    let mut rng = app.rng();
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let given =
        flow::give_recovery_code(flow, code, &app.sealer, now, &mut rng, &mut log, &mut transaction).await?;
    match given {
        Ok(link) => {
            app.settle(&actor, &log, now, transaction).await?;
            Ok(see_other(&format!("/enrol/{}", link.expose())))
        }
        Err(Step::Again(flow, problem)) => {
            app.settle(&Actor::Nobody, &log, now, transaction).await?;
            page(&app, &flow, Some(problem)).await
        }
        Err(step) => outcome::answer(&app, &headers, step, log, transaction).await,
    }
}

async fn page(house: &House, flow: &Flow, problem: Option<Problem>) -> Result<Response, Fault> {
    let Stage::Code { person, .. } = &flow.stage else {
        return pages::of(house, flow, problem).await;
    };
    let frame = Frame::of(house);
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = Recovery {
        flow: flow.id.clone(),
        name: person.to_string(),
        problem: problem.map(|problem| words::problem(problem, &frame.help)),
        frame,
    };
    Ok(render(status, &page))
}
