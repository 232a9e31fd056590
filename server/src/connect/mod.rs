// SPDX-License-Identifier: Apache-2.0
//! What to enter at a product so that its people sign in here: one block of settings per product,
//! with the addresses of this house in it, and what its client has to be told. Each says how far it
//! was tried.

mod products;

use authn::saml::idp::Entity;
use authn::saml::idp::attributes::Attribute;
use authn::saml::idp::name_id::NameId;
use countersign_authn as authn;
use serde::Serialize;
use utoipa::ToSchema;

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

/// What to enter at a product.
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
    /// Settings at the product, in its own words, each with its value.
    pub settings: Vec<Setting>,
    /// What is done here.
    pub here: Vec<String>,
    /// The page that explains it.
    pub page: &'static str,
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
struct Addresses {
    issuer: String,
    entity: Entity,
}

impl Addresses {
    fn of(issuer: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            entity: Entity::of(issuer),
        }
    }
}

impl Product {
    /// Its profile for the house at `issuer`. `site` is the product's own address, where it is known.
    pub fn profile(self, issuer: &str, site: Option<&str>) -> Profile {
        let site = site.unwrap_or("https://chat.example.org").trim_end_matches('/');
        self.described(&Addresses::of(issuer), site)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_product_has_a_profile_with_our_addresses_and_a_page() {
        for product in Product::ALL {
            let profile = product.profile("https://id.example", Some("https://chat.example/"));
            let text = serde_json::to_string(&profile).unwrap();
            assert!(text.contains("https://id.example"), "{text}");
            assert!(!text.contains("example//"), "{text}");
            assert!(profile.page.starts_with("docs/connect/"));
            assert_eq!(Product::named(product.name()), Some(product));
        }
    }
}
