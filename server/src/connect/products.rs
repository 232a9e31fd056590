// SPDX-License-Identifier: Apache-2.0
//! The products: their names, and what each is told of people where it signs them in by SAML.

use authn::saml::idp::attributes::{Attribute, Fact, NameFormat};
use authn::saml::idp::name_id::NameId;
use clap::ValueEnum;
use countersign_authn as authn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{House, Installation, Profile, Saml, openid, saml, undocumented, xmpp};

/// A product that people sign in to.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize, ToSchema, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// ejabberd.
    Ejabberd,
    /// Whatever speaks OpenID Connect.
    GenericOidc,
    /// Whatever speaks SAML 2.0.
    GenericSaml,
    /// Mattermost, by SAML.
    Mattermost,
    /// Prosody.
    Prosody,
    /// Rocket.Chat, by OpenID Connect.
    RocketChat,
    /// Rocket.Chat, by SAML.
    RocketChatSaml,
    /// Matrix Synapse, by OpenID Connect.
    Synapse,
    /// Matrix Synapse, by SAML.
    SynapseSaml,
    /// Troop Messenger.
    TroopMessenger,
    /// Vaporstream.
    Vaporstream,
    /// Wickr.
    Wickr,
}

impl Product {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Ejabberd,
        Self::GenericOidc,
        Self::GenericSaml,
        Self::Mattermost,
        Self::Prosody,
        Self::RocketChat,
        Self::RocketChatSaml,
        Self::Synapse,
        Self::SynapseSaml,
        Self::TroopMessenger,
        Self::Vaporstream,
        Self::Wickr,
    ];

    /// Its name in commands and addresses.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ejabberd => "ejabberd",
            Self::GenericOidc => "generic-oidc",
            Self::GenericSaml => "generic-saml",
            Self::Mattermost => "mattermost",
            Self::Prosody => "prosody",
            Self::RocketChat => "rocket-chat",
            Self::RocketChatSaml => "rocket-chat-saml",
            Self::Synapse => "synapse",
            Self::SynapseSaml => "synapse-saml",
            Self::TroopMessenger => "troop-messenger",
            Self::Vaporstream => "vaporstream",
            Self::Wickr => "wickr",
        }
    }

    /// The product of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.name() == name)
    }

    /// What it is told where its client's record says nothing else.
    pub fn saml(self) -> Saml {
        let plain = |name: &str, fact| Attribute {
            name: name.to_owned(),
            format: NameFormat::Basic,
            friendly_name: None,
            fact,
        };
        let known = |oid: &str, friendly: &str, fact| Attribute {
            name: format!("urn:oid:{oid}"),
            format: NameFormat::Uri,
            friendly_name: Some(friendly.to_owned()),
            fact,
        };
        match self {
            Self::Mattermost => Saml {
                name_id: NameId::Email,
                attributes: vec![
                    plain("id", Fact::Subject),
                    plain("username", Fact::Username),
                    plain("email", Fact::Email),
                    plain("nickname", Fact::Name),
                    plain("clearance", Fact::Clearance),
                    plain("compartments", Fact::Compartments),
                    plain("nationality", Fact::Nationality),
                ],
            },
            Self::RocketChatSaml => Saml {
                name_id: NameId::Persistent,
                attributes: vec![
                    plain("username", Fact::Username),
                    plain("email", Fact::Email),
                    plain("name", Fact::Name),
                ],
            },
            // The names that pysaml2's own tables know.
            Self::SynapseSaml => Saml {
                name_id: NameId::Persistent,
                attributes: vec![
                    known("0.9.2342.19200300.100.1.1", "uid", Fact::Username),
                    known("0.9.2342.19200300.100.1.3", "mail", Fact::Email),
                    known("2.16.840.1.113730.3.1.241", "displayName", Fact::Name),
                ],
            },
            _ => Saml {
                name_id: NameId::Persistent,
                attributes: vec![
                    known("0.9.2342.19200300.100.1.1", "uid", Fact::Username),
                    known("0.9.2342.19200300.100.1.3", "mail", Fact::Email),
                    known("2.16.840.1.113730.3.1.241", "displayName", Fact::Name),
                    plain("clearance", Fact::Clearance),
                    plain("compartments", Fact::Compartments),
                ],
            },
        }
    }

    pub(super) fn described(self, house: &House, there: &Installation) -> Profile {
        match self {
            Self::Ejabberd => xmpp::ejabberd(house),
            Self::GenericOidc => openid::generic(house, there),
            Self::GenericSaml => saml::generic(house),
            Self::Mattermost => saml::mattermost(house, there),
            Self::Prosody => xmpp::prosody(house),
            Self::RocketChat => openid::rocket_chat(house, there),
            Self::RocketChatSaml => saml::rocket_chat(house, there),
            Self::Synapse => openid::synapse(house, there),
            Self::SynapseSaml => saml::synapse(house, there),
            Self::TroopMessenger | Self::Vaporstream => undocumented::profile(self, house, there),
            Self::Wickr => openid::wickr(house, there),
        }
    }
}
