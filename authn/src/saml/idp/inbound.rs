// SPDX-License-Identifier: Apache-2.0
//! A message of a service provider on its way in: read within limits, then held against the keys of
//! whoever it says it is from. Which service provider that is has to be looked up in between, by a
//! name that is not yet believed; what is believed comes out as an [`Authentic`].

use roxmltree::Document;

use super::ServiceProvider;
use crate::saml::gate::Gated;
use crate::saml::read::{self, is};
use crate::saml::redirect::{Carrier, Received};
use crate::saml::{Refused, SAML, SAMLP, Verified, post, relay_state, signature};

/// A message that came. Nothing about it is known to be true.
#[derive(Clone, Debug)]
pub enum Inbound {
    /// In a form.
    Post {
        /// Which parameter it came in.
        carrier: Carrier,
        /// The message.
        message: Gated,
        /// The state that came with it.
        relay_state: Option<String>,
    },
    /// In an address.
    Redirect(Box<Received>),
}

/// A message whose sender is known as well as its record asks for.
#[derive(Clone, Debug)]
pub struct Authentic {
    message: Content,
    relay_state: Option<String>,
}

#[derive(Clone, Debug)]
enum Content {
    /// Signed by the service provider.
    Signed(Verified),
    /// Not signed, and nobody asks for it.
    Plain(Gated),
}

impl Inbound {
    /// Reads a query as it was received.
    pub fn query(query: &str) -> Result<Self, Refused> {
        Ok(Self::Redirect(Box::new(Received::read(query)?)))
    }

    /// Reads the fields of a form.
    pub fn form(request: Option<&str>, response: Option<&str>, state: Option<&str>) -> Result<Self, Refused> {
        let (carrier, field) = match (request, response) {
            (Some(field), None) => (Carrier::Request, field),
            (None, Some(field)) => (Carrier::Response, field),
            _ => return Err(Refused::Once("SAMLRequest or SAMLResponse")),
        };
        Ok(Self::Post {
            carrier,
            message: post::read(field)?,
            relay_state: relay_state(state)?,
        })
    }

    /// Which parameter it came in.
    pub fn carrier(&self) -> Carrier {
        match self {
            Self::Post { carrier, .. } => *carrier,
            Self::Redirect(received) => received.carrier(),
        }
    }

    /// Whom it says it is from: to look up whose keys to hold it against, and for nothing else.
    pub fn said_issuer(&self) -> Result<String, Refused> {
        let document = self.message().document()?;
        issuer(&document)
    }

    /// Holds it against the keys of `provider`. An unsigned message passes only where
    /// `may_be_unsigned`; a signature that is there is checked in any case. Blocks as
    /// [`signature::verify`] does.
    pub fn authenticate(
        self,
        provider: &ServiceProvider,
        may_be_unsigned: bool,
    ) -> Result<Authentic, Refused> {
        let keys = provider.signing_keys();
        let is_signed = match &self {
            Self::Post { message, .. } => signature::is_signed(&message.document()?),
            Self::Redirect(received) => {
                // A signature inside of a message in an address has no place (section 3.4.4.1).
                received.is_signed() || signature::is_signed(&received.unverified().document()?)
            }
        };
        let message = match (&self, is_signed) {
            (_, false) if may_be_unsigned => Content::Plain(self.message().clone()),
            (_, false) => return Err(Refused::Unsigned),
            (Self::Post { message, .. }, true) => {
                let verified = signature::verify(message, &keys)?;
                // What is signed has to be the message, not something in it (S4).
                let whole = message.document()?.root_element().tag_name()
                    == verified.document()?.root_element().tag_name();
                if !whole {
                    return Err(Refused::Place);
                }
                Content::Signed(verified)
            }
            (Self::Redirect(received), true) => Content::Signed(received.verify(&keys)?),
        };
        let authentic = Authentic {
            message,
            relay_state: self.relay_state().map(str::to_owned),
        };
        // Read again from what was verified: that is the name that counts.
        if issuer(&authentic.document()?)? == provider.entity_id {
            Ok(authentic)
        } else {
            Err(Refused::Differs)
        }
    }

    fn message(&self) -> &Gated {
        match self {
            Self::Post { message, .. } => message,
            Self::Redirect(received) => received.unverified(),
        }
    }

    fn relay_state(&self) -> Option<&str> {
        match self {
            Self::Post { relay_state, .. } => relay_state.as_deref(),
            Self::Redirect(received) => received.relay_state(),
        }
    }
}

impl Authentic {
    /// Whether its sender signed it.
    pub fn is_signed(&self) -> bool {
        matches!(self.message, Content::Signed(_))
    }

    /// The state that came with it.
    pub fn relay_state(&self) -> Option<&str> {
        self.relay_state.as_deref()
    }

    pub(super) fn document(&self) -> Result<Document<'_>, Refused> {
        match &self.message {
            Content::Signed(verified) => verified.document(),
            Content::Plain(gated) => gated.document(),
        }
    }
}

/// The issuer of a message of the protocol.
fn issuer(document: &Document<'_>) -> Result<String, Refused> {
    let root = document.root_element();
    if root.tag_name().namespace() != Some(SAMLP) {
        return Err(Refused::Value("the message"));
    }
    let issuer = read::only(root, SAML, "Issuer")?;
    let format = issuer.attribute("Format");
    if !is(issuer, SAML, "Issuer")
        || format.is_some_and(|format| format != "urn:oasis:names:tc:SAML:2.0:nameid-format:entity")
    {
        return Err(Refused::Value("Issuer"));
    }
    read::text(issuer)
}
