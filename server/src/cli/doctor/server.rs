// SPDX-License-Identifier: Apache-2.0
//! One chat server's wiring, seen from where the doctor runs: the same requests that the server sends.

use chrono::{DateTime, TimeDelta, Utc};
use http::StatusCode;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use crate::asking::check::Line;
use crate::clock::{self, Clock};
use crate::http::chat_server::check::Checked;
use crate::outbound;

/// Clocks may differ by so much without harm to tokens and validities.
const APART: TimeDelta = TimeDelta::seconds(5);

/// How a server is wired, as it says itself.
#[derive(Debug)]
pub(super) struct Wiring {
    server: String,
    base: String,
    client: String,
    secret: SecretString,
    http: reqwest::Client,
}

impl Wiring {
    /// With these credentials at `base`.
    pub(super) fn new(
        server: &str,
        base: &str,
        client: &str,
        secret: String,
        authorities: Option<&[u8]>,
    ) -> Result<Self, String> {
        Url::parse(base).map_err(|fault| format!("`--url`: `{base}` is no address: {fault}"))?;
        Ok(Self {
            server: server.to_owned(),
            base: base.to_owned(),
            client: client.to_owned(),
            secret: secret.into(),
            http: outbound::client_trusting(authorities).map_err(|fault| format!("`--ca`: {fault}"))?,
        })
    }

    /// Looks at everything, as far as one thing does not need another that fails.
    pub(super) async fn look(&self) -> Vec<Line> {
        let mut lines = vec![self.address().await];
        if lines.iter().any(|line| line.mend.is_some()) {
            return lines;
        }
        lines.push(self.metadata().await);
        lines.push(self.without_token().await);
        match self.token().await {
            Err(line) => lines.push(line),
            Ok((line, token)) => {
                lines.push(line);
                lines.extend(self.check(&token).await);
                lines.push(self.stream(&token).await);
            }
        }
        lines
    }

    async fn address(&self) -> Line {
        let began = clock::instant();
        match self.http.get(self.at("/healthz")).send().await {
            Ok(answer) if answer.status() == StatusCode::OK => Line::ok(
                "address",
                format!("answers in {} ms", began.elapsed().as_millis()),
            ),
            Ok(answer) => Line::fail(
                "address",
                format!("answers {} to /healthz", answer.status().as_u16()),
                "is it Countersign's address, and does a proxy in between let /healthz pass?",
            ),
            Err(fault) => Line::fail(
                "address",
                format!("{} cannot be reached: {}", self.base, root(&fault)),
                "see that Countersign runs, that the name and port are right, and that --ca names the authority of \
                 its certificate",
            ),
        }
    }

    async fn metadata(&self) -> Line {
        let mend = "take the addresses from /.well-known/authzen-configuration, and set `issuer` to the address that \
                    chat servers use";
        let told = self
            .json(self.http.get(self.at("/.well-known/authzen-configuration")))
            .await;
        let told = match told {
            Ok((StatusCode::OK, told)) => told,
            Ok((status, _)) => return Line::fail("metadata", format!("answers {}", status.as_u16()), mend),
            Err(fault) => return Line::fail("metadata", fault, mend),
        };
        let names = told.get("policy_decision_point").and_then(Value::as_str);
        match names {
            Some(names) if names == self.base && names.starts_with("https://") => {
                Line::ok("metadata", "names this address")
            }
            Some(names) if names == self.base => Line::warn(
                "metadata",
                "names this address, which is plain http",
                "for anything but trying out: an https `issuer`, with `listen.tls_certificate` and `listen.tls_key`",
            ),
            _ => Line::fail("metadata", "names another address than this", mend),
        }
    }

    async fn without_token(&self) -> Line {
        let question = json!({"subject": {"type": "user", "id": "-"}, "action": {"name": "channel.join"},
            "resource": {"type": "channel", "id": "-"}});
        let asked = self.http.post(self.at("/access/v1/evaluation")).json(&question);
        match asked.send().await.map(|answer| answer.status()) {
            Ok(StatusCode::UNAUTHORIZED) => Line::ok("without token", "a question is refused with 401"),
            Ok(status) => Line::fail(
                "without token",
                format!("a question is answered {}", status.as_u16()),
                "something in between answers in Countersign's place, or adds a token: take it out",
            ),
            Err(fault) => Line::fail("without token", root(&fault), "as for `address`"),
        }
    }

    async fn token(&self) -> Result<(Line, String), Line> {
        let asked = self
            .http
            .post(self.at("/oauth2/token"))
            .basic_auth(&self.client, Some(self.secret.expose_secret()))
            .form(&[("grant_type", "client_credentials")]);
        let (status, told) = match self.json(asked).await {
            Ok(answer) => answer,
            Err(fault) => return Err(Line::fail("token", fault, "as for `address`")),
        };
        let token = told.get("access_token").and_then(Value::as_str);
        match (status, token) {
            (StatusCode::OK, Some(token)) => {
                let lasts = told.get("expires_in").and_then(Value::as_u64).unwrap_or_default();
                let line = Line::ok("token", format!("obtained, good for {lasts} s"));
                Ok((line, token.to_owned()))
            }
            (StatusCode::UNAUTHORIZED, _) => Err(Line::fail(
                "token",
                format!("client `{}` with this secret is refused", self.client),
                "see that both are as `countersign server add` printed them; running it again makes a new secret",
            )),
            (StatusCode::BAD_REQUEST, _) => Err(Line::fail(
                "token",
                format!("client `{}` may not fetch tokens of its own", self.client),
                "add `client_credentials` to the client's `grants` and run `countersign server add FILE`",
            )),
            (status, _) => Err(Line::fail(
                "token",
                format!("answers {}", status.as_u16()),
                "try again after the time in `Retry-After`; if it stays, `countersign doctor` there says why",
            )),
        }
    }

    async fn check(&self, token: &str) -> Vec<Line> {
        let path = format!("/api/v1/servers/{}/check", self.server);
        let asked = self.http.post(self.at(&path)).bearer_auth(token);
        let (status, told) = match self.json(asked).await {
            Ok(answer) => answer,
            Err(fault) => return vec![Line::fail("check", fault, "as for `address`")],
        };
        if status != StatusCode::OK {
            let detail = told.get("detail").and_then(Value::as_str).unwrap_or_default();
            let text = format!("answers {}: {detail}", status.as_u16());
            let mend = match status {
                StatusCode::NOT_FOUND => "--server is the `id` of the record that has this `client_id`",
                StatusCode::UNAUTHORIZED => {
                    "no server's record has this `client_id`: file one with `countersign server add FILE`"
                }
                _ => "`countersign doctor` on Countersign's machine says why",
            };
            return vec![Line::fail("check", text, mend)];
        }
        let Ok(checked) = serde_json::from_value::<Checked>(told) else {
            let mend = "take a `countersign` of the same version for both";
            return vec![Line::fail("check", "the answer cannot be read", mend)];
        };
        let mut lines = vec![clocks(&checked.now, Clock::system().now())];
        lines.extend(checked.lines);
        lines
    }

    async fn stream(&self, token: &str) -> Line {
        let mend = "let a proxy in between pass `text/event-stream` without buffering";
        let began = clock::instant();
        let opened = self
            .http
            .get(self.at("/api/v1/stream"))
            .bearer_auth(token)
            .send()
            .await;
        let mut answer = match opened {
            Ok(answer) if answer.status() == StatusCode::OK => answer,
            Ok(answer) => {
                let text = format!("answers {}", answer.status().as_u16());
                return Line::fail(
                    "stream",
                    text,
                    "close streams that nobody reads; each server may open some",
                );
            }
            Err(fault) => return Line::fail("stream", root(&fault), mend),
        };
        match answer.chunk().await {
            Ok(Some(bytes)) if bytes.starts_with(b":") => {
                let took = began.elapsed().as_millis();
                Line::ok(
                    "stream",
                    format!("opens, with a first sign of life after {took} ms"),
                )
            }
            Ok(Some(_)) => Line::ok("stream", "opens, and brings changes"),
            Err(fault) => Line::fail("stream", root(&fault), mend),
            Ok(None) => Line::fail("stream", "opens and ends at once", mend),
        }
    }

    async fn json(&self, asked: reqwest::RequestBuilder) -> Result<(StatusCode, Value), String> {
        let answer = asked.send().await.map_err(|fault| root(&fault))?;
        let status = answer.status();
        Ok((status, answer.json().await.unwrap_or_default()))
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

fn clocks(there: &str, here: DateTime<Utc>) -> Line {
    let Ok(there) = DateTime::parse_from_rfc3339(there) else {
        return Line::fail(
            "clock",
            "the time there cannot be read",
            "take the same version for both",
        );
    };
    let apart = (here - there.to_utc()).abs();
    if apart > APART {
        return Line::fail(
            "clock",
            "the clock here and Countersign's are more than 5 seconds apart",
            "set both by the same source, e.g. NTP: answers would be kept too long or not at all",
        );
    }
    Line::ok("clock", "agrees with Countersign's")
}

/// What is behind an error of the client, without the address, which may hold more than is to be shown.
fn root(fault: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = fault;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}
