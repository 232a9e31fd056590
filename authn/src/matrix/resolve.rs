// SPDX-License-Identifier: Apache-2.0
//! Where a homeserver is reached (Matrix v1.18, server-server API, "Resolving server names"), as far as the name and
//! a document of its own say so; SRV records are not asked. Pure: what is to be looked up is said, and what was found
//! is taken.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;

const FEDERATION_PORT: u16 = 8448;
const LONGEST_NAME: usize = 255;

/// What is to be looked up next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// Nothing: it is known.
    Done(Target),
    /// `https://HOST/.well-known/matrix/server`.
    WellKnown(WellKnown),
}

/// Where to connect, and as whom the other end proves itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// The host whose certificate it must show, without brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// What the `Host` header says.
    pub header: String,
    /// Whether a document led here, and not the name alone.
    pub is_delegated: bool,
}

/// The host at whose `.well-known` to look.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WellKnown {
    name: Name,
}

#[derive(Clone, Debug, Eq, PartialEq)]
struct Name {
    host: String,
    is_literal: bool,
    port: Option<u16>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(rename = "m.server")]
    server: String,
}

/// The first step for a server of that name; `None`: it is no server name.
pub fn begin(name: &str) -> Option<Step> {
    let name = Name::read(name)?;
    Some(if name.is_literal || name.port.is_some() {
        Step::Done(name.target(false))
    } else {
        Step::WellKnown(WellKnown { name })
    })
}

impl WellKnown {
    /// The host.
    pub fn host(&self) -> &str {
        &self.name.host
    }

    /// What follows from the document there; `None`, or one that says nothing usable, leaves the name itself.
    pub fn found(self, document: Option<&[u8]>) -> Target {
        let document = document.and_then(|bytes| serde_json::from_slice::<Document>(bytes).ok());
        let delegated = document.and_then(|document| Name::read(&document.server));
        match delegated {
            Some(name) => name.target(true),
            None => self.name.target(false),
        }
    }
}

impl Name {
    /// A DNS name, an IPv4 address or an IPv6 address in brackets, with a port or without.
    fn read(text: &str) -> Option<Self> {
        if text.len() > LONGEST_NAME {
            return None;
        }
        if let Some(rest) = text.strip_prefix('[') {
            let (host, rest) = rest.split_once(']')?;
            host.parse::<Ipv6Addr>().ok()?;
            let port = match rest {
                "" => None,
                rest => Some(port(rest.strip_prefix(':')?)?),
            };
            return Some(Self {
                host: host.to_owned(),
                is_literal: true,
                port,
            });
        }
        let (host, port) = match text.split_once(':') {
            Some((host, digits)) => (host, Some(port(digits)?)),
            None => (text, None),
        };
        let is_label = |label: &str| {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            (1..=63).contains(&label.len()) && label.bytes().all(plain) && !label.starts_with('-')
        };
        host.split('.').all(is_label).then(|| Self {
            is_literal: host.parse::<Ipv4Addr>().is_ok(),
            host: host.to_ascii_lowercase(),
            port,
        })
    }

    /// Where it is.
    fn target(self, is_delegated: bool) -> Target {
        let shown = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        Target {
            host: self.host,
            port: self.port.unwrap_or(FEDERATION_PORT),
            header: match self.port {
                Some(port) => format!("{shown}:{port}"),
                None => shown,
            },
            is_delegated,
        }
    }
}

fn port(digits: &str) -> Option<u16> {
    let is_plain = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|port| is_plain && *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(host: &str, port: u16, header: &str, is_delegated: bool) -> Target {
        Target {
            host: host.into(),
            port,
            header: header.into(),
            is_delegated,
        }
    }

    fn well_known(name: &str, document: Option<&str>) -> Target {
        match begin(name) {
            Some(Step::WellKnown(asked)) => asked.found(document.map(str::as_bytes)),
            other => panic!("nothing to look up: {other:?}"),
        }
    }

    #[test]
    fn an_address_and_a_name_with_a_port_are_looked_up_nowhere() {
        for (name, expected) in [
            ("192.0.2.1", is("192.0.2.1", 8448, "192.0.2.1", false)),
            ("192.0.2.1:8", is("192.0.2.1", 8, "192.0.2.1:8", false)),
            ("[2001:db8::1]", is("2001:db8::1", 8448, "[2001:db8::1]", false)),
            ("[2001:db8::1]:9", is("2001:db8::1", 9, "[2001:db8::1]:9", false)),
            (
                "Chat.example:443",
                is("chat.example", 443, "chat.example:443", false),
            ),
        ] {
            assert_eq!(begin(name), Some(Step::Done(expected)), "{name}");
        }
    }

    #[test]
    fn a_document_leads_to_another_place() {
        for (server, expected) in [
            ("fed.example", is("fed.example", 8448, "fed.example", true)),
            ("fed.example:99", is("fed.example", 99, "fed.example:99", true)),
            ("192.0.2.1", is("192.0.2.1", 8448, "192.0.2.1", true)),
            ("[2001:db8::1]:9", is("2001:db8::1", 9, "[2001:db8::1]:9", true)),
        ] {
            let document = format!("{{\"m.server\": \"{server}\"}}");
            assert_eq!(well_known("chat.example", Some(&document)), expected);
        }
    }

    #[test]
    fn without_a_usable_document_it_is_the_name_itself() {
        for document in [
            None,
            Some("<html>"),
            Some("{}"),
            Some("{\"m.server\": 5}"),
            Some("{\"m.server\": \"http://x\"}"),
            Some("{\"m.server\": \"a b\"}"),
            Some("{\"m.server\": \"x:99999\"}"),
            Some("{\"m.server\": \"user@x\"}"),
            Some("{\"m.server\": \"x/y\"}"),
        ] {
            let found = well_known("chat.example", document);
            assert_eq!(
                found,
                is("chat.example", 8448, "chat.example", false),
                "{document:?}"
            );
        }
    }

    #[test]
    fn what_is_no_name_leads_nowhere() {
        for name in [
            "",
            ".",
            "a..b",
            "-a",
            "a:",
            "a:0",
            "a:+5",
            "[::1",
            "[1.2.3.4]",
            "[::1]x",
            "a@b",
            "a/b",
            "a b",
            "ä",
        ] {
            assert_eq!(begin(name), None, "{name}");
        }
    }
}
