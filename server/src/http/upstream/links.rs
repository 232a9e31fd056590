// SPDX-License-Identifier: Apache-2.0
//! `POST /account/sources/…`: she links who she is at a source to her account, and takes that away. Both ask
//! for a sign-in of the last ten minutes at the level of the strongest way that the account has.

use authn::Happened;
use authn::assurance::{Level, Requirement};
use authn::session::{Session, SessionId};
use authn::upstream::Claimed;
use authn::upstream::link::{self, LinkRefusal, Made};
use authn::upstream::oidc::request::PassedOn;
use authn::upstream::trip::Errand;
use axum::extract::State;
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::Actor;
use countersign_directory::source::Source;
use countersign_directory::source::mapping::Whom;
use http::{HeaderMap, StatusCode};

use super::{pages, start};
use crate::app::{App, House};
use crate::http::authn::account::fresh::{self, Fresh};
use crate::http::authn::account::show::page;
use crate::http::authn::browser;
use crate::http::authn::signin::outcome::lead_on;
use crate::http::fault::Fault;
use crate::http::form::OwnForm;
use crate::upstream::person::label;

/// `POST /account/sources/link`
pub async fn link(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let session = match fresh::session(&app, &headers, &form).await? {
        Fresh::Enough(session) => session,
        Fresh::SignInFirst(elsewhere) => return Ok(elsewhere),
    };
    let source = start::usable(&app, form.0.one("source"))?;
    let errand = Errand::Link {
        session: session.id.clone(),
    };
    let need = Requirement::level(Level::Aal1);
    let passed_on = PassedOn::default();
    let there = start::send(&app, &headers, &source, errand, need, passed_on, pages::account()).await?;
    // A page leads on: browsers hold redirects after a form to the policy of the form's page.
    match there.headers().get(http::header::LOCATION) {
        Some(address) if there.status() == StatusCode::SEE_OTHER => {
            let address = address.to_str().map_err(|_| Fault::Ours)?;
            Ok(lead_on(&app, format!("Link {}", source.name), address.to_owned()))
        }
        _ => Ok(there),
    }
}

/// She came back, to the session that sent her and no other.
pub(crate) async fn came_back(
    house: &House,
    headers: &HeaderMap,
    source: &Source,
    sent: &SessionId,
    claimed: &Claimed,
) -> Result<Response, Fault> {
    let session = browser::session(house, headers).await?;
    let session = session.filter(|session| session.id == *sent).ok_or(Fault::Gone)?;
    let now = house.now();
    let called = match source.mapping.apply(&claimed.attributes, Whom::Known) {
        Ok(mapped) => label(&mapped.sourced, &claimed.subject),
        Err(_) => claimed.subject.clone(),
    };
    let mut log = Happened::new();
    let mut transaction = house.database.begin_write().await?;
    let made = link::make(
        claimed.identity(),
        &session.person,
        &called,
        Made::Herself,
        source.linking.conflict,
        now,
        &mut house.rng(),
        &mut log,
        &mut transaction,
    )
    .await?;
    house
        .settle(&Actor::Person(session.person.clone()), &log, now, transaction)
        .await?;
    let outcome = match made {
        Ok(link) => Ok(Some(format!(
            "{} at {} was linked. You can sign in with it now.",
            link.label, source.name
        ))),
        Err(refusal) => Err(refused(refusal, source)),
    };
    page(house, &session, outcome).await
}

/// `POST /account/sources/unlink`
pub async fn unlink(State(app): State<App>, headers: HeaderMap, form: OwnForm) -> Result<Response, Fault> {
    let session: Session = match fresh::session(&app, &headers, &form).await? {
        Fresh::Enough(session) => session,
        Fresh::SignInFirst(elsewhere) => return Ok(elsewhere),
    };
    let now = app.now();
    let mut log = Happened::new();
    let mut transaction = app.database.begin_write().await?;
    let id = form.field("link")?;
    let rng = &mut app.rng();
    let is_removed = link::remove_own(id, &session, now, rng, &mut log, &mut transaction).await?;
    app.settle(&Actor::Person(session.person.clone()), &log, now, transaction)
        .await?;
    let outcome = if is_removed {
        Ok(Some("The link was removed.".to_owned()))
    } else {
        Err("This is your only way to sign in. It cannot be removed: add another way first.".to_owned())
    };
    page(&app, &session, outcome).await
}

fn refused(refusal: LinkRefusal, source: &Source) -> String {
    let name = &source.name;
    match refusal {
        LinkRefusal::Another => {
            format!("Who you are at {name} opens another account. Remove that link there first.")
        }
        LinkRefusal::HasOne => {
            format!("Your account is linked to somebody else at {name}. Remove that link first.")
        }
        LinkRefusal::Taken | LinkRefusal::Unfit => format!("What {name} says of you cannot be linked."),
    }
}
