// SPDX-License-Identifier: Apache-2.0
//! Sends messages of ours through the browser. A page that posts names exactly the origin that it
//! posts to in its policy.

use authn::saml::post::Form;
use authn::saml::redirect::{self, Carrier};
use authn::saml::sign::signed;
use authn::saml::write::Element;
use authn::saml::{Credential, idp::provider::Binding};
use axum::response::Response;
use countersign_authn as authn;

use crate::app::House;
use crate::http::fault::Fault;
use crate::http::form::origin_of;
use crate::http::oauth2::answer::post_form;
use crate::http::page::see_other;

/// A message that is on its way, signed as its binding wants it.
pub(super) enum Sent {
    /// To this address.
    Redirect(String),
    /// By this form.
    Post(Form),
}

/// Signs `message` for `binding`.
pub(super) fn sign(
    message: Element,
    binding: Binding,
    carrier: Carrier,
    destination: &str,
    relay_state: Option<&str>,
    key: &Credential,
) -> Result<Sent, Fault> {
    Ok(match binding {
        Binding::Redirect => {
            let text = message.canonical();
            let address = redirect::address(destination, carrier, &text, relay_state, Some(key))?;
            Sent::Redirect(address)
        }
        // INVARIANT: nobody is asked for a service by call where a browser is to carry the message.
        Binding::Soap => return Err(Fault::Ours),
        Binding::Post => {
            let text = signed(message, key)?.canonical();
            Sent::Post(Form::new(destination, carrier, &text, relay_state))
        }
    })
}

/// Sends a message to `name` and is done with it.
pub(super) fn send(house: &House, name: &str, sent: Sent) -> Response {
    match sent {
        Sent::Redirect(address) => see_other(&address),
        Sent::Post(form) => post(house, name, form),
    }
}

/// The page that posts `form`, by itself or by its button.
pub(super) fn post(house: &House, name: &str, form: Form) -> Response {
    let mut fields = vec![(form.carrier, form.message)];
    fields.extend(form.relay_state.map(|state| ("RelayState", state)));
    let origin = origin_of(&form.destination);
    post_form(house, name, &form.destination, fields, &origin)
}
