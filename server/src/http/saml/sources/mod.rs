// SPDX-License-Identifier: Apache-2.0
//! `/saml/sources/{id}/…`: one set of addresses for each provider, so that a message of one can never
//! be taken for another's.

use askama::Template;
use authn::oidc::parameters::Parameters;
use authn::saml::post::Form;
use authn::upstream::saml::Fault as Refusal;
use authn::upstream::saml::arrival::ArrivalError;
use authn::upstream::saml::request::Carried;
use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use countersign_authn as authn;
use countersign_directory::source::Source;
use http::{StatusCode, header};

use crate::app::{App, House};
use crate::http::fault::{self, Fault};
use crate::http::form;
use crate::http::page::{Frame, render_with, see_other};
use crate::http::upstream::pages::{self, Trouble};
use crate::saml::SamlFault;
use crate::saml::partner::Partner;

pub mod acs;
pub mod metadata;
pub mod slo;
pub mod start;

/// These routes.
pub fn router(app: &App) -> Router<App> {
    Router::new()
        .route("/saml/sources/{id}/acs", get(acs::get).post(acs::post))
        .route("/saml/sources/{id}/metadata", get(metadata::get))
        .route("/saml/sources/{id}/slo", get(slo::get).post(slo::post))
        .layer(from_fn_with_state(app.clone(), fault::show))
}

impl From<SamlFault> for Fault {
    fn from(cause: SamlFault) -> Self {
        tracing::error!(error = %cause, "SAML cannot be spoken with a source");
        Self::Ours
    }
}

impl From<ArrivalError> for Fault {
    fn from(cause: ArrivalError) -> Self {
        SamlFault::from(cause).into()
    }
}

impl From<crate::saml::Busy> for Fault {
    fn from(cause: crate::saml::Busy) -> Self {
        SamlFault::from(cause).into()
    }
}

#[derive(Template)]
#[template(path = "form_post.html")]
struct FormPost {
    frame: Frame,
    client: String,
    action: String,
    fields: Vec<(&'static str, String)>,
}

/// Lets a browser carry a message to a provider.
fn carry(house: &House, to: &str, carried: Carried) -> Response {
    match carried {
        Carried::Address(address) => see_other(&address),
        Carried::Form(form) => post_form(house, to, form),
    }
}

fn post_form(house: &House, to: &str, form: Form) -> Response {
    let origin = form::origin_of(&form.destination);
    let mut fields = vec![(form.carrier, form.message)];
    fields.extend(form.relay_state.map(|state| ("RelayState", state)));
    let page = FormPost {
        frame: Frame::of(house),
        client: to.to_owned(),
        action: form.destination,
        fields,
    };
    render_with(StatusCode::OK, &page, &origin)
}

/// The fields of a form that another site's page sent. No cookie of ours comes with it, and none is
/// looked at.
async fn foreign_form(request: Request, app: &App) -> Result<Parameters, Fault> {
    let text = form::body(request, app).await.ok_or(Fault::Malformed)?;
    let parameters = Parameters::read(&text);
    if parameters.is_repeated() {
        Err(Fault::Malformed)
    } else {
        Ok(parameters)
    }
}

/// What is said to whoever sent, or brought, a message that is not taken: a reference. Why is in the log
/// and in the record.
async fn refuse(house: &House, source: &Source, refusal: &Refusal) -> Result<Response, Fault> {
    pages::trouble(house, source, &trouble(refusal), refusal, pages::account()).await
}

/// The same for a message of which nothing was verified yet: anybody may have sent it.
async fn refuse_anybody(house: &House, source: &Source, refusal: &Refusal) -> Result<Response, Fault> {
    pages::trouble_of_anybody(house, source, &trouble(refusal), refusal, pages::account()).await
}

fn trouble(refusal: &Refusal) -> Trouble {
    match refusal {
        Refusal::Status(Some(status)) if status == "NoAuthnContext" => Trouble::Unmet,
        Refusal::Status(_) => Trouble::GaveUp,
        _ => Trouble::Refused,
    }
}

/// The provider that a source is, or the page that says that it cannot be spoken to now.
async fn partner(house: &House, id: &str) -> Result<Result<Partner, Response>, Fault> {
    match house.saml_partner(id).await {
        Ok(Some(partner)) => Ok(Ok(partner)),
        Ok(None) => Err(Fault::Gone),
        Err(fault @ SamlFault::Provider(_)) => {
            let (source, _) = house.saml_source(id).ok_or(Fault::Gone)?;
            let (trouble, back) = (Trouble::Unreachable, pages::account());
            let page = pages::trouble_of_anybody(house, &source, &trouble, &fault, back);
            Ok(Err(page.await?))
        }
        Err(fault) => Err(fault.into()),
    }
}

/// A document.
fn document(text: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/samlmetadata+xml"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"metadata.xml\""),
    ];
    (headers, text).into_response()
}
