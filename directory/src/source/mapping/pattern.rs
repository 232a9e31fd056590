// SPDX-License-Identifier: Apache-2.0
//! A pattern with named parts. It is matched in time linear in the text, and what it becomes when it is
//! read is bounded.

use std::collections::BTreeSet;

use regex::{Captures, Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

/// The longest pattern, in bytes.
const LONGEST: usize = 500;
/// The most memory that one becomes.
const LARGEST: usize = 128 * 1024;
/// The deepest that brackets nest in one.
const DEEPEST: u32 = 16;

/// A pattern that a whole value must match.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    text: String,
    compiled: Regex,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It is too long.
    #[error("a pattern has at most {LONGEST} bytes")]
    TooLong,
    /// It cannot be read, or becomes too large.
    #[error("`{text}` is no pattern: {cause}")]
    Syntax {
        /// The text.
        text: String,
        /// In one line.
        cause: String,
    },
}

impl Pattern {
    /// The names of its parts.
    pub fn parts(&self) -> BTreeSet<&str> {
        self.compiled.capture_names().flatten().collect()
    }

    /// What its parts are in a value that matches as a whole.
    pub(super) fn matched<'v>(&self, value: &'v str) -> Option<Captures<'v>> {
        self.compiled.captures(value)
    }
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, PatternError> {
        if text.len() > LONGEST {
            return Err(PatternError::TooLong);
        }
        let fault = |cause: &regex::Error| PatternError::Syntax {
            text: text.clone(),
            // Only the last line says what is wrong; those before it draw where.
            cause: cause
                .to_string()
                .lines()
                .last()
                .unwrap_or_default()
                .trim()
                .to_owned(),
        };
        // By itself first: what is put around it must not mend it.
        let built = |text: &str| {
            RegexBuilder::new(text)
                .size_limit(LARGEST)
                .dfa_size_limit(LARGEST)
                .nest_limit(DEEPEST)
                .build()
        };
        built(&text).map_err(|cause| fault(&cause))?;
        let compiled = built(&format!(r"\A(?:{text})\z")).map_err(|cause| fault(&cause))?;
        Ok(Self { text, compiled })
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.text
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Result<Pattern, PatternError> {
        Pattern::try_from(text.to_owned())
    }

    #[test]
    fn a_value_matches_as_a_whole_or_not_at_all() {
        let found = pattern("mission-(?<name>[a-z]+)").unwrap();
        assert_eq!(&found.matched("mission-baltic").unwrap()["name"], "baltic");
        assert!(found.matched("x-mission-baltic").is_none());
        assert!(found.matched("mission-baltic\n").is_none());
        // An alternative does not come loose from its ends.
        assert!(pattern("a|b").unwrap().matched("ab").is_none());
        assert_eq!(found.parts().into_iter().collect::<Vec<_>>(), ["name"]);
    }

    #[test]
    fn a_pattern_that_grows_is_refused() {
        for text in [
            "(?:[a-z]{1,500}){1,500}",
            "(?:",
            "a)(?:b",
            &"x".repeat(501),
            &"(".repeat(40),
        ] {
            assert!(pattern(text).is_err(), "{text}");
        }
    }
}
