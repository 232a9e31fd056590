// SPDX-License-Identifier: Apache-2.0
//! Being a server of the Matrix federation, which homeservers ask before they take an event into a room.

use std::collections::BTreeMap;
use std::path::PathBuf;

use countersign_authn::matrix::key::VerifyKey;
use countersign_authn::matrix::resolve;
use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;

/// `[matrix]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Matrix {
    /// The name in the federation, with a port unless `.well-known` or the port 8448 lead here.
    pub server_name: String,
    /// Certificates, PEM, that homeservers are recognised by besides those of the machine.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// The port of `.well-known` at homeservers; 443, but for trying out.
    #[serde(default = "https")]
    pub well_known_port: u16,
    /// The homeservers that are heard and called. There are no others.
    pub homeservers: Vec<Homeserver>,
}

/// A homeserver.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Homeserver {
    /// Its name in the federation.
    pub name: String,
    /// Where its federation is reached. Absent, its name is looked up by `.well-known`; SRV records are
    /// not asked.
    #[serde(default)]
    pub address: Option<String>,
    /// Whether `.well-known` may lead to an address of this machine or its own link. It may not, unless it is said here.
    #[serde(default)]
    pub is_local: bool,
    /// The connected server whose record says how its people and rooms are called here.
    pub record: String,
    /// Its public keys by their names (`ed25519:…`). Absent, it is asked for them.
    #[serde(default)]
    pub keys: BTreeMap<String, String>,
}

impl Homeserver {
    /// Where its federation is reached, without a trailing slash; none: it is looked up.
    pub fn base(&self) -> Option<String> {
        let address = self.address.as_ref();
        address.map(|address| address.trim_end_matches('/').to_owned())
    }
}

impl Matrix {
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let fault = |key: &str, message: String| ConfigError::Key {
            key: key.into(),
            message,
        };
        if !is_name(&self.server_name) {
            let message = format!(
                "`{}` is no server name, such as `policy.example.org`",
                self.server_name
            );
            return Err(fault("matrix.server_name", message));
        }
        for (at, homeserver) in self.homeservers.iter().enumerate() {
            let place = |key: &str| format!("matrix.homeservers[{at}].{key}");
            if !is_name(&homeserver.name) || homeserver.name == self.server_name {
                let message = format!("`{}` is no name of another server", homeserver.name);
                return Err(fault(&place("name"), message));
            }
            let is_address = |base: String| {
                url::Url::parse(&base).is_ok_and(|base| {
                    base.scheme() == "https" && base.path() == "/" && base.query().is_none()
                })
            };
            if homeserver.base().is_some_and(|base| !is_address(base)) {
                let message = "must be an https address without a path".to_owned();
                return Err(fault(&place("address"), message));
            }
            if homeserver.base().is_none() && resolve::begin(&homeserver.name).is_none() {
                let message = format!(
                    "`{}` is no name that can be looked up: give its `address`",
                    homeserver.name
                );
                return Err(fault(&place("name"), message));
            }
            for (id, key) in &homeserver.keys {
                if !id.starts_with("ed25519:") || VerifyKey::read(key).is_none() {
                    let message = "names are `ed25519:…`, keys 32 bytes in base64".to_owned();
                    return Err(fault(&place(&format!("keys.{id}")), message));
                }
            }
        }
        Ok(())
    }
}

fn https() -> u16 {
    443
}

/// A host name or an address, and perhaps a port.
fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b':' | b'[' | b']');
    (1..=230).contains(&text.len()) && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Matrix, String> {
        let matrix: Matrix = toml::from_str(text).map_err(|fault| fault.to_string())?;
        matrix.check().map_err(|fault| fault.to_string())?;
        Ok(matrix)
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let own = |rest: &str| {
            read(&format!(
                "server_name = \"p.example\"\n[[homeservers]]\nname = \"a.example\"\nrecord = \"a\"\n{rest}"
            ))
        };
        assert!(
            own("address = \"http://a.example\"")
                .unwrap_err()
                .contains("homeservers[0].address")
        );
        assert!(
            own("keys = { \"ed25519:1\" = \"short\" }")
                .unwrap_err()
                .contains("keys.ed25519:1")
        );
        assert!(own("adress = \"x\"").is_err());
        assert!(own("address = \"https://d.example/\"").is_ok());
        let unknown = "server_name = \"p.example\"\n[[homeservers]]\nname = \"a..example\"\nrecord = \"a\"";
        assert!(read(unknown).unwrap_err().contains("homeservers[0].name"));
        assert!(read("server_name = \"no name\"\nhomeservers = []").is_err());
    }
}
