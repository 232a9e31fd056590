// SPDX-License-Identifier: Apache-2.0
//! `GET|POST /saml/sso`: a service provider sends a person.
//!
//! A form from another site comes without our cookies. So what it asks for is checked and frozen at
//! once, and the browser comes again for it, by an address that works once.

use authn::oidc::parameters::Parameters;
use authn::saml::idp::inbound::Inbound;
use authn::saml::idp::request::{self, Refusal};
use authn::saml::idp::{Entity, Request, ServiceProvider};
use authn::saml::redirect::Carrier;
use authn::secret::random_id;
use authn::store::{clients, saml_services};
use axum::extract::{RawQuery, Request as HttpRequest, State};
use axum::response::Response;
use chrono::TimeDelta;
use countersign_authn as authn;
use http::HeaderMap;

use super::answer;
use super::receive::{self, Trouble, believe, use_up};
use crate::app::{App, House};
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::form;
use crate::http::page::see_other;

/// How long a browser may take to come again.
const COMES_AGAIN_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// What becomes of a message that was taken.
enum Taken {
    Request(Request),
    /// It is answered with a status at once.
    Answered(Response),
}

/// `GET /saml/sso`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let query = query.unwrap_or_default();
    let parameters = Parameters::read(&query);
    if let Some(id) = parameters.one("resume") {
        let mut db = app.database.begin_write().await?;
        let request = saml_services::thaw(id, app.now(), &mut db).await?;
        db.commit().await?;
        return go_on(&app, &headers, request.ok_or(Fault::Gone)?).await;
    }
    if let Some(client) = parameters.one("client") {
        return match unsolicited(&app, client, parameters.one("RelayState")).await {
            Ok(request) => go_on(&app, &headers, request).await,
            Err(trouble) => receive::page(&app, trouble),
        };
    }
    let taken = match receive::query(&query) {
        Ok(inbound) => take(&app, inbound).await,
        Err(trouble) => Err(trouble),
    };
    match taken {
        Ok(Taken::Request(request)) => go_on(&app, &headers, request).await,
        Ok(Taken::Answered(response)) => Ok(response),
        Err(trouble) => receive::page(&app, trouble),
    }
}

/// `POST /saml/sso`
pub async fn post(State(app): State<App>, request: HttpRequest) -> Result<Response, Fault> {
    let text = form::body(request, &app).await.ok_or(Fault::Malformed)?;
    let taken = match receive::form(&Parameters::read(&text)) {
        Ok(inbound) => take(&app, inbound).await,
        Err(trouble) => Err(trouble),
    };
    match taken {
        Ok(Taken::Request(request)) => {
            let id = random_id(&mut app.rng());
            let mut db = app.database.begin_write().await?;
            let until = app.now() + COMES_AGAIN_WITHIN;
            saml_services::freeze(&id, &request, until, &mut db).await?;
            db.commit().await?;
            Ok(see_other(&format!("/saml/sso?resume={id}")))
        }
        Ok(Taken::Answered(response)) => Ok(response),
        Err(trouble) => receive::page(&app, trouble),
    }
}

async fn go_on(house: &House, headers: &HeaderMap, request: Request) -> Result<Response, Fault> {
    let session = browser::session(house, headers).await?;
    answer::to(house, headers, request, session, None).await
}

/// Takes a message: its sender is known, it is meant for us, of this moment, and new.
async fn take(house: &House, inbound: Inbound) -> Result<Taken, Trouble> {
    if inbound.carrier() != Carrier::Request {
        return Err(Trouble::Page("it is no request".to_owned()));
    }
    let may_be_unsigned = |provider: &ServiceProvider| !provider.requests_signed;
    let received = believe(house, inbound, may_be_unsigned).await?;
    let id = request::id(&received.message)?;
    let sso = Entity::of(&house.config.issuer).sso;
    let checked = request::check(&received.message, &received.client, &sso, house.now());
    if let Err(Refusal::Page(why)) = &checked {
        return Err(Trouble::Page((*why).to_owned()));
    }
    use_up(house, &received.client.id, "request", &id).await?;
    match checked {
        Ok(request) => Ok(Taken::Request(request)),
        Err(Refusal::Page(why)) => Err(Trouble::Page(why.to_owned())),
        Err(Refusal::Status(request, status)) => Ok(Taken::Answered(
            answer::status(house, &request, status, None).await?,
        )),
    }
}

/// A sign-in that begins with us, where an administrator allows it for that service provider.
async fn unsolicited(house: &House, client: &str, relay_state: Option<&str>) -> Result<Request, Trouble> {
    let client = {
        let mut db = house.database.pool.acquire().await?;
        clients::by_id(client, &mut db).await?
    };
    let client = client.ok_or_else(|| Trouble::Page("the application is not registered".to_owned()))?;
    request::unsolicited(&client.record, relay_state, house.now())
        .map_err(|why| Trouble::Page(why.to_owned()))
}
