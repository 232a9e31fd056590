// SPDX-License-Identifier: Apache-2.0
//! `GET /signin/back`: gives a sign-in up, and tells the client that asked for it.

use authn::assurance::Level;
use authn::flow::{self, Stage, Then};
use authn::oidc::authorize::Response as Answer;
use authn::oidc::error::{Code, Error};
use authn::oidc::parameters::Parameters;
use authn::saml::idp::status::Status;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use countersign_authn as authn;
use http::HeaderMap;

use crate::app::App;
use crate::http::authn::browser;
use crate::http::fault::Fault;
use crate::http::oauth2::answer::respond;
use crate::http::page::see_other;
use crate::http::saml;

/// `GET /signin/back`
pub async fn get(
    State(app): State<App>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Fault> {
    let parameters = Parameters::read(&query.unwrap_or_default());
    let flow = browser::flow(&app, &headers, parameters.one("flow").ok_or(Fault::Malformed)?).await?;
    let mut transaction = app.database.begin_write().await?;
    let is_ours = flow::remove(&flow, &mut transaction).await?;
    transaction.commit().await?;
    if !is_ours {
        return Err(Fault::Gone);
    }
    let needed = flow.purpose.requirement.level;
    let session = browser::session(&app, &headers).await?;
    // Whoever came back from a source may lack the age that was asked for: of that, too, there is no better.
    let has_come_short = matches!(flow.stage, Stage::StepUp { source: Some(_), .. });
    let is_weak = session.map_or(needed > Level::Aal2, |session| session.level < needed);
    let is_short = has_come_short || is_weak;
    let error = if is_short {
        Error::new(
            Code::UnmetAuthenticationRequirements,
            "the person has no sign-in of the assurance that is needed",
        )
    } else {
        Error::new(Code::AccessDenied, "the person gave the sign-in up")
    };
    match flow.purpose.then {
        Then::Authorize(request) => {
            let answer = Answer::error(&request, &error, &app.config.issuer);
            Ok(respond(&app, &request.client_name, &answer))
        }
        // The console keeps what was typed, and says itself what it lacks.
        Then::Page(path) if path.starts_with("/admin") => Ok(see_other(&path)),
        Then::Page(_) => Ok(see_other("/account")),
        Then::Saml(request) => {
            let status = if is_short {
                Status::NoAuthnContext
            } else {
                Status::AuthnFailed
            };
            saml::answer::status(&app, &request, status, Some(error.description)).await
        }
    }
}
