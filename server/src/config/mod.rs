// SPDX-License-Identifier: Apache-2.0
//! Configuration: one TOML file plus `COUNTERSIGN_SECTION__KEY` environment variables for the same
//! keys. Unknown keys are errors. Parsed and checked before any port is bound.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

pub mod cards;
pub mod database;
pub mod devices;
pub mod environment;
pub mod limits;
pub mod listen;
pub mod login;
pub mod machines;
pub mod mail;
pub mod matrix;
pub mod metrics;
pub(crate) mod named;
pub mod passkeys;
pub mod provider;
pub mod proxy;
pub mod record;
pub mod sessions;
mod sources;
pub mod traces;

/// The whole configuration, typed and checked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Public base address of this deployment, also the OpenID issuer. No trailing slash.
    #[serde(default = "default_issuer")]
    pub issuer: String,
    /// Folder for the journal, keys and (by default) the embedded store.
    #[serde(default = "default_data_dir")]
    pub data_dir: PathBuf,
    /// Where to listen.
    #[serde(default)]
    pub listen: listen::Listen,
    /// Where facts are kept.
    #[serde(default)]
    pub database: database::DatabaseSection,
    /// How much one caller may ask.
    #[serde(default)]
    pub limits: limits::Limits,
    /// Sign-in pages and password hashing.
    #[serde(default)]
    pub login: login::Login,
    /// How people are told what was done in their name.
    #[serde(default)]
    pub mail: mail::Mail,
    /// Which passkeys are taken, and which reach AAL3.
    #[serde(default)]
    pub passkeys: passkeys::Passkeys,
    /// The tamper-evident record.
    #[serde(default)]
    pub record: record::Record,
    /// Being a server of the Matrix federation. Absent: it is none, and calls no other.
    #[serde(default)]
    pub matrix: Option<matrix::Matrix>,
    /// How programs prove themselves.
    #[serde(default)]
    pub machines: machines::Machines,
    /// Who may read `/metrics`.
    #[serde(default)]
    pub metrics: metrics::Metrics,
    /// What the OpenID provider asks of people.
    #[serde(default)]
    pub provider: provider::Provider,
    /// How long sign-ins last.
    #[serde(default)]
    pub sessions: sessions::Sessions,
    /// Smartcards; without this section there are none.
    #[serde(default)]
    pub cards: Option<cards::Cards>,
    /// Where people come from: identity providers and directories. docs/sources.md has every key; a key with
    /// `_file` at its end names a file that holds what the key would.
    #[serde(default)]
    pub sources: Vec<serde_json::Map<String, serde_json::Value>>,
    /// Clients of OpenID Connect. docs/openid-provider.md has every key; `secret_file` names the file of a client's secret.
    #[serde(default)]
    pub clients: Vec<serde_json::Map<String, serde_json::Value>>,
    /// Certificates of devices; without this section none is asked for.
    #[serde(default)]
    pub devices: Option<devices::Devices>,
    /// Traces of requests.
    #[serde(default)]
    pub traces: traces::Traces,
}

/// The configuration cannot be used: what and where, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("configuration `{file}` cannot be read: {cause}")]
    Read {
        /// The file.
        file: String,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The file is not TOML.
    #[error("configuration `{file}` is not valid TOML: {cause}")]
    Syntax {
        /// The file.
        file: String,
        /// Where and what.
        cause: Box<toml::de::Error>,
    },
    /// A key or value is not understood.
    #[error("configuration key `{key}`: {message}")]
    Key {
        /// The dotted key.
        key: String,
        /// What is wrong.
        message: String,
    },
}

impl Config {
    /// Reads `file` (none: defaults alone), then lays the environment over it.
    pub fn load(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let table = match file {
            None => toml::Table::new(),
            Some(file) => read(file)?,
        };
        Self::overlaid(table, environment)
    }

    /// Lays the environment over a table of keys.
    pub fn overlaid(
        mut table: toml::Table,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        environment::overlay(&mut table, environment)?;
        Self::from_table(table)
    }

    /// Types and checks a table of keys.
    pub fn from_table(table: toml::Table) -> Result<Self, ConfigError> {
        let config: Self = serde_path_to_error::deserialize(toml::Value::Table(table)).map_err(|fault| {
            ConfigError::Key {
                key: fault.path().to_string(),
                message: fault.inner().message().to_owned(),
            }
        })?;
        config.checked()
    }

    fn checked(mut self) -> Result<Self, ConfigError> {
        let fault = |key: &str, message: String| ConfigError::Key {
            key: key.into(),
            message,
        };
        let issuer = url::Url::parse(&self.issuer)
            .map_err(|cause| fault("issuer", format!("`{}` is no address: {cause}", self.issuer)))?;
        if issuer.query().is_some() || issuer.fragment().is_some() || self.issuer.ends_with('/') {
            return Err(fault(
                "issuer",
                "must have no query, fragment or trailing slash".into(),
            ));
        }
        let loopback = matches!(issuer.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if issuer.scheme() != "https" && !(issuer.scheme() == "http" && loopback) {
            return Err(fault(
                "issuer",
                "must be https, or http on localhost for development".into(),
            ));
        }
        self.listen.check(issuer.scheme())?;
        if let Some(cards) = &self.cards {
            cards.check(&self.issuer)?;
        }
        if let Some(devices) = &self.devices {
            devices.check(&self.issuer)?;
        }
        self.database.fill(&self.data_dir)?;
        self.limits.check()?;
        self.metrics.fill()?;
        self.record.check(&self.issuer)?;
        self.sessions.check()?;
        if let Some(matrix) = &self.matrix {
            matrix.check()?;
        }
        self.passkeys.policy()?;
        self.mail.check()?;
        self.machines.check()?;
        self.check_proxies()?;
        self.traces.check()?;
        named::check("sources", &self.sources)?;
        named::check("clients", &self.clients)?;
        sources::check(&self.sources)?;
        Ok(self)
    }

    /// A proxy's certificate is one of a program: somebody must have issued it.
    fn check_proxies(&self) -> Result<(), ConfigError> {
        let cards = self.cards.as_ref().and_then(|cards| cards.proxy.as_ref());
        let devices = self.devices.as_ref().and_then(|devices| devices.proxy.as_ref());
        for (section, proxy) in [("cards", cards), ("devices", devices)] {
            if proxy.is_some_and(|proxy| !proxy.names.is_empty()) && self.machines.authorities.is_none() {
                return Err(ConfigError::Key {
                    key: format!("{section}.proxy.names"),
                    message: "need `machines.authorities`: they say whose a proxy's certificate is"
                        .to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Whether the public address is https, so that cookies can be bound to the host.
    pub fn is_https(&self) -> bool {
        self.issuer.starts_with("https://")
    }
}

fn read(file: &Path) -> Result<toml::Table, ConfigError> {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|cause| ConfigError::Read {
        file: name.clone(),
        cause,
    })?;
    text.parse().map_err(|cause| ConfigError::Syntax {
        file: name,
        cause: Box::new(cause),
    })
}

fn default_issuer() -> String {
    "http://localhost:8080".into()
}

fn default_data_dir() -> PathBuf {
    "countersign-data".into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::from_table(text.parse().unwrap())
    }

    #[test]
    fn an_unknown_key_is_named_with_its_place() {
        let fault = parse("[listen]\nadress = \"x\"").unwrap_err().to_string();
        assert!(fault.contains("listen"), "{fault}");
        assert!(fault.contains("adress"), "{fault}");
    }

    #[test]
    fn plain_http_is_for_localhost_alone() {
        assert!(parse("issuer = \"http://chat.example\"").is_err());
        assert!(parse("issuer = \"http://localhost:9\"").is_ok());
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let environment = [("COUNTERSIGN_ISSUER".to_owned(), "http://localhost:7".to_owned())];
        let config = Config::load(None, environment.into_iter()).unwrap();
        assert_eq!(config.issuer, "http://localhost:7");
    }

    #[test]
    fn an_unknown_variable_is_an_error() {
        let environment = [("COUNTERSIGN_ISUER".to_owned(), "x".to_owned())];
        assert!(Config::load(None, environment.into_iter()).is_err());
    }
}
