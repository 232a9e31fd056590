// SPDX-License-Identifier: Apache-2.0
//! The nations that a release may name, by code and by name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::Source;
use crate::fold::fold;

/// Nations by ISO 3166-1 alpha-3 code. Dated data, not code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nations {
    as_of: String,
    source: Source,
    #[serde(rename = "nations")]
    by_code: BTreeMap<String, Nation>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Nation {
    name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<String>,
}

static SHIPPED: LazyLock<(Nations, BTreeMap<String, String>)> = LazyLock::new(
    || match serde_json::from_str::<Nations>(include_str!("../../policies/nations.json")) {
        Ok(nations) => {
            let codes = nations.spellings();
            (nations, codes)
        }
        #[expect(clippy::panic, reason = "the data is compiled in, and a test reads it")]
        Err(error) => panic!("the built-in nations: {error}"),
    },
);

/// The code of a nation, given its code or a name of it, whatever the case and accents.
pub(crate) fn code(text: &str) -> Option<&'static str> {
    SHIPPED.1.get(&fold(text)).map(String::as_str)
}

/// The English name of a nation.
pub(crate) fn name(code: &str) -> Option<&'static str> {
    SHIPPED.0.by_code.get(code).map(|nation| nation.name.as_str())
}

impl Nations {
    fn spellings(&self) -> BTreeMap<String, String> {
        let mut codes = BTreeMap::new();
        for (code, nation) in &self.by_code {
            for spelling in [code, &nation.name].into_iter().chain(&nation.also) {
                codes.insert(fold(spelling), code.clone());
            }
        }
        codes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nations_are_known_by_code_and_by_name() {
        assert_eq!(code("ukr"), Some("UKR"));
        assert_eq!(code("Turkiye"), Some("TUR"));
        assert_eq!(code("UK"), Some("GBR"));
        assert_eq!(code("Atlantis"), None);
        assert_eq!(name("CHE"), Some("Switzerland"));
    }

    #[test]
    fn no_spelling_stands_for_two_nations() {
        let spellings = SHIPPED.0.by_code.values().map(|nation| 2 + nation.also.len());
        assert_eq!(SHIPPED.1.len(), spellings.sum::<usize>());
    }
}
