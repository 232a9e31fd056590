// SPDX-License-Identifier: Apache-2.0
//! A form of a client that has proven itself.

use authn::oidc::client::Client;
use authn::oidc::error::{Code, Error};
use authn::oidc::parameters::Parameters;
use authn::oidc::token;
use authn::oidc::token::client_auth::{self, Certificate, Shown};
use axum::extract::{FromRequest, Request};
use axum::response::Response;
use countersign_authn as authn;
use http::header;

use super::reply;
use crate::app::App;
use crate::http::caller;
use crate::http::fault::Fault;
use crate::http::form;
use crate::machines::PeerCertificate;

/// A client and what it sent.
#[derive(Debug)]
pub struct ClientForm {
    pub(super) client: Client,
    pub(super) form: Parameters,
    /// The certificate that its connection proved to hold.
    pub(super) certificate: Option<PeerCertificate>,
}

impl FromRequest<App> for ClientForm {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let authorization = request.headers().get(header::AUTHORIZATION);
        let authorization = authorization.map(|value| value.to_str().unwrap_or_default().to_owned());
        let certificate = caller::certificate(request.extensions()).cloned();
        let Some(text) = form::body(request, app).await else {
            let error = Error::new(
                Code::InvalidRequest,
                "the body must be application/x-www-form-urlencoded",
            );
            return Err(reply::error(&error));
        };
        let form = Parameters::read(&text);
        match authenticate(app, authorization.as_deref(), certificate.as_ref(), &form).await {
            Ok(Ok(client)) => Ok(Self {
                client,
                form,
                certificate,
            }),
            Ok(Err(error)) => Err(reply::error(&error)),
            Err(_logged) => Err(reply::unavailable()),
        }
    }
}

impl ClientForm {
    /// What it sent, for the token endpoint.
    pub(super) fn request(&self) -> token::Request<'_> {
        token::Request {
            client: &self.client,
            form: &self.form,
            certificate: self.thumbprint(),
        }
    }

    /// What its connection's certificate is bound by.
    pub(super) fn thumbprint(&self) -> Option<&str> {
        self.certificate.as_ref().map(|one| one.thumbprint.as_str())
    }
}

async fn authenticate(
    app: &App,
    authorization: Option<&str>,
    certificate: Option<&PeerCertificate>,
    form: &Parameters,
) -> Result<Result<Client, Error>, Fault> {
    let now = app.now();
    let names = |name: &str| certificate.is_some_and(|one| app.is_program(one, name));
    let shown = Shown {
        authorization,
        certificate: certificate.map(|one| Certificate {
            thumbprint: &one.thumbprint,
            is_in_force: one.is_in_force(now),
            names: &names,
        }),
    };
    let mut db = app.database.pool.acquire().await?;
    Ok(client_auth::authenticate(shown, form, &app.config.issuer, now, &mut db).await?)
}
