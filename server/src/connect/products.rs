// SPDX-License-Identifier: Apache-2.0
//! The products, as data.

use authn::saml::idp::attributes::{Attribute, Fact, NameFormat};
use authn::saml::idp::name_id::NameId;
use clap::ValueEnum;
use countersign_authn as authn;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Addresses, Profile, Saml, Setting, Tested};

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

const OIDC: &str = "OpenID Connect, authorization code with PKCE";
const SAML: &str = "SAML 2.0, begun by the service provider, answers by HTTP-POST";

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

    pub(super) fn described(self, ours: &Addresses, site: &str) -> Profile {
        let issuer = &ours.issuer;
        let client = |redirect: &str| {
            vec![format!(
                "file a client with `redirect_uris` [\"{redirect}\"] and `grants` [\"authorization_code\"]: \
                 `countersign client put FILE`, or with its server `countersign server add FILE`"
            )]
        };
        let import = |metadata: &str| {
            let name = self.name();
            vec![format!(
                "save {metadata} as FILE and run `countersign client saml --metadata FILE --product {name}`"
            )]
        };
        match self {
            Self::Ejabberd => Profile {
                product: self,
                protocol: "access tokens as passwords, checked by introspection through an `external` script",
                tested: Tested::Untested,
                editions: "free",
                settings: settings([
                    ("auth_method", "external".to_owned()),
                    ("extauth_program", "the script of docs/connect/xmpp.md".to_owned()),
                    ("introspection address in the script", format!("{issuer}/oauth2/introspect")),
                ]),
                here: vec![
                    "file a client with `grants` [\"client_credentials\"] for the script, and a public one for \
                     people's programs"
                        .to_owned(),
                ],
                page: "docs/connect/xmpp.md",
            },
            Self::Prosody => Profile {
                product: self,
                protocol: "SASL OAUTHBEARER, tokens checked by userinfo or introspection",
                tested: Tested::PublishedContract,
                editions: "free; a Prosody newer than 0.12 with mod_auth_oauth_external of prosody-modules",
                settings: settings([
                    ("authentication", "oauth_external".to_owned()),
                    ("oauth_external_discovery_url", format!("{issuer}/.well-known/openid-configuration")),
                    ("oauth_external_validation_endpoint", format!("{issuer}/oauth2/userinfo")),
                    ("oauth_external_username_field", "preferred_username".to_owned()),
                    ("oauth_external_resource_owner_password", "false".to_owned()),
                ]),
                here: vec![
                    "file a public client for people's programs (`token_endpoint_auth_method` `none`, loopback \
                     `redirect_uris`)"
                        .to_owned(),
                ],
                page: "docs/connect/xmpp.md",
            },
            Self::GenericOidc => self.oidc(
                Tested::PublishedContract,
                "whatever the product says of OpenID Connect",
                settings([
                    ("issuer, or discovery address", issuer.clone()),
                    ("discovery document", format!("{issuer}/.well-known/openid-configuration")),
                    ("scopes", "openid profile email".to_owned()),
                    ("username", "preferred_username".to_owned()),
                    ("PKCE", "S256".to_owned()),
                ]),
                client("the product's redirect address"),
                "docs/connect/generic.md",
            ),
            Self::GenericSaml => self.generic_saml(ours, import("the product's metadata"), Tested::PublishedContract),
            Self::Vaporstream => self.generic_saml(ours, import("its metadata, if it has any,"), Tested::Untested),
            Self::TroopMessenger => {
                self.generic_saml(ours, import("its metadata, if it has any,"), Tested::Untested)
            }
            Self::Mattermost => Profile {
                product: self,
                protocol: SAML,
                tested: Tested::PublishedContract,
                editions: "a paid edition, or Entry; Team Edition signs in by password only since 11.0",
                settings: settings([
                    ("SamlSettings.Enable", "true".to_owned()),
                    ("SamlSettings.IdpMetadataURL", ours.entity.id.clone()),
                    ("SamlSettings.IdpURL", ours.entity.sso.clone()),
                    ("SamlSettings.IdpDescriptorURL", ours.entity.id.clone()),
                    ("SamlSettings.ServiceProviderIdentifier", format!("{site}/login/sso/saml")),
                    ("SamlSettings.AssertionConsumerServiceURL", format!("{site}/login/sso/saml")),
                    ("SamlSettings.Verify", "true".to_owned()),
                    ("SamlSettings.Encrypt", "true".to_owned()),
                    ("SamlSettings.SignRequest", "true".to_owned()),
                    ("SamlSettings.SignatureAlgorithm", "RSAwithSHA256".to_owned()),
                    ("SamlSettings.CanonicalAlgorithm", "Canonical1.0".to_owned()),
                    ("SamlSettings.IdAttribute", "id".to_owned()),
                    ("SamlSettings.UsernameAttribute", "username".to_owned()),
                    ("SamlSettings.EmailAttribute", "email".to_owned()),
                    ("SamlSettings.NicknameAttribute", "nickname".to_owned()),
                ]),
                here: import(&format!("{site}/api/v4/saml/metadata")),
                page: "docs/connect/mattermost.md",
            },
            Self::RocketChat => self.oidc(
                Tested::PublishedContract,
                "every edition; mapping roles or groups needs a licence, and is not needed here",
                settings([
                    ("Custom OAuth: name", "Countersign".to_owned()),
                    ("URL", issuer.clone()),
                    ("Token Path", "/oauth2/token".to_owned()),
                    ("Token Sent Via", "Payload".to_owned()),
                    ("Identity Path", "/oauth2/userinfo".to_owned()),
                    ("Identity Token Sent Via", "Header".to_owned()),
                    ("Authorize Path", "/oauth2/authorize".to_owned()),
                    ("Scope", "openid profile email".to_owned()),
                    ("Username field", "preferred_username".to_owned()),
                    ("Email field", "email".to_owned()),
                    ("Name field", "name".to_owned()),
                    ("Key Field", "username".to_owned()),
                    ("Merge users", "off, unless every account there is one of here".to_owned()),
                ]),
                client(&format!("{site}/_oauth/countersign")),
                "docs/connect/rocket-chat.md",
            ),
            Self::RocketChatSaml => Profile {
                product: self,
                protocol: SAML,
                tested: Tested::PublishedContract,
                editions: "free up to 8, with a warning from 8.8; a plan from 9.0",
                settings: settings([
                    ("SAML_Custom_Default", "true".to_owned()),
                    ("SAML_Custom_Default_provider", "countersign".to_owned()),
                    ("SAML_Custom_Default_entry_point", ours.entity.sso.clone()),
                    ("SAML_Custom_Default_idp_slo_redirect_url", ours.entity.slo.clone()),
                    ("SAML_Custom_Default_issuer", format!("{site}/_saml/metadata/countersign")),
                    ("SAML_Custom_Default_cert", "the certificate in our metadata, without its frame".to_owned()),
                    ("SAML_Custom_Default_signature_validation_type", "All".to_owned()),
                    (
                        "SAML_Custom_Default_identifier_format",
                        "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned(),
                    ),
                    ("SAML_Custom_Default_immutable_property", "Username".to_owned()),
                    (
                        "SAML_Custom_Default_user_data_fieldmap",
                        r#"{"username":"username","email":"email","name":"name"}"#.to_owned(),
                    ),
                    ("SAML_Custom_Default_allow_clock_drift", "60000".to_owned()),
                ]),
                here: import(&format!("{site}/_saml/metadata/countersign")),
                page: "docs/connect/rocket-chat.md",
            },
            Self::Synapse => self.oidc(
                Tested::Product,
                "free",
                settings([
                    ("oidc_providers[].issuer", issuer.clone()),
                    ("oidc_providers[].scopes", "[openid, profile, email]".to_owned()),
                    ("oidc_providers[].pkce_method", "auto".to_owned()),
                    ("oidc_providers[].backchannel_logout_enabled", "true".to_owned()),
                    (
                        "oidc_providers[].user_mapping_provider.config.localpart_template",
                        "{{ user.preferred_username }}".to_owned(),
                    ),
                ]),
                client(&format!("{site}/_synapse/client/oidc/callback")),
                "docs/connect/synapse.md",
            ),
            Self::SynapseSaml => Profile {
                product: self,
                protocol: SAML,
                tested: Tested::PublishedContract,
                editions: "free; needs the extra `saml2` and the program xmlsec1",
                settings: settings([
                    ("saml2_config.sp_config.metadata.remote[].url", ours.entity.id.clone()),
                    ("saml2_config.sp_config.want_response_signed", "true".to_owned()),
                    ("saml2_config.user_mapping_provider.config.mxid_source_attribute", "uid".to_owned()),
                    ("saml2_config.user_mapping_provider.config.mxid_mapping", "dotreplace".to_owned()),
                ]),
                here: import(&format!("{site}/_synapse/client/saml2/metadata.xml")),
                page: "docs/connect/synapse.md",
            },
            Self::Wickr => self.oidc(
                Tested::PublishedContract,
                "Enterprise, and AWS Wickr with the premium plan",
                settings([
                    ("Issuer", issuer.clone()),
                    ("Scopes", "openid email profile".to_owned()),
                    ("Custom username", "email".to_owned()),
                    ("Company id", "as the Wickr network has it".to_owned()),
                ]),
                client("com.amazon.wickr's redirect address, as its console shows it"),
                "docs/connect/wickr.md",
            ),
        }
    }

    fn oidc(
        self,
        tested: Tested,
        editions: &'static str,
        settings: Vec<Setting>,
        here: Vec<String>,
        page: &'static str,
    ) -> Profile {
        Profile {
            product: self,
            protocol: OIDC,
            tested,
            editions,
            settings,
            here,
            page,
        }
    }

    fn generic_saml(self, ours: &Addresses, here: Vec<String>, tested: Tested) -> Profile {
        Profile {
            product: self,
            protocol: SAML,
            tested,
            editions: "whatever the product says of single sign-on",
            settings: settings([
                ("identity provider's metadata", ours.entity.id.clone()),
                ("entity id, issuer", ours.entity.id.clone()),
                (
                    "single sign-on address (HTTP-Redirect and HTTP-POST)",
                    ours.entity.sso.clone(),
                ),
                (
                    "single logout address (HTTP-Redirect and HTTP-POST)",
                    ours.entity.slo.clone(),
                ),
                ("signatures", "response and assertion, RSA-SHA256".to_owned()),
                (
                    "NameID",
                    "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned(),
                ),
                (
                    "attributes",
                    "uid, mail and displayName by their object identifiers; clearance and compartments"
                        .to_owned(),
                ),
            ]),
            here,
            page: "docs/connect/generic.md",
        }
    }
}

fn settings<const N: usize>(all: [(&'static str, String); N]) -> Vec<Setting> {
    all.into_iter()
        .map(|(name, value)| Setting { name, value })
        .collect()
}
