// SPDX-License-Identifier: Apache-2.0
//! `POST /signin/password`. The hash is computed before the transaction begins, also for nobody.

use authn::Happened;
use authn::flow::{self, Stage};
use authn::store::passwords;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use http::HeaderMap;
use secrecy::SecretString;

use super::outcome;
use crate::app::App;
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::upstream::arrive;
use crate::ldap::password::Word;

/// `POST /signin/password`
pub async fn post(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let flow = browser::flow(&app, &headers, form.field("flow")?).await?;
    let password = SecretString::from(form.0.one("password").unwrap_or_default());
    let stored = match &flow.stage {
        Stage::Password {
            person: Some(person), ..
        } => {
            let mut db = app.database.pool.acquire().await?;
            passwords::hash(person, &mut db).await?
        }
        _ => None,
    };
    // The hash is computed also for whom a directory judges, and the directory asked about names that nobody
    // has here.
    let verdict = app.factors.verify(password.clone(), stored.clone()).await?;
    match app.asked_directories(&flow, &password).await? {
        Word::None => {}
        Word::Claimed(proven) => return arrive::by_directory(&app, &headers, flow, *proven).await,
        Word::Refused(judged) => {
            let mut log = Happened::new();
            let mut transaction = app.database.begin_write().await?;
            let step =
                flow::give_directory_password(flow, judged, app.now(), &mut log, &mut transaction).await?;
            return outcome::answer(&app, &headers, step, log, transaction).await;
        }
    }
    let anew = if verdict.is_outdated() {
        Some(app.factors.hash(password, app.rng()).await?)
    } else {
        None
    };
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    if let (
        Stage::Password {
            person: Some(person), ..
        },
        Some(stored),
        Some(anew),
    ) = (&flow.stage, &stored, &anew)
        && passwords::rehash(person, stored, anew, &mut transaction).await?
    {
        log.event("password.rehashed", person.as_str(), serde_json::json!({}));
    }
    let step = flow::give_password(
        flow,
        &verdict,
        app.now(),
        &mut app.rng(),
        &mut log,
        &mut transaction,
    )
    .await?;
    outcome::answer(&app, &headers, step, log, transaction).await
}
