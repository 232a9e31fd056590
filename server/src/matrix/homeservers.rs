// SPDX-License-Identifier: Apache-2.0
//! The homeservers that we speak with: their keys, and requests to them. Nobody who is not configured is
//! called, and nobody is called more often than once a minute for a key that he does not have.

use std::collections::BTreeMap;
use std::time::Instant;

use authn::matrix::key::VerifyKey;
use authn::matrix::published::{NotBelieved, ServerKeys};
use authn::matrix::request::authorization;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn as authn;
use countersign_directory::json;
use http::{Method, StatusCode, header};
use serde_json::Value;
use tokio::sync::Mutex;

use super::Member;
use super::reach::{self, Reach};
use crate::clock;
use crate::config::matrix::Homeserver;

/// How long fetched keys are believed at most, whatever they say.
const BELIEVED: TimeDelta = TimeDelta::hours(24);
/// How long to wait before keys are fetched again.
const PAUSE: TimeDelta = TimeDelta::minutes(1);
/// The most bytes of published keys.
const KEYS: usize = 64 * 1024;

/// A homeserver, and what was last heard of its keys.
#[derive(Debug)]
pub(crate) struct Known {
    name: String,
    /// Where it is, if the configuration says so.
    base: Option<String>,
    is_local: bool,
    /// The way that was found, and when.
    found: Mutex<Option<(Reach, Instant)>>,
    /// The connected server whose record its people and rooms are read by.
    pub(crate) record: String,
    pinned: BTreeMap<String, VerifyKey>,
    fetched: Mutex<Fetched>,
}

#[derive(Debug, Default)]
struct Fetched {
    /// When it was last asked.
    at: Option<DateTime<Utc>>,
    /// What it said, and when.
    keys: Option<(ServerKeys, DateTime<Utc>)>,
}

/// Why a call came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// It is not configured.
    #[error("`{0}` is none of `matrix.homeservers`")]
    Unknown(String),
    /// It was asked a moment ago.
    #[error("`{0}` has no such key; it is asked again in a minute")]
    Pause(String),
    /// It did not answer.
    #[error("`{server}` cannot be reached: {cause}")]
    Unreachable {
        /// Which.
        server: String,
        /// Why.
        cause: String,
    },
    /// It refused.
    #[error("`{server}` refused: {status} {message}")]
    Refused {
        /// Which.
        server: String,
        /// HTTP status.
        status: StatusCode,
        /// What it said.
        message: String,
    },
    /// What it said cannot be used.
    #[error("`{server}` answered what cannot be used: {cause}")]
    Unusable {
        /// Which.
        server: String,
        /// Why.
        cause: String,
    },
}

impl Known {
    pub(crate) fn of(homeserver: &Homeserver) -> Self {
        let pinned = homeserver.keys.iter();
        Self {
            name: homeserver.name.clone(),
            base: homeserver.base(),
            is_local: homeserver.is_local,
            found: Mutex::default(),
            record: homeserver.record.clone(),
            // Checked when the configuration was.
            pinned: pinned
                .filter_map(|(id, key)| Some((id.clone(), VerifyKey::read(key)?)))
                .collect(),
            fetched: Mutex::default(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    fn unusable(&self, cause: impl ToString) -> CallError {
        CallError::Unusable {
            server: self.name.clone(),
            cause: cause.to_string(),
        }
    }
}

impl Member {
    /// The homeserver of that name.
    pub(crate) fn homeserver(&self, name: &str) -> Result<&Known, CallError> {
        let known = self.homeservers.get(name);
        known.ok_or_else(|| CallError::Unknown(name.to_owned()))
    }

    /// The key `id` of a homeserver: pinned, kept, or fetched.
    pub(crate) async fn verify_key(
        &self,
        server: &Known,
        id: &str,
        now: DateTime<Utc>,
    ) -> Result<VerifyKey, CallError> {
        let missing = || CallError::Pause(server.name.clone());
        if !server.pinned.is_empty() {
            return server.pinned.get(id).cloned().ok_or_else(missing);
        }
        // Held while it is asked: the others wait for its answer.
        let mut fetched = server.fetched.lock().await;
        if let Some((keys, heard)) = &fetched.keys
            && now < keys.valid_until.min(*heard + BELIEVED)
            && let Some(key) = keys.keys.get(id)
        {
            return Ok(key.clone());
        }
        if fetched.at.is_some_and(|at| now < at + PAUSE) {
            return Err(missing());
        }
        // Tried, whatever comes of it; what is known is kept when it does not answer.
        fetched.at = Some(now);
        let answer = self.get(server, "/_matrix/key/v2/server", KEYS).await?;
        let keys = ServerKeys::read(&server.name, &answer);
        let keys = keys.map_err(|fault: NotBelieved| server.unusable(fault))?;
        let key = keys.keys.get(id).cloned();
        fetched.keys = Some((keys, now));
        key.ok_or_else(missing)
    }

    async fn get(&self, server: &Known, path: &str, most: usize) -> Result<Value, CallError> {
        self.send(server, Method::GET, path, most, |request| request)
            .await
    }

    /// A signed request.
    pub(crate) async fn call(
        &self,
        server: &Known,
        method: Method,
        path: &str,
        content: Option<&Value>,
        most: usize,
    ) -> Result<Value, CallError> {
        let signed = authorization(
            &self.server_key,
            &self.name,
            method.as_str(),
            path,
            &server.name,
            content,
        );
        let signed = signed.map_err(|fault| server.unusable(fault))?;
        self.send(server, method, path, most, |request| {
            let request = request.header(header::AUTHORIZATION, signed);
            match content {
                Some(content) => request.json(content),
                None => request,
            }
        })
        .await
    }

    /// Sends what `completed` makes of a request to where the homeserver is. A way that leads nowhere is looked for
    /// anew the next time.
    async fn send(
        &self,
        server: &Known,
        method: Method,
        path: &str,
        most: usize,
        completed: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Result<Value, CallError> {
        let reach = self.reach(server).await?;
        let mut request = reach.client.request(method, format!("{}{path}", reach.base));
        if let Some(host) = &reach.header {
            request = request.header(header::HOST, host);
        }
        let answer = answered(server, completed(request), most).await;
        if matches!(answer, Err(CallError::Unreachable { .. })) {
            *server.found.lock().await = None;
        }
        answer
    }

    async fn reach(&self, server: &Known) -> Result<Reach, CallError> {
        if let Some(base) = &server.base {
            return Ok(Reach {
                client: self.client.clone(),
                base: base.clone(),
                header: None,
            });
        }
        // Held while it is looked for: the others wait for what is found.
        let mut found = server.found.lock().await;
        if let Some((reach, at)) = found.as_ref()
            && at.elapsed() < reach::BELIEVED
        {
            return Ok(reach.clone());
        }
        let reach = self.finder.find(&server.name, server.is_local).await;
        let reach = reach.map_err(|cause| CallError::Unreachable {
            server: server.name.clone(),
            cause,
        })?;
        *found = Some((reach.clone(), clock::instant()));
        Ok(reach)
    }
}

/// Sends a request and reads at most `most` bytes of JSON.
async fn answered(server: &Known, request: reqwest::RequestBuilder, most: usize) -> Result<Value, CallError> {
    let unreachable = |cause: reqwest::Error| CallError::Unreachable {
        server: server.name.clone(),
        cause: cause.to_string(),
    };
    let mut response = request.send().await.map_err(unreachable)?;
    let status = response.status();
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(unreachable)? {
        body.extend_from_slice(&piece);
        if body.len() > most {
            return Err(server.unusable(format_args!("more than {most} bytes")));
        }
    }
    if !status.is_success() {
        let message = String::from_utf8_lossy(&body).chars().take(300).collect();
        return Err(CallError::Refused {
            server: server.name.clone(),
            status,
            message,
        });
    }
    json::strict(&body).map_err(|fault| server.unusable(fault))
}
