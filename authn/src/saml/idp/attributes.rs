// SPDX-License-Identifier: Apache-2.0
//! What a service provider is told about a person: only what its record lists, and of that only
//! what the client may know. An empty attribute is left out.

use std::collections::BTreeSet;

use countersign_directory::Person;
use countersign_directory::id::PersonId;
use serde::{Deserialize, Serialize};

use crate::assurance::{Level, Method};
use crate::oidc::client::ClientRecord;
use crate::saml::write::{Element, Space};

/// Something about a person.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// How strongly she signed in: `acr`.
    Acr,
    /// Where she works.
    Agency,
    /// By what she signed in: `amr`.
    Amr,
    /// The highest level that she may use at that server, by scheme: `NATO:NS`.
    Clearance,
    /// The compartments that she may use at that server, by scheme: `NATO:ATOMAL`.
    Compartments,
    /// Her mail address.
    Email,
    /// Her missions.
    Missions,
    /// What people call her.
    Name,
    /// Her nationalities, ISO 3166-1 alpha-3.
    Nationality,
    /// Her offices.
    Roles,
    /// The opaque name by which the service provider knows her for good, whatever its NameID is.
    Subject,
    /// Her username.
    Username,
}

impl Fact {
    /// The scope that a client must be allowed to know for it; `None` for what every client learns.
    pub fn scope(self) -> Option<&'static str> {
        match self {
            Self::Acr | Self::Amr | Self::Subject => None,
            Self::Agency | Self::Missions | Self::Nationality | Self::Roles => Some("affiliation"),
            Self::Clearance | Self::Compartments => Some("clearance"),
            Self::Email => Some("email"),
            Self::Name | Self::Username => Some("profile"),
        }
    }
}

/// The form of an attribute's name.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NameFormat {
    /// A plain word.
    #[default]
    Basic,
    /// A URI, e.g. of an object identifier.
    Uri,
}

impl NameFormat {
    fn uri(self) -> &'static str {
        match self {
            Self::Basic => "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
            Self::Uri => "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
        }
    }
}

/// An attribute that a service provider is told.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its name there.
    pub name: String,
    /// The form of the name.
    #[serde(default)]
    pub format: NameFormat,
    /// The name as people read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub friendly_name: Option<String>,
    /// What it says.
    pub fact: Fact,
}

/// What is known about a person at the moment of an assertion.
#[derive(Debug)]
pub struct Known<'a> {
    /// Who.
    pub id: &'a PersonId,
    /// Her entry in the directory.
    pub person: &'a Person,
    /// Her opaque name there.
    pub subject: &'a str,
    /// The level of her sign-in.
    pub level: Level,
    /// Its evidence.
    pub methods: &'a BTreeSet<Method>,
    /// What she may use at that server, as policy says: `SCHEME:LEVEL`.
    pub clearance: &'a [String],
    /// The compartments that she may use there: `SCHEME:COMPARTMENT`.
    pub compartments: &'a [String],
}

/// The facts that `record` lists and may know.
pub fn told(record: &ClientRecord) -> impl Iterator<Item = &Attribute> {
    let listed = record.saml.iter().flat_map(|provider| &provider.attributes);
    listed.filter(|attribute| attribute.fact.scope().is_none_or(|scope| record.may_know(scope)))
}

/// What a client learns, as the consent of a person names it.
pub fn scope(record: &ClientRecord) -> String {
    let scopes: BTreeSet<&str> = told(record)
        .filter_map(|attribute| attribute.fact.scope())
        .chain(["openid"])
        .collect();
    scopes.into_iter().collect::<Vec<_>>().join(" ")
}

/// The `saml:AttributeStatement`; none if there is nothing to say.
pub(super) fn statement(record: &ClientRecord, known: &Known<'_>) -> Option<Element> {
    let attributes: Vec<Element> = told(record)
        .filter_map(|attribute| {
            let values = values(attribute.fact, known);
            let values: Vec<Element> = values
                .into_iter()
                .filter(|value| !value.is_empty())
                .map(|value| Element::new(Space::Saml, "AttributeValue").text(value))
                .collect();
            (!values.is_empty()).then(|| {
                Element::new(Space::Saml, "Attribute")
                    .with("Name", attribute.name.clone())
                    .with("NameFormat", attribute.format.uri())
                    .maybe_with("FriendlyName", attribute.friendly_name.clone())
                    .children(values)
            })
        })
        .collect();
    (!attributes.is_empty()).then(|| Element::new(Space::Saml, "AttributeStatement").children(attributes))
}

fn values(fact: Fact, known: &Known<'_>) -> Vec<String> {
    let person = known.person;
    match fact {
        Fact::Acr => vec![known.level.acr().to_owned()],
        Fact::Agency => person.agency.iter().map(ToString::to_string).collect(),
        Fact::Amr => known.methods.iter().filter_map(word).collect(),
        Fact::Clearance => known.clearance.to_vec(),
        Fact::Compartments => known.compartments.to_vec(),
        Fact::Email => person.email.iter().cloned().collect(),
        Fact::Missions => person.missions.iter().map(ToString::to_string).collect(),
        Fact::Name => person.display_name.iter().cloned().collect(),
        Fact::Nationality => person.nationalities.iter().map(ToString::to_string).collect(),
        Fact::Roles => person.roles.iter().filter_map(word).collect(),
        Fact::Subject => vec![known.subject.to_owned()],
        Fact::Username => vec![known.id.to_string()],
    }
}

/// A word as it is written in JSON.
fn word(value: &impl Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}
