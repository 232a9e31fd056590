// SPDX-License-Identifier: Apache-2.0
//! Who may read `/metrics` from elsewhere than this machine.

use std::path::PathBuf;

use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::ConfigError;

/// The fewest characters of a token.
const SHORTEST: usize = 16;

/// `[metrics]`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Metrics {
    /// Who sends this as `Authorization: Bearer` may read `/metrics`, at least 16 characters. Empty: only
    /// this machine may, and behind a proxy nobody.
    #[schemars(with = "String")]
    token: SecretString,
    /// A file that holds it.
    token_file: Option<PathBuf>,
}

impl Metrics {
    /// The token, if there is one.
    pub fn token(&self) -> Option<&str> {
        Some(self.token.expose_secret()).filter(|token| !token.is_empty())
    }

    pub(super) fn fill(&mut self) -> Result<(), ConfigError> {
        let fault = |key: &str, message: String| ConfigError::Key {
            key: format!("metrics.{key}"),
            message,
        };
        if let Some(file) = &self.token_file {
            let text = std::fs::read_to_string(file).map_err(|cause| {
                fault(
                    "token_file",
                    format!("`{}` cannot be read: {cause}", file.display()),
                )
            })?;
            self.token = SecretString::from(text.trim());
        }
        if self.token().is_some_and(|token| token.len() < SHORTEST) {
            return Err(fault(
                "token",
                format!("must have at least {SHORTEST} characters"),
            ));
        }
        Ok(())
    }
}
