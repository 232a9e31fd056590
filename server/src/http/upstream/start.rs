// SPDX-License-Identifier: Apache-2.0
//! `GET /signin/source`: the way to a source, for a sign-in under way.

use authn::assurance::Requirement;
use authn::flow::Then;
use authn::oidc::parameters::Parameters;
use authn::upstream::assurance;
use authn::upstream::oidc::request::{self, Held, PassedOn};
use authn::upstream::trip::{self, Errand, Trip};
use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::SourceId;
use countersign_directory::source::{Protocol, Source};
use http::HeaderMap;

use super::pages::{self, Trouble};
use crate::app::{App, House};
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::page::see_other;
use crate::http::saml::sources as saml;
use crate::upstream::provider::ProviderFault;

/// `GET /signin/source`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let flow = browser::flow(&app, &headers, parameters.one("flow").ok_or(Fault::Malformed)?).await?;
    let source = usable(&app, parameters.one("source"))?;
    let mut need = flow.purpose.requirement.clone();
    if parameters.one("anew").is_some() {
        need.after = Some(need.after.unwrap_or_else(|| app.now()));
    }
    let ui_locales = match &flow.purpose.then {
        Then::Authorize(request) => request.ui_locales.as_deref(),
        Then::Page(_) | Then::Saml(_) => None,
    };
    let passed_on = PassedOn {
        login_hint: flow.purpose.login_hint.as_deref(),
        ui_locales,
    };
    let back = pages::sign_in_again(&flow.id);
    let errand = Errand::SignIn {
        flow: flow.id.clone(),
    };
    send(&app, &headers, &source, errand, need, passed_on, back).await
}

/// The source of that name, if anybody may sign in by it.
pub(super) fn usable(house: &House, id: Option<&str>) -> Result<std::sync::Arc<Source>, Fault> {
    let id: SourceId = id.and_then(|id| id.parse().ok()).ok_or(Fault::Malformed)?;
    let source = house.upstream.source(&id);
    source.filter(|source| source.signs_in()).ok_or(Fault::Gone)
}

/// Sends the browser to a source.
pub(super) async fn send(
    house: &House,
    headers: &HeaderMap,
    source: &Source,
    errand: Errand,
    need: Requirement,
    passed_on: PassedOn<'_>,
    back: pages::Back,
) -> Result<Response, Fault> {
    let browser = browser::secret(house, headers).ok_or(Fault::Gone)?;
    let oidc = match &source.protocol {
        Protocol::Oidc(oidc) => oidc,
        Protocol::Saml(_) => return saml::start::send(house, source, errand, need, &browser, back).await,
        // Nobody is sent to a directory.
        Protocol::Ldap(_) => return Err(Fault::Gone),
    };
    let provider = match house.provider(source).await {
        Ok(provider) => provider,
        Err(fault) => return pages::trouble(house, source, &Trouble::from(&fault), &fault, back).await,
    };
    let mut rng = house.rng();
    let asked = assurance::ask(&need, &source.trust, &house.config.sessions.lifetimes());
    let trip = Trip {
        errand,
        need,
        held: Held::new(&oidc.issuer, &mut rng),
    };
    let mut transaction = house.database.begin_write().await?;
    let state = trip::set_out(
        &trip,
        &source.id,
        &browser,
        house.now(),
        &mut rng,
        &mut transaction,
    )
    .await?;
    transaction.commit().await?;
    let address = request::prepare(
        oidc,
        &provider.endpoints,
        &redirect_uri(house, &source.id),
        &state,
        &trip.held,
        &asked,
        passed_on,
    );
    match address {
        Ok(address) => Ok(see_other(address.as_str())),
        Err(fault) => {
            let fault = ProviderFault::from(fault);
            pages::trouble(house, source, &Trouble::from(&fault), &fault, back).await
        }
    }
}

/// Where this source, and no other, sends people back to.
pub(crate) fn redirect_uri(house: &House, source: &SourceId) -> String {
    format!("{}/oidc/sources/{source}/callback", house.config.issuer)
}
