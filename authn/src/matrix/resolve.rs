// SPDX-License-Identifier: Apache-2.0
//! Where a homeserver is reached (Matrix v1.18, server-server API, "Resolving server names"). Pure: each step says
//! what is to be looked up, and takes what was found.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::Deserialize;

const FEDERATION_PORT: u16 = 8448;
/// In the order in which they are asked; the second is deprecated.
const SERVICES: [&str; 2] = ["_matrix-fed._tcp", "_matrix._tcp"];
const LONGEST_NAME: usize = 255;

/// What is to be looked up next.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Step {
    /// Nothing: it is known.
    Done(Target),
    /// The SRV record of `name`.
    Srv {
        /// The whole name.
        name: String,
        /// What to do with what was found.
        then: Srv,
    },
    /// `https://HOST/.well-known/matrix/server`.
    WellKnown(WellKnown),
}

/// Where to connect, and as whom the other end proves itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// The host whose certificate it must show, without brackets.
    pub host: String,
    /// The host whose address is connected to; it differs where an SRV record says so.
    pub connect: String,
    /// The port.
    pub port: u16,
    /// What the `Host` header says.
    pub header: String,
    /// Whether somebody's document or record led here, and not the name alone.
    pub is_delegated: bool,
}

/// The host at whose `.well-known` to look.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WellKnown {
    name: Name,
}

/// The host whose SRV records are asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Srv {
    name: Name,
    is_delegated: bool,
    asked: usize,
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
    Some(match name.fixed(false) {
        Some(target) => Step::Done(target),
        None => Step::WellKnown(WellKnown { name }),
    })
}

impl WellKnown {
    /// The host.
    pub fn host(&self) -> &str {
        &self.name.host
    }

    /// What follows from the document there; `None`, or one that says nothing usable, leaves the name itself.
    pub fn found(self, document: Option<&[u8]>) -> Step {
        let document = document.and_then(|bytes| serde_json::from_slice::<Document>(bytes).ok());
        let delegated = document.and_then(|document| Name::read(&document.server));
        let is_delegated = delegated.is_some();
        let name = delegated.unwrap_or(self.name);
        match name.fixed(is_delegated) {
            Some(target) => Step::Done(target),
            None => Srv {
                name,
                is_delegated,
                asked: 0,
            }
            .step(),
        }
    }
}

impl Srv {
    fn step(self) -> Step {
        match SERVICES.get(self.asked) {
            Some(service) => Step::Srv {
                name: format!("{service}.{}.", self.name.host),
                then: self,
            },
            None => Step::Done(Target {
                connect: self.name.host.clone(),
                header: self.name.host.clone(),
                host: self.name.host,
                port: FEDERATION_PORT,
                is_delegated: self.is_delegated,
            }),
        }
    }

    /// What follows from the record, if there is one: the host and port that it names.
    pub fn found(self, record: Option<(&str, u16)>) -> Step {
        let Some((target, port)) = record else {
            let asked = self.asked + 1;
            return Self { asked, ..self }.step();
        };
        Step::Done(Target {
            connect: target.trim_end_matches('.').to_owned(),
            header: self.name.host.clone(),
            host: self.name.host,
            port,
            is_delegated: true,
        })
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

    /// Where it is, if nothing has to be looked up: an address, or a name with a port.
    fn fixed(&self, is_delegated: bool) -> Option<Target> {
        if !self.is_literal && self.port.is_none() {
            return None;
        }
        let shown = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        Some(Target {
            host: self.host.clone(),
            connect: self.host.clone(),
            port: self.port.unwrap_or(FEDERATION_PORT),
            header: self.port.map_or(shown.clone(), |port| format!("{shown}:{port}")),
            is_delegated,
        })
    }
}

fn port(digits: &str) -> Option<u16> {
    let is_plain = (1..=5).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse().ok().filter(|port| is_plain && *port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn done(step: Step) -> (String, String, u16, String, bool) {
        match step {
            Step::Done(target) => (
                target.host,
                target.connect,
                target.port,
                target.header,
                target.is_delegated,
            ),
            other => panic!("not done: {other:?}"),
        }
    }

    fn well_known(name: &str, document: Option<&str>) -> Step {
        match begin(name) {
            Some(Step::WellKnown(asked)) => asked.found(document.map(str::as_bytes)),
            other => panic!("nothing to look up: {other:?}"),
        }
    }

    fn srv(step: Step, records: &[(&str, Option<(&str, u16)>)]) -> Step {
        let mut step = step;
        for (name, record) in records {
            step = match step {
                Step::Srv { name: asked, then } if asked == *name => then.found(*record),
                other => panic!("not {name}: {other:?}"),
            };
        }
        step
    }

    fn is(
        host: &str,
        connect: &str,
        port: u16,
        header: &str,
        delegated: bool,
    ) -> (String, String, u16, String, bool) {
        (host.into(), connect.into(), port, header.into(), delegated)
    }

    #[test]
    fn an_address_and_a_name_with_a_port_are_looked_up_nowhere() {
        for (name, expected) in [
            (
                "192.0.2.1",
                is("192.0.2.1", "192.0.2.1", 8448, "192.0.2.1", false),
            ),
            (
                "192.0.2.1:8",
                is("192.0.2.1", "192.0.2.1", 8, "192.0.2.1:8", false),
            ),
            (
                "[2001:db8::1]",
                is("2001:db8::1", "2001:db8::1", 8448, "[2001:db8::1]", false),
            ),
            (
                "[2001:db8::1]:9",
                is("2001:db8::1", "2001:db8::1", 9, "[2001:db8::1]:9", false),
            ),
            (
                "Chat.example:443",
                is("chat.example", "chat.example", 443, "chat.example:443", false),
            ),
        ] {
            assert_eq!(done(begin(name).unwrap()), expected, "{name}");
        }
    }

    #[test]
    fn a_document_leads_to_a_place_or_to_records_of_another_name() {
        let at = |server: &str| format!("{{\"m.server\": \"{server}\"}}");
        for (server, expected) in [
            (
                "fed.example:99",
                is("fed.example", "fed.example", 99, "fed.example:99", true),
            ),
            ("192.0.2.1", is("192.0.2.1", "192.0.2.1", 8448, "192.0.2.1", true)),
            (
                "[2001:db8::1]:9",
                is("2001:db8::1", "2001:db8::1", 9, "[2001:db8::1]:9", true),
            ),
        ] {
            assert_eq!(done(well_known("chat.example", Some(&at(server)))), expected);
        }
        let step = well_known("chat.example", Some(&at("fed.example")));
        let found = srv(
            step.clone(),
            &[
                ("_matrix-fed._tcp.fed.example.", None),
                ("_matrix._tcp.fed.example.", Some(("host.example.", 7))),
            ],
        );
        // TLS and the header are those of the name that was delegated to, never of the record.
        assert_eq!(
            done(found),
            is("fed.example", "host.example", 7, "fed.example", true)
        );
        let none = srv(
            step,
            &[
                ("_matrix-fed._tcp.fed.example.", None),
                ("_matrix._tcp.fed.example.", None),
            ],
        );
        assert_eq!(
            done(none),
            is("fed.example", "fed.example", 8448, "fed.example", true)
        );
    }

    #[test]
    fn without_a_usable_document_the_name_itself_is_asked_about() {
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
            let step = well_known("chat.example", document);
            let found = srv(
                step,
                &[("_matrix-fed._tcp.chat.example.", Some(("h.example.", 5)))],
            );
            assert_eq!(
                done(found),
                is("chat.example", "h.example", 5, "chat.example", true),
                "{document:?}"
            );
        }
        let none = srv(
            well_known("chat.example", None),
            &[
                ("_matrix-fed._tcp.chat.example.", None),
                ("_matrix._tcp.chat.example.", None),
            ],
        );
        assert_eq!(
            done(none),
            is("chat.example", "chat.example", 8448, "chat.example", false)
        );
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
