// SPDX-License-Identifier: Apache-2.0
//! `GET /account/apps`, `POST /account/apps/leave`: which applications hold something of her sessions, and
//! taking it from one.

use askama::Template;
use authn::Happened;
use authn::session::SessionId;
use authn::session::end;
use authn::store::{clients, sessions};
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::{HeaderMap, StatusCode};

use super::nav::Nav;
use crate::app::{App, House};
use crate::http::authn::{browser, words};
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::{Frame, render, see_other};

#[derive(Template)]
#[template(path = "account_apps.html")]
struct Apps {
    frame: Frame,
    nav: Nav,
    held: Vec<AppRow>,
    done: Option<String>,
}

struct AppRow {
    client: String,
    name: String,
    knows: &'static str,
    session: String,
    browser: String,
    signed_in: String,
}

/// `GET /account/apps`
pub async fn get(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fault> {
    match browser::session(&app, &headers).await? {
        Some(session) => page(&app, &session, None).await,
        None => Ok(see_other("/signin?then=/account/apps")),
    }
}

/// `POST /account/apps/leave`
pub async fn leave(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let Some(session) = browser::session(&app, &headers).await? else {
        return Ok(see_other("/signin?then=/account/apps"));
    };
    form.belongs_to(&session)?;
    let (now, mut rng, mut log) = (app.now(), app.rng(), Happened::new());
    let client = form.field("client")?;
    let mut db = app.database.begin_write().await?;
    let id = SessionId::from_text(form.field("session")?);
    let from = sessions::by_id(&id, &mut db).await?;
    let Some(from) = from.filter(|one| one.person == session.person) else {
        return Err(Fault::Malformed);
    };
    end::leave(&from, client, now, &mut rng, &mut log, &mut db).await?;
    app.settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    let done = "Its access has ended. It was told to sign you out.".to_owned();
    page(&app, &session, Some(done)).await
}

async fn page(
    house: &House,
    session: &authn::session::Session,
    done: Option<String>,
) -> Result<Response, Fault> {
    let now = house.now();
    let mut db = house.database.pool.acquire().await?;
    let mut held = Vec::new();
    for one in sessions::open_of_person(&session.person, &mut db).await? {
        if !one.is_live(now) {
            continue;
        }
        for tie in sessions::clients_of(&one.id, &mut db).await? {
            let record = clients::by_id(&tie.client, &mut db)
                .await?
                .map(|client| client.record);
            let knows_mail = record.as_ref().is_some_and(|record| record.may_know("email"));
            let is_this = one.id == session.id;
            let agent = one
                .place
                .agent
                .clone()
                .unwrap_or_else(|| "another browser".to_owned());
            held.push(AppRow {
                name: record.map_or_else(|| tie.client.clone(), |record| record.name),
                knows: if knows_mail {
                    "knows your name and mail address"
                } else {
                    "knows your name"
                },
                client: tie.client,
                session: one.id.to_string(),
                browser: if is_this { "this browser".to_owned() } else { agent },
                signed_in: words::moment(one.auth_time),
            });
        }
    }
    let page = Apps {
        frame: Frame::of(house),
        nav: Nav::of("/account/apps", session, now),
        held,
        done,
    };
    Ok(render(StatusCode::OK, &page))
}
