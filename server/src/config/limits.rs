// SPDX-License-Identifier: Apache-2.0
//! How much of the house one caller may take, so that none takes another's share.

use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;

/// The most questions of one request; a burst must hold them.
const LARGEST_REQUEST: u32 = 1_000;

/// `[limits]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Questions that each connected server may ask per second on average; each of a list counts. 0: no
    /// limit.
    pub server_per_second: u32,
    /// How many it may have saved up, at least 1000.
    pub server_burst: u32,
    /// Requests of one connected server that are worked on at once.
    pub server_at_once: u32,
    /// Searches, and other questions about whole lists of people, of one connected server at once.
    pub server_searches_at_once: u32,
    /// Streams of changes, and waits for a change, of one connected server at once.
    pub server_streams_at_once: u32,
    /// Requests of all connected servers that are worked on at once. Beyond it, only who has few under way
    /// is let in.
    pub servers_at_once: u32,
    /// Requests that each address may send per second on average without a connected server's access
    /// token. 0: no limit. Loopback has none.
    pub address_per_second: u32,
    /// How many it may have saved up.
    pub address_burst: u32,
    /// Requests without a connected server's access token that are worked on at once, of all addresses.
    pub others_at_once: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            server_per_second: 5_000,
            server_burst: 20_000,
            server_at_once: 256,
            server_searches_at_once: 4,
            server_streams_at_once: 32,
            servers_at_once: 1_024,
            address_per_second: 50,
            address_burst: 500,
            others_at_once: 256,
        }
    }
}

impl Limits {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let fault = |key: &str, message: String| ConfigError::Key {
            key: format!("limits.{key}"),
            message,
        };
        if self.server_burst < LARGEST_REQUEST {
            let message = format!("at least {LARGEST_REQUEST}: as many questions come in one request");
            return Err(fault("server_burst", message));
        }
        for (key, value) in [
            ("server_at_once", self.server_at_once),
            ("server_searches_at_once", self.server_searches_at_once),
            ("server_streams_at_once", self.server_streams_at_once),
            ("servers_at_once", self.servers_at_once),
            ("address_burst", self.address_burst),
            ("others_at_once", self.others_at_once),
        ] {
            if value == 0 {
                return Err(fault(key, "must be at least 1: nobody could ask".into()));
            }
        }
        Ok(())
    }
}
