// SPDX-License-Identifier: Apache-2.0
//! Traces of requests, for a collector of the operator's. Off unless it is named.

use schemars::JsonSchema;
use serde::Deserialize;
use url::Url;

use super::ConfigError;

/// `[traces]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Traces {
    /// Where spans are sent by OTLP over HTTP in JSON, e.g. `http://localhost:4318/v1/traces`. Absent: nothing
    /// is traced and nothing is sent.
    #[schemars(with = "Option<String>")]
    pub endpoint: Option<Url>,
    /// How many of 1000 requests are traced that no chat server has begun a trace for. What a chat server
    /// traces is traced here.
    pub per_thousand: u32,
}

impl Default for Traces {
    fn default() -> Self {
        Self {
            endpoint: None,
            per_thousand: 1_000,
        }
    }
}

impl Traces {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let fault = |key: &str, message: &str| ConfigError::Key {
            key: format!("traces.{key}"),
            message: message.into(),
        };
        if self.per_thousand > 1_000 {
            return Err(fault("per_thousand", "is at most 1000"));
        }
        match &self.endpoint {
            Some(endpoint) if !matches!(endpoint.scheme(), "http" | "https") => {
                Err(fault("endpoint", "must be http or https"))
            }
            _ => Ok(()),
        }
    }
}
