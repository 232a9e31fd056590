// SPDX-License-Identifier: Apache-2.0
//! What goes wrong on a page, and the page that says so. A fault travels as an extension of an empty
//! response; [`show`] puts the page around it, because only there the frame is known.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{StatusCode, Uri};

use crate::app::App;
use crate::http::page::{Frame, Message, render};
use crate::http::problem::Problem;

/// Why there is no page.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The form came from elsewhere, or its token is wrong.
    Foreign,
    /// The request cannot be read.
    Malformed,
    /// The link or page is not valid any more.
    Gone,
    /// Ours, and in the log.
    Ours,
}

macro_rules! ours {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for Fault {
            fn from(cause: $error) -> Self {
                tracing::error!(error = %cause, "a page could not be served");
                Self::Ours
            }
        }
    )+};
}

ours! {
    countersign_authn::store::StoreError,
    countersign_authn::flow::StepError,
    countersign_authn::bind::BindFault,
    countersign_authn::factor::passkey::PasskeyError,
    countersign_authn::oidc::keys::SigningError,
    countersign_authn::saml::credential::CredentialError,
    countersign_authn::saml::idp::response::ResponseError,
    countersign_authn::saml::keys::KeysError,
    crate::factors::FactorError,
    countersign_audit::store::StoreError,
    countersign_directory::source::apply::ApplyError,
    countersign_directory::store::StoreError,
    crate::record::RecordError,
    sqlx::Error,
}

impl From<Problem> for Fault {
    fn from(_logged: Problem) -> Self {
        Self::Ours
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let status = match self {
            Self::Foreign => StatusCode::FORBIDDEN,
            Self::Gone => StatusCode::GONE,
            Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Ours => StatusCode::SERVICE_UNAVAILABLE,
        };
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Puts a page around a fault.
pub async fn show(State(app): State<App>, request: Request, next: Next) -> Response {
    let response = next.run(request).await;
    let Some(fault) = response.extensions().get::<Fault>() else {
        return response;
    };
    let (title, text) = match fault {
        Fault::Foreign => (
            "That didn't come from this page",
            "The form was sent from another site, or the page was open for too long. Go back, load \
             the page again and try once more. Cookies must be allowed for this site.",
        ),
        Fault::Gone => (
            "This page is not valid any more",
            "It was open for too long, or it was used already. Start again from where you came.",
        ),
        Fault::Malformed => (
            "That request cannot be read",
            "Something is missing in it, or is there twice. Start again from where you came.",
        ),
        Fault::Ours => (
            "Something is wrong on our side",
            "This is a temporary problem. Try again in a minute.",
        ),
    };
    let page = Message {
        frame: Frame::of(&app),
        title: title.to_owned(),
        text: text.to_owned(),
        reference: None,
        link: None,
    };
    render(response.status(), &page)
}

/// An address that leads nowhere: words for people, a problem for programs.
pub async fn nothing_here(State(app): State<App>, uri: Uri) -> Response {
    if ["/_matrix/", "/access/", "/api/", "/oauth2/", "/protocol/"]
        .iter()
        .any(|area| uri.path().starts_with(area))
    {
        return Problem::not_found().into_response();
    }
    let page = Message {
        frame: Frame::of(&app),
        title: "There is no such page".to_owned(),
        text: "The address may be mistyped, or the page has moved.".to_owned(),
        reference: None,
        link: Some(("/account".to_owned(), "Go to your account".to_owned())),
    };
    render(StatusCode::NOT_FOUND, &page)
}
