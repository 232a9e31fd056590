// SPDX-License-Identifier: Apache-2.0
//! Our metadata as an identity provider (SAML metadata, section 2.4.3), signed. While a key is
//! replaced, both are in it.

use chrono::{DateTime, TimeDelta, Utc};
use rand::CryptoRng;

use super::Entity;
use super::name_id::Format;
use crate::saml::credential::CredentialError;
use crate::saml::keys::{Keys, Purpose};
use crate::saml::sign::{key_info, signed};
use crate::saml::write::{Element, Space};
use crate::saml::{Credential, HTTP_POST, HTTP_REDIRECT, SAMLP, fresh_id, instant};

/// How long a copy of our metadata may be used. Shorter than a replaced key is kept.
pub const VALIDITY: TimeDelta = TimeDelta::days(7);

/// The document, signed by the key that signs now.
pub fn document(
    entity: &Entity,
    keys: &Keys,
    key: &Credential,
    now: DateTime<Utc>,
    rng: &mut impl CryptoRng,
) -> Result<String, CredentialError> {
    let md = |name| Element::new(Space::Md, name);
    let endpoint = |name, binding: &str, at: &str| md(name).with("Binding", binding).with("Location", at);
    let shown = keys.shown(Purpose::Signing, now).into_iter();
    let descriptors = shown.map(|key| md("KeyDescriptor").with("use", "signing").child(key_info(key)));
    let formats = [
        Format::Persistent,
        Format::Transient,
        Format::Email,
        Format::Unspecified,
    ];
    let role = md("IDPSSODescriptor")
        .with("WantAuthnRequestsSigned", "false")
        .with("protocolSupportEnumeration", SAMLP)
        .children(descriptors)
        .children([HTTP_REDIRECT, HTTP_POST].map(|by| endpoint("SingleLogoutService", by, &entity.slo)))
        .children(formats.map(|format| md("NameIDFormat").text(format.uri())))
        .children([HTTP_REDIRECT, HTTP_POST].map(|by| endpoint("SingleSignOnService", by, &entity.sso)));
    let document = md("EntityDescriptor")
        .with("ID", fresh_id(rng))
        .with("cacheDuration", "PT1H")
        .with("entityID", entity.id.clone())
        .with("validUntil", instant(now + VALIDITY))
        .child(role);
    Ok(signed(document, key)?.canonical())
}
