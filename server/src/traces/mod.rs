// SPDX-License-Identifier: Apache-2.0
//! Traces: one span for each request, joined to the caller's trace where a chat server brings one along, and
//! sent by OTLP over HTTP in JSON to the collector that the configuration names. A span has the template of
//! its route, never an address, so it names no person and no channel.
//!
//! Written here, because the usual crates bring some fifteen others, a second random source and a writer of
//! protocol buffers among them, for one document of fixed shape.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use http::{Method, StatusCode};
use rand::Rng;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::app::House;
use crate::clock;
use crate::config;
use parent::Parent;

pub mod parent;

/// Spans that may wait to be sent; what comes on top is not kept.
const WAITING: usize = 8_192;
/// Spans of one message.
const TOGETHER: usize = 512;
/// A span of a server (OTLP).
const SERVER: u8 = 2;
/// The status of a span that failed (OTLP).
const FAILED: u8 = 2;

/// What is traced here.
#[derive(Debug)]
pub struct Traces {
    endpoint: Option<url::Url>,
    per_thousand: u32,
    finished: Sender<Finished>,
    waiting: Mutex<Receiver<Finished>>,
}

/// A request under way.
#[derive(Debug)]
pub struct Span {
    trace: [u8; 16],
    parent: Option<[u8; 8]>,
    id: [u8; 8],
    at: DateTime<Utc>,
    began: Instant,
}

#[derive(Debug)]
struct Finished {
    span: Span,
    method: Method,
    route: String,
    status: StatusCode,
    took: Duration,
}

/// Spans could not be sent; they are gone.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// Nobody answers.
    #[error("the collector of traces cannot be reached: {0}")]
    Unreachable(#[from] reqwest::Error),
    /// It does not want them.
    #[error("the collector of traces answers {0}")]
    Refused(StatusCode),
}

impl Traces {
    /// As configured.
    pub fn new(config: &config::traces::Traces) -> Self {
        let (finished, waiting) = channel(WAITING);
        Self {
            endpoint: config.endpoint.clone(),
            per_thousand: config.per_thousand,
            finished,
            waiting: Mutex::new(waiting),
        }
    }

    /// Whether anything is traced at all.
    pub fn are_on(&self) -> bool {
        self.endpoint.is_some()
    }

    /// Begins a span, if this request is traced.
    pub fn begin(&self, parent: Option<Parent>, now: DateTime<Utc>, rng: &mut impl Rng) -> Option<Span> {
        let sampled = match parent {
            Some(parent) => parent.sampled,
            None => rng.next_u32() % 1_000 < self.per_thousand,
        };
        if !sampled {
            return None;
        }
        let mut trace = [0; 16];
        match parent {
            Some(parent) => trace = parent.trace,
            None => rng.fill_bytes(&mut trace),
        }
        let mut id = [0; 8];
        rng.fill_bytes(&mut id);
        Some(Span {
            trace,
            parent: parent.map(|parent| parent.span),
            id,
            at: now,
            began: clock::instant(),
        })
    }

    /// Ends a span. Where too many wait, it is not kept.
    pub fn end(&self, span: Span, method: Method, route: &str, status: StatusCode) {
        let took = span.began.elapsed();
        let route = route.to_owned();
        let _full = self.finished.try_send(Finished {
            span,
            method,
            route,
            status,
            took,
        });
    }
}

impl House {
    /// Sends all spans that wait.
    pub async fn send_traces(&self) -> Result<(), TraceError> {
        let Some(endpoint) = &self.traces.endpoint else {
            return Ok(());
        };
        let mut waiting = self.traces.waiting.lock().await;
        loop {
            let spans: Vec<Value> = std::iter::from_fn(|| waiting.try_recv().ok())
                .take(TOGETHER)
                .map(|finished| finished.told())
                .collect();
            if spans.is_empty() {
                return Ok(());
            }
            let answer = self
                .outbound
                .post(endpoint.clone())
                .json(&message(&spans))
                .send()
                .await?;
            if !answer.status().is_success() {
                return Err(TraceError::Refused(answer.status()));
            }
        }
    }
}

impl Finished {
    fn told(&self) -> Value {
        let span = &self.span;
        let start = u128::from(span.at.timestamp_millis().unsigned_abs()) * 1_000_000;
        let mut told = json!({
            "traceId": hex::encode(span.trace),
            "spanId": hex::encode(span.id),
            "name": format!("{} {}", self.method, self.route),
            "kind": SERVER,
            "startTimeUnixNano": start.to_string(),
            "endTimeUnixNano": (start + self.took.as_nanos()).to_string(),
            "attributes": [
                attribute("http.request.method", json!({"stringValue": self.method.as_str()})),
                attribute("http.route", json!({"stringValue": self.route})),
                // 64 bits wide, and so written as text (proto3 JSON).
                attribute("http.response.status_code", json!({"intValue": self.status.as_u16().to_string()})),
            ],
            "status": if self.status.is_server_error() { json!({"code": FAILED}) } else { json!({}) },
        });
        if let (Some(parent), Value::Object(members)) = (span.parent, &mut told) {
            members.insert("parentSpanId".to_owned(), hex::encode(parent).into());
        }
        told
    }
}

fn message(spans: &[Value]) -> Value {
    let resource = [
        attribute("service.name", json!({"stringValue": "countersign"})),
        attribute(
            "service.version",
            json!({"stringValue": env!("CARGO_PKG_VERSION")}),
        ),
    ];
    json!({"resourceSpans": [{
        "resource": {"attributes": resource},
        "scopeSpans": [{"scope": {"name": "countersign"}, "spans": spans}],
    }]})
}

fn attribute(key: &str, value: Value) -> Value {
    json!({"key": key, "value": value})
}
