// SPDX-License-Identifier: Apache-2.0
//! The binding by form (SAML bindings, section 3.5): a message in base64 in a hidden field.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Refused;
use super::certificate::decoded;
use super::gate::{Gated, Limits};
use super::redirect::Carrier;

/// Reads the field of a form.
pub fn read(field: &str) -> Result<Gated, Refused> {
    Gated::admit(&decoded(field, Limits::MESSAGE.bytes)?, &Limits::MESSAGE)
}

/// Reads what somebody copied out of a browser's tools: a form, its field, or the XML itself.
pub fn pasted(text: &str) -> Result<Gated, Refused> {
    let text = text.trim();
    if text.starts_with('<') {
        return Gated::admit(text.as_bytes(), &Limits::MESSAGE);
    }
    if text.len() > 4 * Limits::MESSAGE.bytes {
        return Err(Refused::Length(Limits::MESSAGE.bytes));
    }
    let of_form = url::form_urlencoded::parse(text.as_bytes())
        .find(|(name, _)| name == Carrier::Response.name())
        .map(|(_, value)| value.into_owned());
    match of_form {
        Some(field) => read(&field),
        // As the address line writes it; the plus sign of base64 stays what it is.
        None if text.contains('%') => {
            let form = format!("_={}", text.replace('+', "%2B"));
            let field = url::form_urlencoded::parse(form.as_bytes()).next();
            read(&field.map(|(_, value)| value.into_owned()).unwrap_or_default())
        }
        None => read(text),
    }
}

/// What a page posts for us.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Form {
    /// Where to.
    pub destination: String,
    /// The name of the field that carries the message.
    pub carrier: &'static str,
    /// The message, in base64.
    pub message: String,
    /// The state that goes with it.
    pub relay_state: Option<String>,
}

impl Form {
    /// A form that carries `message`.
    pub fn new(destination: &str, carrier: Carrier, message: &str, relay_state: Option<&str>) -> Self {
        Self {
            destination: destination.to_owned(),
            carrier: carrier.name(),
            message: STANDARD.encode(message),
            relay_state: relay_state.map(str::to_owned),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pasted_is_read_however_it_was_copied() {
        let xml = "<a>\u{2014}\u{3ff}~~~???</a>";
        let field = STANDARD.encode(xml);
        assert!(field.contains('+') || field.contains('/'), "{field}");
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("SAMLResponse", &field)
            .append_pair("RelayState", "x");
        let form = form.finish();
        let escaped = field.replace('/', "%2F").replace('=', "%3D");
        let (left, right) = field.split_at(8);
        for text in [
            xml.to_owned(),
            format!("  {xml}\n"),
            field.clone(),
            form,
            escaped,
            format!("{left}\n{right}"),
        ] {
            assert_eq!(pasted(&text).unwrap().text(), xml, "{text}");
        }
        assert!(pasted("").is_err() && pasted("nothing").is_err() && pasted("%").is_err());
    }
}
