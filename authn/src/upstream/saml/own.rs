// SPDX-License-Identifier: Apache-2.0
//! Our metadata as a service provider, one document for each provider, so that what one of them has
//! for us never fits another (SAML metadata, section 2.4.4).

use chrono::{DateTime, TimeDelta, Utc};

use super::Rules;
use crate::saml::credential::CredentialError;
use crate::saml::decryption::{AES128_GCM, AES256_GCM, RSA_OAEP, RSA_OAEP_MGF1P};
use crate::saml::keys::{Keys, Purpose};
use crate::saml::sign::{key_info, signed};
use crate::saml::write::{Element, Space};
use crate::saml::{Credential, HTTP_POST, HTTP_REDIRECT, SAMLP, instant};

/// For how long a copy of it may be used.
const VALID_FOR: TimeDelta = TimeDelta::days(30);

/// The document, signed by the key that signs now.
pub fn metadata(
    id: &str,
    rules: &Rules,
    keys: &Keys,
    by: &Credential,
    now: DateTime<Utc>,
) -> Result<String, CredentialError> {
    let service = |name, binding: &str, location: &str| {
        Element::new(Space::Md, name)
            .with("Binding", binding)
            .with("Location", location)
    };
    let signing = keys.shown(Purpose::Signing, now);
    let encryption = keys.shown(Purpose::Encryption, now);
    let role = Element::new(Space::Md, "SPSSODescriptor")
        .with("AuthnRequestsSigned", "true")
        .with("WantAssertionsSigned", "true")
        .with("protocolSupportEnumeration", SAMLP)
        .children(signing.into_iter().map(|key| descriptor(key, Purpose::Signing)))
        .children(encryption.into_iter().map(|key| {
            descriptor(key, Purpose::Encryption).children(
                [AES256_GCM, AES128_GCM, RSA_OAEP, RSA_OAEP_MGF1P]
                    .map(|method| Element::new(Space::Md, "EncryptionMethod").with("Algorithm", method)),
            )
        }))
        .child(service("SingleLogoutService", HTTP_REDIRECT, &rules.logout))
        .child(service("SingleLogoutService", HTTP_POST, &rules.logout))
        .children(
            rules
                .name_id_format
                .map(|format| Element::new(Space::Md, "NameIDFormat").text(format)),
        )
        .child(
            service("AssertionConsumerService", HTTP_POST, &rules.consumer)
                .with("index", "0")
                .with("isDefault", "true"),
        );
    let entity = Element::new(Space::Md, "EntityDescriptor")
        .with("ID", id)
        .with("entityID", rules.own_entity_id.as_str())
        .with("validUntil", instant(now + VALID_FOR))
        .child(role);
    Ok(signed(entity, by)?.canonical())
}

fn descriptor(key: &Credential, purpose: Purpose) -> Element {
    Element::new(Space::Md, "KeyDescriptor")
        .with("use", purpose.name())
        .child(key_info(key))
}
