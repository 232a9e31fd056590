// SPDX-License-Identifier: Apache-2.0
//! `POST /signin/name`: who she says she is.

use authn::Happened;
use authn::flow::{self, Flow};
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::source::Source;
use http::HeaderMap;

use super::outcome;
use crate::app::{App, House};
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;

/// `POST /signin/name`
pub async fn post(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let flow = browser::flow(&app, &headers, form.field("flow")?).await?;
    // Who is at home elsewhere signs in there. That is the same for names that nobody has.
    if let Some(source) = app.upstream.of_address(form.field("name")?.trim())
        && source.ldap().is_none()
    {
        return to_source(&app, flow, form.field("name")?, &source).await;
    }
    let mut transaction = app.database.begin_write().await?;
    let step = flow::give_name(flow, form.field("name")?, app.now(), &mut transaction).await?;
    outcome::answer(&app, &headers, step, Happened::new(), transaction).await
}

/// Leads to the source of a mail domain, with the name that was typed.
async fn to_source(house: &House, mut flow: Flow, name: &str, source: &Source) -> Result<Response, Fault> {
    let hint: String = name
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(255)
        .collect();
    let mut transaction = house.database.begin_write().await?;
    flow::hint(&mut flow, hint, house.now(), &mut transaction).await?;
    transaction.commit().await?;
    // A page leads on: browsers hold redirects after a form to the policy of the form's page.
    let next = format!("/signin/source?flow={}&source={}", flow.id, source.id);
    Ok(outcome::lead_on(
        house,
        format!("Sign in with {}", source.name),
        next,
    ))
}
