// SPDX-License-Identifier: Apache-2.0
//! Sends a browser to a provider: for a sign-in that began at `/signin`, or for the linking of an account.

use authn::assurance::Requirement;
use authn::saml::fresh_id;
use authn::secret::Secret;
use authn::upstream::assurance;
use authn::upstream::saml::request::{self, Ask};
use authn::upstream::trip::{self, Errand, Trip};
use axum::response::Response;
use countersign_authn as authn;
use countersign_directory::source::Source;
use serde::{Deserialize, Serialize};

use super::carry;
use crate::app::House;
use crate::http::fault::Fault;
use crate::http::upstream::pages::{self, Back, Trouble};
use crate::saml::SamlFault;

/// What has to be found again when she comes back.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The request that was sent.
    pub request: String,
}

/// Sets out. The trip's name is the RelayState: 43 characters that say nothing (S14).
pub async fn send(
    house: &House,
    source: &Source,
    errand: Errand,
    need: Requirement,
    browser: &Secret,
    back: Back,
) -> Result<Response, Fault> {
    let partner = match house.saml_partner(source.id.as_str()).await {
        Ok(Some(partner)) => partner,
        Ok(None) => return Err(Fault::Gone),
        Err(fault @ SamlFault::Provider(_)) => {
            return pages::trouble(house, source, &Trouble::Unreachable, &fault, back).await;
        }
        Err(fault) => return Err(fault.into()),
    };
    let keys = house.saml_keys().await?;
    let now = house.now();
    let by = keys.signing(now).ok_or(Fault::Ours)?;
    let mut rng = house.rng();
    let id = fresh_id(&mut rng);
    let asked = assurance::ask(&need, &source.trust, &house.config.sessions.lifetimes());
    // SAML can ask for no age but none, and there are providers that call each answer a new sign-in (Keycloak).
    let anew = asked.anew || need.max_age.is_some();
    let held = Held { request: id.clone() };
    let trip = Trip { errand, need, held };
    let mut db = house.database.begin_write().await?;
    let state = trip::set_out(&trip, &source.id, browser, now, &mut rng, &mut db).await?;
    db.commit().await?;
    let asks_context = source.saml().is_some_and(|settings| settings.ask_context);
    let ask = Ask {
        contexts: if asks_context { asked.contexts } else { Vec::new() },
        anew,
        passive: false,
        provider_name: Some(house.config.login.deployment.clone()),
    };
    match request::make(&id, &ask, &state, &partner.rules, &partner.provider, by, now) {
        Ok(carried) => Ok(carry(house, &source.name, carried)),
        Err(fault) => pages::trouble(house, source, &Trouble::Unreachable, &fault, back).await,
    }
}
