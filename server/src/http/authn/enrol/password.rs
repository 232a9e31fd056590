// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /enrol/{link}/password`: a password beside an authenticator app.

use askama::Template;
use authn::Happened;
use authn::bind::{self, BindError};
use authn::factor::password::{Beside, PolicyError, acceptable};
use authn::factor::totp::{Seed, picture};
use axum::extract::{Path, State};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::{Actor, PersonId};
use http::StatusCode;
use secrecy::SecretString;

use super::{done, show};
use crate::app::{App, House};
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::http::page::{Frame, render};

#[derive(Template)]
#[template(path = "enrol_password.html")]
struct EnrolPassword {
    frame: Frame,
    link: String,
    name: String,
    ceremony: String,
    picture: String,
    key: String,
    problem: Option<String>,
}

/// `GET /enrol/{link}/password`
pub async fn get(State(app): State<App>, Path(link): Path<String>) -> Result<Response, Fault> {
    let person = show::person(&app, &link).await?;
    let mut rng = app.rng();
    let mut transaction = app.database.begin_write().await?;
    let offered = bind::offer_code(
        &link,
        &person,
        app.config.login.totp_hash.algorithm(),
        &app.sealer,
        app.now(),
        &mut rng,
        &mut transaction,
    )
    .await?;
    transaction.commit().await?;
    let (ceremony, seed) = offered.ok_or(Fault::Gone)?;
    Ok(page(&app, link, &person, ceremony, &seed, None))
}

/// `POST /enrol/{link}/password`
pub async fn post(
    State(app): State<App>,
    Path(link): Path<String>,
    form: OwnForm,
) -> Result<Response, Fault> {
    let person = show::person(&app, &link).await?;
    let password = SecretString::from(form.0.one("password").unwrap_or_default());
    let ceremony = form.field("ceremony")?.to_owned();
    if let Err(fault) = judged(&app, &password, &person, Beside::SecondFactor) {
        return again(
            &app,
            link,
            &person,
            ceremony,
            format!("Choose another password: {fault}."),
        )
        .await;
    }
    let hash = app.factors.hash(password, app.rng()).await?;
    let code = form.0.one("code").unwrap_or_default();
    let now = app.now();
    let mut rng = app.rng();
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let bound = bind::password_with_link(
        &link,
        &ceremony,
        &hash,
        code,
        &app.sealer,
        now,
        &mut rng,
        &mut log,
        &mut transaction,
    )
    .await?;
    match bound {
        Ok(person) => {
            app.settle(&Actor::Person(person.clone()), &log, now, transaction)
                .await?;
            Ok(done::page(
                &app,
                person.as_str(),
                "Your password and your authenticator app",
            ))
        }
        Err(BindError::Code) => {
            drop(transaction);
            let text = "That security code isn't right. Wait for the next code and try again.";
            again(&app, link, &person, ceremony, text.to_owned()).await
        }
        Err(_) => Err(Fault::Gone),
    }
}

/// Whether a password will do beside what else there is: names that are easily guessed are not in it.
pub(crate) fn judged(
    house: &House,
    password: &SecretString,
    person: &PersonId,
    beside: Beside,
) -> Result<(), PolicyError> {
    let snapshot = house.snapshot();
    let entry = snapshot.person(person.as_str());
    let said = entry.and_then(|entry| entry.display_name.as_deref());
    let mail = entry.and_then(|entry| entry.email.as_deref());
    let agency = entry.and_then(|entry| entry.agency.as_ref().map(AsRef::as_ref));
    let mut context = vec![person.as_str(), house.config.login.deployment.as_str()];
    context.extend([said, mail, agency].into_iter().flatten());
    acceptable(password, beside, &context)
}

async fn again(
    house: &House,
    link: String,
    person: &PersonId,
    ceremony: String,
    problem: String,
) -> Result<Response, Fault> {
    let mut db = house.database.pool.acquire().await?;
    let offered = bind::offered_code(&link, &ceremony, person, &house.sealer, house.now(), &mut db).await?;
    let seed = offered.ok_or(Fault::Gone)?;
    Ok(page(house, link, person, ceremony, &seed, Some(problem)))
}

fn page(
    house: &House,
    link: String,
    person: &PersonId,
    ceremony: String,
    seed: &Seed,
    problem: Option<String>,
) -> Response {
    let frame = Frame::of(house);
    let status = if problem.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let address = seed.address(&frame.deployment, person);
    let page = EnrolPassword {
        link,
        name: person.to_string(),
        ceremony,
        picture: picture(&address).unwrap_or_default(),
        key: seed.for_typing(),
        problem,
        frame,
    };
    render(status, &page)
}
