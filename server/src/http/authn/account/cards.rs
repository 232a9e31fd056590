// SPDX-License-Identifier: Apache-2.0
//! `/account/cards…`: binds a card to the account and takes one away. Both ask for a sign-in of the
//! last ten minutes; binding asks for one at the level of the strongest way that the account has, and
//! at least two factors, so that a stolen password adds no card.

use authn::Happened;
use authn::account;
use authn::assurance::{Level, Requirement};
use authn::bind::Removed;
use authn::cards as bound;
use authn::factor::card::Card;
use authn::oidc::parameters::Parameters;
use authn::session::Session;
use authn::store::ceremonies::{self, Kind};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use chrono::TimeDelta;
use countersign_authn as authn;
use countersign_directory::Actor;
use http::HeaderMap;

use super::show::page;
use crate::app::{App, House};
use crate::http::authn::signin::card::confirmation;
use crate::http::authn::{browser, card_page};
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::see_other;

const FRESH_SECONDS: i64 = 600;
const ADD: &str = "/account/cards/add";
/// How long a card that was judged waits for a yes.
const PATIENCE: TimeDelta = TimeDelta::minutes(5);

/// `GET /account/cards/add`
pub async fn add(State(app): State<App>, headers: HeaderMap) -> Result<Response, Fault> {
    match fresh(&app, &headers).await? {
        Ok(session) => {
            let other = ("/account".to_owned(), "Back to your account");
            card_page::start(&app, &bound_to(&session), "/account/cards/done", other).await
        }
        Err(sign_in) => Ok(see_other(&sign_in)),
    }
}

/// `GET /account/cards/done`
pub async fn done(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let session = match fresh(&app, &headers).await? {
        Ok(session) => session,
        Err(sign_in) => return Ok(see_other(&sign_in)),
    };
    let parameters = Parameters::read(&query.unwrap_or_default());
    let result = parameters.one("result").ok_or(Fault::Malformed)?;
    let verdict = card_page::take(&app, result, &bound_to(&session)).await?;
    let card = match verdict.outcome {
        Ok(card) => card,
        Err(refused) => {
            let other = ("/account".to_owned(), "Back to your account");
            return Ok(card_page::refused(
                &app,
                &refused,
                verdict.reference,
                ADD.to_owned(),
                other,
            ));
        }
    };
    // The verdict waits for the yes on the server: the page carries its name and nothing of it.
    let waiting = authn::secret::random_id(&mut app.rng());
    let state = serde_json::to_string(&card).map_err(|_| Fault::Ours)?;
    let until = app.now() + PATIENCE;
    let mut db = app.database.begin_write().await?;
    ceremonies::put(
        &waiting,
        Kind::CardResult,
        &waits_for(&session),
        &state,
        until,
        &mut db,
    )
    .await?;
    db.commit().await?;
    let hidden = ("card", format!("{waiting}.{}", session.csrf));
    let person = session.person.as_str();
    Ok(confirmation(
        &app,
        "/account/cards",
        hidden,
        person,
        &card,
        "/account".to_owned(),
    ))
}

/// `POST /account/cards`
pub async fn bind(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let session = match fresh(&app, &headers).await? {
        Ok(session) => session,
        Err(sign_in) => return Ok(see_other(&sign_in)),
    };
    let (waiting, csrf) = form.field("card")?.split_once('.').ok_or(Fault::Malformed)?;
    OwnForm::token_belongs_to(csrf, &session)?;
    let now = app.now();
    let mut rng = app.rng();
    let mut log = Happened::new();
    let mut db = app.database.begin_write().await?;
    let state = ceremonies::take(waiting, Kind::CardResult, &waits_for(&session), now, &mut db).await?;
    let Some(state) = state else {
        return Err(Fault::Gone);
    };
    let card: Card = serde_json::from_str(&state).map_err(|_| Fault::Ours)?;
    let outcome = bound::bind(&session.person, &card, now, &mut rng, &mut log, &mut db).await?;
    app.settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    let outcome = match outcome {
        Ok(()) => Ok(Some(
            "The card was linked. You can sign in with it now.".to_owned(),
        )),
        Err(refusal) => Err(format!("The card was not linked: {refusal}.")),
    };
    page(&app, &session, outcome).await
}

/// `POST /account/cards/remove`
pub async fn remove(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let session = match fresh(&app, &headers).await? {
        Ok(session) => session,
        Err(sign_in) => return Ok(see_other(&sign_in)),
    };
    form.belongs_to(&session)?;
    let now = app.now();
    let mut log = Happened::new();
    let mut db = app.database.begin_write().await?;
    let id = form.field("card")?;
    let removed = bound::remove(id, &session, now, &mut app.rng(), &mut log, &mut db).await?;
    app.settle(&Actor::Person(session.person.clone()), &log, now, db)
        .await?;
    let outcome = match removed {
        Removed::Gone => Ok(Some("The card was removed.".to_owned())),
        Removed::GoneWithSession => return Ok(see_other("/signin?then=/account")),
        Removed::Stays => {
            Err("Your only card cannot be removed: add another card or a passkey first.".to_owned())
        }
    };
    page(&app, &session, outcome).await
}

/// The session, if it is fresh and strong enough; else the way to one that is.
async fn fresh(house: &House, headers: &HeaderMap) -> Result<Result<Session, String>, Fault> {
    if house.cards.is_none() {
        return Err(Fault::Gone);
    }
    let session = browser::session(house, headers).await?;
    let level = match &session {
        None => Level::Aal2,
        Some(session) => {
            let mut db = house.database.pool.acquire().await?;
            let strongest =
                account::strongest(&session.person, &house.factors.passkeys, house.now(), &mut db).await?;
            strongest.unwrap_or(Level::Aal2).max(Level::Aal2)
        }
    };
    let need = Requirement {
        max_age: Some(FRESH_SECONDS),
        ..Requirement::level(level)
    };
    let good = session.filter(|session| session.unmet(&need, house.now()).is_none());
    Ok(good.ok_or_else(|| {
        format!(
            "/signin?then={ADD}&max_age={FRESH_SECONDS}&acr_values={}",
            level.acr()
        )
    }))
}

fn bound_to(session: &Session) -> String {
    format!("card/session/{}", session.id)
}

fn waits_for(session: &Session) -> String {
    format!("card/yes/{}", session.id)
}
