// SPDX-License-Identifier: Apache-2.0
//! Where facts are kept: an embedded file by default, PostgreSQL where one machine is outgrown.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::ConfigError;

/// `[database]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseSection {
    /// `sqlite://FILE` or `postgres://USER:PASSWORD@HOST/NAME`; empty: a file in `data_dir`.
    #[schemars(with = "String")]
    url: SecretString,
    /// A file that holds the address, so that no password stands in the configuration.
    url_file: Option<PathBuf>,
    /// Connections kept at most.
    pub connections: u32,
}

impl Default for DatabaseSection {
    fn default() -> Self {
        Self {
            url: SecretString::from(""),
            url_file: None,
            connections: 10,
        }
    }
}

impl DatabaseSection {
    /// The address, with its password if it has one.
    pub fn url(&self) -> &str {
        self.url.expose_secret()
    }

    pub(super) fn fill(&mut self, data_dir: &Path) -> Result<(), ConfigError> {
        if let Some(file) = &self.url_file {
            let text = std::fs::read_to_string(file).map_err(|cause| ConfigError::Key {
                key: "database.url_file".into(),
                message: format!("`{}` cannot be read: {cause}", file.display()),
            })?;
            self.url = SecretString::from(text.trim());
        }
        if self.url().is_empty() {
            let file = data_dir.join("countersign.db");
            self.url = SecretString::from(format!("sqlite://{}", file.display()));
        }
        Ok(())
    }
}
