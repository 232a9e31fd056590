// SPDX-License-Identifier: Apache-2.0
//! `POST /account/sessions/end`: one other session of hers, or all others.

use authn::Happened;
use authn::session::SessionId;
use authn::session::end::{self, Reason};
use authn::store::sessions;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::HeaderMap;

use super::show::page;
use crate::app::App;
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::see_other;

/// `POST /account/sessions/end`
pub async fn end(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let Some(session) = browser::session(&app, &headers).await? else {
        return Ok(see_other("/signin?then=/account"));
    };
    form.belongs_to(&session)?;
    let now = app.now();
    let mut rng = app.rng();
    let mut log = Happened::new();
    let mut db = app.database.begin_write().await?;
    let ended = if let Some(id) = form.0.one("session") {
        let id = SessionId::from_text(id);
        let is_hers = sessions::by_id(&id, &mut db)
            .await?
            .is_some_and(|other| other.person == session.person);
        if !is_hers {
            return Err(Fault::Malformed);
        }
        usize::from(end::end(&id, Reason::SignedOut, now, &mut rng, &mut log, &mut db).await?)
    } else {
        let (person, this) = (&session.person, Some(&session.id));
        end::end_all(person, this, Reason::SignedOut, now, &mut rng, &mut log, &mut db)
            .await?
            .len()
    };
    app.settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    let done = if ended == 1 {
        "One session ended.".to_owned()
    } else {
        format!("{ended} sessions ended.")
    };
    page(&app, &session, Ok(Some(done))).await
}
