// SPDX-License-Identifier: Apache-2.0
//! What to enter at a product so that its people sign in here: its settings in its own words, with the
//! addresses of this house in them, and the records and commands by which it is registered here. Each
//! says how far it was tried.

mod installation;
mod openid;
mod products;
mod saml;
mod undocumented;
mod xmpp;

use authn::saml::idp::Entity;
use authn::saml::idp::attributes::Attribute;
use authn::saml::idp::name_id::NameId;
use countersign_authn as authn;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

pub use installation::{Installation, NotAnAddress};
pub use products::Product;

/// How far a profile was tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tested {
    /// Against the product itself.
    Product,
    /// Against what its maker publishes, and other implementations of the same protocol.
    PublishedContract,
    /// Not at all: only what any implementation of the protocol needs.
    Untested,
}

/// What to enter at a product, and what to do here.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Profile {
    /// The product.
    pub product: Product,
    /// The protocol by which people sign in to it.
    pub protocol: &'static str,
    /// How far it was tried.
    pub tested: Tested,
    /// What of it the product's editions allow.
    pub editions: &'static str,
    /// The records of its clients, to be filed here as they are.
    #[schema(value_type = Vec<Object>)]
    pub clients: Vec<Value>,
    /// What to run here, in this order. The record of a client `ID` is in `ID.json`.
    pub commands: Vec<String>,
    /// What its own files say.
    pub files: Vec<ProductFile>,
    /// What is entered where it keeps its settings, each with its value.
    pub settings: Vec<Setting>,
    /// What has to be known besides.
    pub notes: Vec<String>,
    /// The page that explains it.
    pub page: &'static str,
}

/// A part of a file of a product, ready to be put there.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProductFile {
    /// What the file is called there.
    pub name: &'static str,
    /// The text.
    pub text: String,
}

/// A setting at a product.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Setting {
    /// Its name there.
    pub name: &'static str,
    /// What to enter.
    pub value: String,
}

/// What a service provider of a product is told where nothing else is said.
#[derive(Debug)]
pub struct Saml {
    /// What people are called.
    pub name_id: NameId,
    /// What is told about them.
    pub attributes: Vec<Attribute>,
}

/// The addresses of this house that profiles name.
#[derive(Debug)]
struct House {
    issuer: String,
    entity: Entity,
}

impl Product {
    /// Its profile for the house at `issuer`.
    pub fn profile(self, issuer: &str, there: &Installation) -> Profile {
        let house = House {
            issuer: issuer.to_owned(),
            entity: Entity::of(issuer),
        };
        self.described(&house, there)
    }
}

/// The command that files the record of the client `id`.
fn filing(id: &str) -> String {
    format!("countersign client put {id}.json")
}

fn settings<const N: usize>(all: [(&'static str, String); N]) -> Vec<Setting> {
    all.into_iter()
        .map(|(name, value)| Setting { name, value })
        .collect()
}

#[cfg(test)]
mod tests {
    use authn::oidc::client::ClientRecord;

    use super::*;

    const HOUSE: &str = "https://id.example";

    fn whole(product: Product) -> Profile {
        let there =
            Installation::at(Some("https://chat.example/"), Some("https://chat.example/back")).unwrap();
        product.profile(HOUSE, &there)
    }

    #[test]
    fn every_product_has_a_profile_with_our_addresses_and_a_page() {
        for product in Product::ALL {
            let profile = whole(product);
            let text = serde_json::to_string(&profile).unwrap();
            assert!(text.contains(HOUSE), "{text}");
            assert!(!text.contains("example//"), "{text}");
            assert!(profile.page.starts_with("docs/connect/"));
            assert_eq!(Product::named(product.name()), Some(product));
            assert!(
                !profile.commands.is_empty(),
                "{product:?} is registered by a command"
            );
        }
    }

    #[test]
    fn every_record_can_be_filed_and_has_its_command() {
        for product in Product::ALL {
            let profile = whole(product);
            for record in &profile.clients {
                let client: ClientRecord = serde_json::from_value(record.clone()).unwrap();
                assert_eq!(client.faults(), Vec::<String>::new(), "{product:?}");
                assert!(profile.commands.contains(&filing(&client.id)), "{product:?}");
            }
            let filed = profile
                .commands
                .iter()
                .filter(|command| command.contains(" put "));
            assert_eq!(filed.count(), profile.clients.len(), "{product:?}");
        }
    }

    #[test]
    fn a_client_with_a_secret_is_told_where_it_goes() {
        for product in Product::ALL {
            let profile = whole(product);
            let secret = profile.clients.iter().any(|record| {
                let client: ClientRecord = serde_json::from_value(record.clone()).unwrap();
                client.has_secret()
            });
            let told = profile
                .settings
                .iter()
                .any(|setting| setting.name.to_lowercase().contains("secret"))
                || profile.files.iter().any(|file| file.text.contains("secret"));
            assert!(told || !secret, "{product:?} has nowhere to enter its secret");
        }
    }

    #[test]
    fn a_redirect_address_that_nobody_named_makes_no_record() {
        let nothing = Installation::at(None, None).unwrap();
        for product in [Product::Wickr, Product::GenericOidc, Product::Vaporstream] {
            let profile = product.profile(HOUSE, &nothing);
            assert_eq!(profile.clients, Vec::<Value>::new(), "{product:?}");
            let filed = profile.commands.iter().any(|command| command.contains(" put "));
            assert!(!filed, "{product:?} files a record that is not there");
            assert!(
                profile.notes.iter().any(|note| note.contains("--redirect")),
                "{product:?}"
            );
        }
    }

    #[test]
    fn products_of_which_nothing_is_published_have_all_three_ways() {
        for product in [Product::TroopMessenger, Product::Vaporstream] {
            let profile = whole(product);
            assert_eq!(profile.tested, Tested::Untested);
            for way in ["SAML: ", "OpenID Connect: ", "LDAP: "] {
                assert!(
                    profile
                        .settings
                        .iter()
                        .any(|setting| setting.name.starts_with(way)),
                    "{way}"
                );
            }
        }
    }
}
