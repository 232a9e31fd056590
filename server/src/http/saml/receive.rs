// SPDX-License-Identifier: Apache-2.0
//! A message of a service provider: read, its sender looked up, held against that one's keys. What
//! is wrong with it is told on a page of ours and in the log, and sent nowhere.

use authn::oidc::client::ClientRecord;
use authn::oidc::parameters::Parameters;
use authn::saml::Refused;
use authn::saml::idp::ServiceProvider;
use authn::saml::idp::inbound::{Authentic, Inbound};
use authn::saml::redirect::Carrier;
use authn::secret::sha256;
use authn::store::{assertions, clients, saml_services};
use axum::response::Response;
use chrono::TimeDelta;
use countersign_authn as authn;
use http::StatusCode;

use crate::app::House;
use crate::http::fault::Fault;
use crate::http::page::{Frame, Message, render};
use crate::saml::aside;

/// For how long the name of a message counts as used: longer than any message is taken.
const REMEMBERED: TimeDelta = TimeDelta::minutes(15);

/// A message that is believed, and whose it is.
pub(super) struct Received {
    pub(super) client: ClientRecord,
    pub(super) message: Authentic,
    pub(super) carrier: Carrier,
}

/// Why a message is not taken: in the log, or of ours.
pub(super) enum Trouble {
    /// A page for the person, with this in it.
    Page(String),
    /// The store, or ours otherwise.
    Fault(Fault),
}

impl From<Refused> for Trouble {
    fn from(refused: Refused) -> Self {
        Self::Page(refused.to_string())
    }
}

macro_rules! ours {
    ($($error:ty),+ $(,)?) => {$(
        impl From<$error> for Trouble {
            fn from(fault: $error) -> Self {
                Self::Fault(fault.into())
            }
        }
    )+};
}

ours! {
    Fault,
    authn::store::StoreError,
    crate::record::RecordError,
    sqlx::Error,
}

/// Reads a message that came in an address.
pub(super) fn query(text: &str) -> Result<Inbound, Trouble> {
    Ok(Inbound::query(text)?)
}

/// Reads a message that came in a form.
pub(super) fn form(fields: &Parameters) -> Result<Inbound, Trouble> {
    if fields.is_repeated() {
        return Err(Trouble::Page("a field of the form is there twice".to_owned()));
    }
    Ok(Inbound::form(
        fields.one("SAMLRequest"),
        fields.one("SAMLResponse"),
        fields.one("RelayState"),
    )?)
}

/// Finds the sender of a message and holds the message against its keys. `may_be_unsigned` says
/// whether one without a signature is taken from that service provider.
pub(super) async fn believe(
    house: &House,
    inbound: Inbound,
    may_be_unsigned: fn(&ServiceProvider) -> bool,
) -> Result<Received, Trouble> {
    let entity_id = inbound.said_issuer()?;
    let client = {
        let mut db = house.database.pool.acquire().await?;
        match saml_services::client_of(&entity_id, &mut db).await? {
            Some(id) => clients::by_id(&id, &mut db).await?,
            None => None,
        }
    };
    let known = client.and_then(|client| Some((client.record.saml.clone()?, client.record)));
    let Some((provider, client)) = known else {
        return Err(Trouble::Page("its sender is not registered".to_owned()));
    };
    let carrier = inbound.carrier();
    let may_be_unsigned = may_be_unsigned(&provider);
    // libxmlsec1 lets in one at a time, and holds up whoever waits.
    let message = aside(move || inbound.authenticate(&provider, may_be_unsigned))
        .await
        .map_err(Fault::from)??;
    Ok(Received {
        client,
        message,
        carrier,
    })
}

/// Uses the name of a message up: it counts once, on every process.
pub(super) async fn use_up(house: &House, client: &str, kind: &str, id: &str) -> Result<(), Trouble> {
    let name = sha256(format!("saml/{kind}/{id}").as_bytes());
    let mut db = house.database.begin_write().await?;
    let until = house.now() + REMEMBERED;
    let is_first = assertions::use_up(client, &name, until, &mut db).await?;
    db.commit().await?;
    if is_first {
        Ok(())
    } else {
        Err(Trouble::Page(
            "it was used before: begin again at the application".to_owned(),
        ))
    }
}

/// The page of a message that is not taken.
pub(super) fn page(house: &House, trouble: Trouble) -> Result<Response, Fault> {
    let why = match trouble {
        Trouble::Fault(fault) => return Err(fault),
        Trouble::Page(why) => why,
    };
    tracing::info!(why = %why, "a SAML message is not taken");
    let page = Message {
        frame: Frame::of(house),
        title: "This sign-in link is not valid".to_owned(),
        text: "The application that sent you here is not registered, or what it sent cannot be taken. Nothing \
               was sent to it. Go back to the application and begin again; if that does not help, tell whoever \
               runs it."
            .to_owned(),
        reference: Some(why),
        link: None,
    };
    Ok(render(StatusCode::BAD_REQUEST, &page))
}
