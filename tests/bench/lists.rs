// SPDX-License-Identifier: Apache-2.0
//! What chat servers ask of many things at once: the first page of a search, a batch, a filter; and what
//! all of it, beside a thousand open streams, does to those who ask one question.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::house::{self, Running};
use crate::load::{Load, Measured};
use crate::table::{self, Row};
use crate::{ALLOWED, filled, world};

const STREAMS: usize = 1_000;
const BATCH: usize = 200;
const MESSAGES: usize = 1_000;
/// Different requests of each kind.
const KINDS: usize = 200;

/// Measures and prints.
pub async fn measure(people: usize, channels: usize, span: Duration) {
    let folder = filled(people, channels).await;
    let house = Running::start(folder.path(), "process");
    let asking = Asking {
        house: &house,
        people,
        channels,
    };
    let (single, search) = (asking.single(), asking.search());
    let (batch, filter) = (asking.batch(), asking.filter());
    let rows = [
        ("one question", single.run(span).await),
        ("search: first page of channels", search.run(span).await),
        ("200 questions in one request", batch.run(span).await),
        ("200 questions, one after the other", asking.in_turn(span).await),
        ("filter of 1,000 messages", filter.run(span).await),
    ];
    let mut streams = asking.streams().await;
    let (beside, ..) = tokio::join!(
        single.run(span),
        search.run(span),
        batch.run(span),
        filter.run(span)
    );
    println!(
        "\n{people} people, {channels} channels of {} members; lists on one connection each, single questions on {}\n",
        world::MEMBERS,
        single.connections,
    );
    let all = rows
        .into_iter()
        .chain([("one question, beside lists and 1,000 streams", beside)]);
    let rows: Vec<Row> = all
        .map(|(name, measured)| Row {
            name,
            rounds: vec![measured],
        })
        .collect();
    table::http(&rows);
    assert!(streams.try_join_next().is_none(), "a stream was closed");
    println!("\nstreams open all the while: {}", streams.len());
    println!("resident, after it: {} MiB", table::resident_mib(house.id()));
}

struct Asking<'a> {
    house: &'a Running,
    people: usize,
    channels: usize,
}

impl Asking<'_> {
    fn load(&self, path: &str, expects: &'static str, body: impl Fn(usize) -> Value) -> Load {
        let requests = (0..KINDS).map(|number| house::post_of(path, &self.house.token, &body(number)));
        Load {
            address: self.house.address,
            requests: Arc::new(requests.collect()),
            connections: 1,
            expects,
            process: self.house.id(),
        }
    }

    fn single(&self) -> Load {
        Load {
            connections: 8,
            ..self
                .house
                .posting("/access/v1/evaluation", self.people, self.channels)
        }
    }

    fn search(&self) -> Load {
        self.load("/access/v1/search/resource", "\"results\":[{", |number| {
            json!({
                "subject": {"type": "user", "id": world::person(number * 37 % self.people)},
                "action": {"name": "channel.join"},
                "resource": {"type": "channel"},
            })
        })
    }

    fn batch(&self) -> Load {
        self.load("/access/v1/evaluations", ALLOWED, |number| {
            let items: Vec<Value> = (0..BATCH)
                .map(|item| self.question(number * BATCH + item))
                .collect();
            json!({ "evaluations": items })
        })
    }

    fn filter(&self) -> Load {
        self.load("/api/v1/filter", "\"allowed\":[true", |number| {
            let channel = number % self.channels;
            let member = world::members(channel, self.people).next().expect("a member");
            let messages: Vec<Value> = (0..MESSAGES)
                .map(|message| {
                    json!({
                        "type": "message", "id": format!("message-{message}"),
                        "properties": {"channel": world::channel(channel)},
                    })
                })
                .collect();
            json!({ "subject": {"type": "user", "id": world::person(member)}, "resources": messages })
        })
    }

    fn question(&self, number: usize) -> Value {
        let channel = number % self.channels;
        let member = world::person(world::members(channel, self.people).next().expect("a member"));
        json!({
            "subject": {"type": "user", "id": member},
            "action": {"name": "message.post"},
            "resource": {"type": "channel", "id": world::channel(channel)},
            "context": {"session": house::sid(&member).as_str(), "label": {"scheme": "NATO", "level": "NR"}},
        })
    }

    /// The questions of a batch asked singly on one connection; what is counted is the whole batch.
    async fn in_turn(&self, span: Duration) -> Measured {
        let one = Load {
            connections: 1,
            ..self.single()
        };
        let each = one.run(span).await;
        let times = BATCH as u32;
        Measured {
            per_second: each.per_second / f64::from(times),
            p50: each.p50 * times,
            p99: each.p99 * times,
            server_cpu: each.server_cpu * times,
        }
    }

    /// Opens the streams and keeps reading them; one that ends leaves the set.
    async fn streams(&self) -> JoinSet<()> {
        let mut streams = JoinSet::new();
        for _ in 0..STREAMS {
            let mut stream = TcpStream::connect(self.house.address)
                .await
                .expect("the server accepts");
            let request = format!(
                "GET /api/v1/stream HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\n\r\n",
                self.house.token
            );
            stream
                .write_all(request.as_bytes())
                .await
                .expect("the request is sent");
            let mut head = [0_u8; 12];
            stream.read_exact(&mut head).await.expect("an answer");
            assert_eq!(&head, b"HTTP/1.1 200", "a stream is opened");
            streams.spawn(async move {
                let mut ignored = [0_u8; 4096];
                while matches!(stream.read(&mut ignored).await, Ok(read) if read > 0) {}
            });
        }
        streams
    }
}
