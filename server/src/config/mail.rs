// SPDX-License-Identifier: Apache-2.0
//! How people are told what was done in their name: by mail, or into a folder for development.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;

/// `[mail]`. With neither `host` nor `spool` nobody is told.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Mail {
    /// The mail server to hand messages to.
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// How the way there is protected. Without is for this machine alone.
    pub tls: MailTls,
    /// The certificates, PEM, to which the mail server must lead; the system's store is not asked.
    pub root: Option<PathBuf>,
    /// The name to sign in with.
    pub username: Option<String>,
    /// The file that holds the password.
    pub password_file: Option<PathBuf>,
    /// The sender.
    pub from: String,
    /// A folder into which messages are written as files in place of sending them.
    pub spool: Option<PathBuf>,
}

/// How the way to the mail server is protected.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Not at all.
    None,
    /// It starts in the open and must turn to TLS.
    #[default]
    Starttls,
    /// TLS from the first byte.
    Wrapped,
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            host: None,
            port: 587,
            tls: MailTls::default(),
            root: None,
            username: None,
            password_file: None,
            from: "Countersign <countersign@localhost>".into(),
            spool: None,
        }
    }
}

impl Mail {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let fault = |key: &str, message: &str| {
            Err(ConfigError::Key {
                key: format!("mail.{key}"),
                message: message.into(),
            })
        };
        let Some(host) = &self.host else { return Ok(()) };
        if self.spool.is_some() {
            return fault("spool", "give either a `host` or a `spool`");
        }
        let is_here = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
        match self.tls {
            MailTls::None if !is_here => return fault("tls", "mail leaves this machine by TLS only"),
            MailTls::None => {}
            _ if self.root.is_none() => {
                return fault(
                    "root",
                    "name the certificates to which the mail server leads (PEM)",
                );
            }
            _ => {}
        }
        if self.username.is_some() != self.password_file.is_some() {
            return fault("password_file", "`username` and `password_file` go together");
        }
        Ok(())
    }
}
