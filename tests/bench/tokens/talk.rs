// SPDX-License-Identifier: Apache-2.0
//! A connection that says something of what it was answered: the next refresh token, the next page.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::load::Wire;

/// What is sent next, given the last answer, which is empty at the beginning.
pub type Talk = Box<dyn FnMut(&str) -> Turn + Send>;

/// One request.
#[derive(Debug)]
pub struct Turn {
    /// It, whole.
    pub request: Vec<u8>,
    /// The status of its answer.
    pub status: &'static str,
    /// What its answer contains.
    pub expects: &'static str,
    /// With its answer one of what is counted is done.
    pub ends: bool,
}

/// Talks until then; how long each of what is counted took.
pub async fn until(end: Instant, mut wire: Wire, mut talk: Talk) -> Vec<Duration> {
    let mut latencies = Vec::with_capacity(1 << 12);
    let mut answer = String::new();
    let mut begun = Instant::now();
    while begun < end {
        let turn = talk(&answer);
        answer = text(wire.ask(&turn.request, turn.status, turn.expects).await);
        if turn.ends {
            latencies.push(begun.elapsed());
            begun = Instant::now();
        }
    }
    latencies
}

/// The same again and again.
pub fn same(request: Vec<u8>, status: &'static str, expects: &'static str) -> Talk {
    Box::new(move |_| Turn {
        request: request.clone(),
        status,
        expects,
        ends: true,
    })
}

/// Each time with the token that the last answer held.
pub fn refreshing(mut token: String, request: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Talk {
    Box::new(move |answer| {
        if !answer.is_empty() {
            json(answer)["refresh_token"]
                .as_str()
                .expect("a refresh token")
                .clone_into(&mut token);
        }
        Turn {
            request: request(&token),
            status: "200",
            expects: "refresh_token",
            ends: true,
        }
    })
}

/// An answer as text.
pub fn text(answer: &[u8]) -> String {
    String::from_utf8_lossy(answer).into_owned()
}

/// The body of an answer.
pub fn json(answer: &str) -> Value {
    let body = answer.split_once("\r\n\r\n").expect("a body").1;
    serde_json::from_str(body).expect("JSON")
}

/// What a header says, each time that it is there.
pub fn headers<'a>(answer: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let head = answer.split("\r\n\r\n").next().unwrap_or_default();
    head.lines().filter_map(move |line| {
        let (found, value) = line.split_once(':')?;
        found.eq_ignore_ascii_case(name).then_some(value.trim())
    })
}

/// What a browser sends back of the cookies that it was given.
pub fn cookies(answer: &str) -> String {
    let pairs: Vec<&str> = headers(answer, "set-cookie")
        .filter_map(|line| line.split(';').next())
        .collect();
    pairs.join("; ")
}

/// A parameter of the address that an answer leads to.
pub fn parameter(answer: &str, name: &str) -> String {
    let address = headers(answer, "location").next().expect("an address");
    let query = address.split_once('?').expect("a query").1;
    url::form_urlencoded::parse(query.as_bytes())
        .find(|(found, _)| found == name)
        .unwrap_or_else(|| panic!("no {name} in {address}"))
        .1
        .into_owned()
}

/// Fields as a form has them.
pub fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}
