// SPDX-License-Identifier: Apache-2.0
//! `GET /oidc/sources/{id}/callback`: back from an OpenID provider.

use authn::oidc::parameters::Parameters;
use authn::upstream::oidc::answer;
use authn::upstream::oidc::request::Held;
use authn::upstream::trip::{self, Errand, Trip};
use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use http::HeaderMap;

use super::arrive::arrived;
use super::pages::{self, Trouble};
use super::{links, start};
use crate::app::App;
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::upstream::provider::ProviderFault;

/// `GET /oidc/sources/{id}/callback`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let source = start::usable(&app, Some(&id))?;
    let oidc = source.oidc().ok_or(Fault::Gone)?;
    let browser = browser::secret(&app, &headers).ok_or(Fault::Gone)?;
    let state = parameters.one("state").ok_or(Fault::Malformed)?;
    let mut transaction = app.database.begin_write().await?;
    let trip: Option<Trip<Held>> =
        trip::come_back(state, &source.id, &browser, app.now(), &mut transaction).await?;
    // What was taken stays taken, whatever becomes of the rest.
    transaction.commit().await?;
    let trip = trip.ok_or(Fault::Gone)?;
    if trip.held.issuer != oidc.issuer {
        return Err(Fault::Gone);
    }
    let back = match &trip.errand {
        Errand::SignIn { flow } => pages::sign_in_again(flow),
        Errand::Link { .. } => pages::account(),
    };
    let claimed = async {
        let provider = app.provider(&source).await?;
        let must_name_itself = oidc.response_issuer || provider.endpoints.names_itself;
        let code = answer::read(&parameters, &oidc.issuer, must_name_itself)?;
        let redirect_uri = start::redirect_uri(&app, &source.id);
        app.redeem(&source, &provider, &trip.held, code, &redirect_uri)
            .await
    };
    let claimed = match claimed.await {
        Ok(claimed) => claimed,
        Err(fault) => return pages::trouble(&app, &source, &Trouble::from(&fault), &fault, back).await,
    };
    let skew = oidc.skew_seconds;
    match trip.errand {
        Errand::SignIn { flow } => {
            let flow = browser::flow(&app, &headers, &flow).await?;
            arrived(&app, &headers, &source, flow, claimed, trip.need, skew).await
        }
        Errand::Link { session } => links::came_back(&app, &headers, &source, &session, &claimed).await,
    }
}

impl From<&ProviderFault> for Trouble {
    fn from(fault: &ProviderFault) -> Self {
        use authn::upstream::oidc::{Fault as Said, Told};
        match fault {
            ProviderFault::Said(Said::Told(Told::AccessDenied)) => Self::GaveUp,
            ProviderFault::Said(Said::Told(Told::Unmet)) => Self::Unmet,
            ProviderFault::Said(Said::Told(Told::Unavailable)) | ProviderFault::Call(_) => Self::Unreachable,
            ProviderFault::Said(_)
            | ProviderFault::Authorities(_)
            | ProviderFault::Kind
            | ProviderFault::Proof(_) => Self::Refused,
        }
    }
}
