// SPDX-License-Identifier: Apache-2.0
//! Request parameters as OAuth reads them: an empty value is an absent one, and none may be there
//! twice (RFC 6749, section 3.1).

use std::collections::{BTreeMap, BTreeSet};

/// Parameters of a query or a form.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    values: BTreeMap<String, String>,
    repeated: BTreeSet<String>,
}

impl Parameters {
    /// Reads `application/x-www-form-urlencoded` text.
    pub fn read(text: &str) -> Self {
        let mut parameters = Self::default();
        for (name, value) in url::form_urlencoded::parse(text.as_bytes()) {
            if value.is_empty() {
                continue;
            }
            let name = name.into_owned();
            if parameters
                .values
                .insert(name.clone(), value.into_owned())
                .is_some()
            {
                parameters.repeated.insert(name);
            }
        }
        parameters
    }

    /// The value of `name`, unless it is absent or ambiguous.
    pub fn one(&self, name: &str) -> Option<&str> {
        if self.repeated.contains(name) {
            return None;
        }
        self.values.get(name).map(String::as_str)
    }

    /// The same with `name` set, unless it was there.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.values
            .entry(name.to_owned())
            .or_insert_with(|| value.to_owned());
        self
    }

    /// All but these, as text that [`Parameters::read`] takes. What was there twice is left out.
    pub fn text_without(&self, names: &[&str]) -> String {
        let kept = self
            .values
            .iter()
            .filter(|(name, _)| !names.contains(&name.as_str()) && !self.repeated.contains(name.as_str()));
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(kept)
            .finish()
    }

    /// Whether any parameter is there twice.
    pub fn is_repeated(&self) -> bool {
        !self.repeated.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_parameter_has_no_value() {
        let parameters = Parameters::read("a=1&b=2&a=3&c=&d=x%20y");
        assert!(parameters.is_repeated());
        assert_eq!(parameters.one("a"), None);
        assert_eq!(parameters.one("b"), Some("2"));
        assert_eq!(parameters.one("c"), None);
        assert_eq!(parameters.one("d"), Some("x y"));
    }
}
