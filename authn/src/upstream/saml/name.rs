// SPDX-License-Identifier: Apache-2.0
//! The name by which a provider speaks of a person (SAML core, section 2.2.3).

use roxmltree::Node;
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::saml::read;
use crate::saml::write::{Element, Space};
use crate::secret::sha256;

/// The longest name (section 8.3.7).
const LONGEST: usize = 256;

/// A name with all that qualifies it. Two are the same if all parts are.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct NameId {
    /// The name.
    pub value: String,
    /// Its form.
    pub format: Option<String>,
    /// Whose name it is.
    pub name_qualifier: Option<String>,
    /// For whom it is.
    pub sp_name_qualifier: Option<String>,
}

impl NameId {
    /// Reads a `NameID`. Its text is all of its text: a comment does not end it (S7).
    pub(crate) fn read(node: Node<'_, '_>) -> Result<Self, Fault> {
        let value = read::text(node)?;
        let qualifier = |name| node.attribute(name).filter(|text| !text.is_empty());
        let parts = [
            Some(value.as_str()),
            qualifier("Format"),
            qualifier("NameQualifier"),
            qualifier("SPNameQualifier"),
        ];
        let is_plain = |text: &str| text.len() <= 4 * LONGEST && !text.chars().any(char::is_control);
        if value.is_empty() || value.chars().count() > LONGEST || !parts.iter().flatten().all(|t| is_plain(t))
        {
            return Err(Fault::Name);
        }
        let [_, format, name_qualifier, sp_name_qualifier] = parts.map(|part| part.map(str::to_owned));
        Ok(Self {
            value,
            format,
            name_qualifier,
            sp_name_qualifier,
        })
    }

    /// As it is written back to the provider.
    pub fn element(&self) -> Element {
        Element::new(Space::Saml, "NameID")
            .maybe_with("Format", self.format.clone())
            .maybe_with("NameQualifier", self.name_qualifier.clone())
            .maybe_with("SPNameQualifier", self.sp_name_qualifier.clone())
            .text(self.value.clone())
    }

    /// What is compared: the value, its form and its qualifiers, told apart by what none can contain.
    pub fn hash(&self) -> Vec<u8> {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        let all = [
            self.value.clone(),
            part(&self.format),
            part(&self.name_qualifier),
            part(&self.sp_name_qualifier),
        ];
        sha256(all.join("\0").as_bytes())
    }
}
