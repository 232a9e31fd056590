// SPDX-License-Identifier: Apache-2.0
//! Sends a browser to a provider (SAML core, section 3.4.1; SAML profiles, section 4.1.4.1).

use chrono::{DateTime, Utc};

use super::Rules;
use crate::saml::credential::{Credential, CredentialError};
use crate::saml::metadata::IdentityProvider;
use crate::saml::post::Form;
use crate::saml::redirect::{Carrier, address};
use crate::saml::sign::signed;
use crate::saml::write::{Element, Space};
use crate::saml::{HTTP_POST, HTTP_REDIRECT, instant};

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// Ways to authenticate, in the provider's own words, any of which will do.
    pub contexts: Vec<String>,
    /// She has to prove herself again, whatever session she has there.
    pub anew: bool,
    /// Without showing her anything.
    pub passive: bool,
    /// What the provider may call us.
    pub provider_name: Option<String>,
}

/// A request, or what prevents it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum RequestError {
    /// The provider listens in no way that we speak.
    #[error("the provider's metadata has no address for our requests")]
    NoAddress,
    /// Our key.
    #[error(transparent)]
    Credential(#[from] CredentialError),
}

/// How a browser carries a message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Carried {
    /// By being sent to this address.
    Address(String),
    /// By posting this form.
    Form(Form),
}

/// Makes the request of that id.
pub fn make(
    id: &str,
    ask: &Ask,
    relay_state: &str,
    rules: &Rules,
    provider: &IdentityProvider,
    by: &Credential,
    now: DateTime<Utc>,
) -> Result<Carried, RequestError> {
    let bindings = if rules.post_requests {
        [HTTP_POST, HTTP_REDIRECT]
    } else {
        [HTTP_REDIRECT, HTTP_POST]
    };
    let (binding, destination) = bindings
        .iter()
        .find_map(|binding| Some((*binding, provider.sign_on_by(binding)?)))
        .ok_or(RequestError::NoAddress)?;
    let request = element(id, ask, destination, rules, now);
    let is_signed = rules.sign_requests || provider.wants_signed_requests;
    if binding == HTTP_REDIRECT {
        let by = is_signed.then_some(by);
        let text = request.canonical();
        let address = address(destination, Carrier::Request, &text, Some(relay_state), by)?;
        return Ok(Carried::Address(address));
    }
    let request = if is_signed { signed(request, by)? } else { request };
    Ok(Carried::Form(Form::new(
        destination,
        Carrier::Request,
        &request.canonical(),
        Some(relay_state),
    )))
}

fn element(id: &str, ask: &Ask, destination: &str, rules: &Rules, now: DateTime<Utc>) -> Element {
    let flag = |is: bool| is.then_some("true");
    // Without a form of name it is the provider's choice; new names may be made.
    let policy = Element::new(Space::Samlp, "NameIDPolicy")
        .maybe_with("Format", rules.name_id_format)
        .with("AllowCreate", "true");
    let request = Element::new(Space::Samlp, "AuthnRequest")
        .with("ID", id)
        .with("Version", "2.0")
        .with("IssueInstant", instant(now))
        .with("Destination", destination)
        .with("AssertionConsumerServiceURL", rules.consumer.as_str())
        .with("ProtocolBinding", HTTP_POST)
        .maybe_with("ForceAuthn", flag(ask.anew))
        .maybe_with("IsPassive", flag(ask.passive))
        .maybe_with("ProviderName", ask.provider_name.clone())
        .child(Element::new(Space::Saml, "Issuer").text(rules.own_entity_id.as_str()))
        .child(policy);
    if ask.contexts.is_empty() {
        return request;
    }
    // `exact`: of `minimum` and `better` nobody agrees what they mean.
    let contexts = ask
        .contexts
        .iter()
        .map(|context| Element::new(Space::Saml, "AuthnContextClassRef").text(context.as_str()));
    request.child(
        Element::new(Space::Samlp, "RequestedAuthnContext")
            .with("Comparison", "exact")
            .children(contexts),
    )
}
