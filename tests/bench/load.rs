// SPDX-License-Identifier: Apache-2.0
//! A load generator: some connections, each sending its next request when the answer is there.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::table;

/// What is sent: whole requests, taken in turn.
#[derive(Clone, Debug)]
pub struct Load {
    /// The server.
    pub address: SocketAddr,
    /// Ready-made HTTP/1.1 requests.
    pub requests: std::sync::Arc<Vec<Vec<u8>>>,
    /// Connections kept busy.
    pub connections: usize,
    /// What each answer contains; one without it ends the benchmark.
    pub expects: &'static str,
    /// The server's process.
    pub process: u32,
}

/// What came of it.
#[derive(Debug)]
pub struct Measured {
    /// Answers per second.
    pub per_second: f64,
    /// Half of the answers were quicker.
    pub p50: Duration,
    /// One in a hundred was slower.
    pub p99: Duration,
    /// The processor time that the server took per answer.
    pub server_cpu: Duration,
}

impl Load {
    /// Keeps the connections busy for `span`; an answer other than the expected ends the benchmark.
    pub async fn run(&self, span: Duration) -> Measured {
        let end = Instant::now() + span;
        let connections = (0..self.connections).map(|number| self.clone().connection(number, end));
        measured(self.process, connections).await
    }

    async fn connection(self, number: usize, end: Instant) -> Vec<Duration> {
        let mut wire = Wire::open(self.address).await;
        let mut latencies = Vec::with_capacity(1 << 16);
        let mut next = number * self.requests.len() / self.connections;
        while Instant::now() < end {
            let request = &self.requests[next % self.requests.len()];
            next += 1;
            let sent = Instant::now();
            wire.ask(request, "200", self.expects).await;
            latencies.push(sent.elapsed());
        }
        latencies
    }
}

/// What came of connections that each tell how long they waited for what they count.
pub async fn measured<C>(process: u32, connections: impl Iterator<Item = C>) -> Measured
where
    C: Future<Output = Vec<Duration>> + Send + 'static,
{
    let start = Instant::now();
    let processor = table::processor_time(process);
    let workers: Vec<_> = connections.map(tokio::spawn).collect();
    let mut latencies = Vec::new();
    for worker in workers {
        latencies.extend(worker.await.expect("a connection does not panic"));
    }
    let elapsed = start.elapsed();
    latencies.sort_unstable();
    let at = |part: usize| latencies[(latencies.len() * part / 100).min(latencies.len() - 1)];
    Measured {
        per_second: latencies.len() as f64 / elapsed.as_secs_f64(),
        p50: at(50),
        p99: at(99),
        server_cpu: (table::processor_time(process) - processor) / latencies.len().max(1) as u32,
    }
}

/// A connection that stays open.
#[derive(Debug)]
pub struct Wire {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Wire {
    /// Connects.
    pub async fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.expect("the server accepts");
        stream.set_nodelay(true).expect("a TCP option");
        Self {
            stream,
            buffer: Vec::with_capacity(1 << 16),
        }
    }

    /// Sends a request and reads the answer, head and body; panics unless it has this status and contains what is
    /// expected.
    pub async fn ask(&mut self, request: &[u8], status: &str, expects: &str) -> &[u8] {
        let head = exchange(&mut self.stream, request, &mut self.buffer).await;
        assert!(
            head.get(9..12) == Some(status) && contains(&self.buffer, expects.as_bytes()),
            "not as expected: {}",
            String::from_utf8_lossy(&self.buffer)
        );
        &self.buffer
    }
}

/// Sends a request and reads one answer with a content length; returns its head in lower case.
pub async fn exchange(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>) -> String {
    stream.write_all(request).await.expect("the request is sent");
    buffer.clear();
    loop {
        let read = stream.read_buf(buffer).await.expect("the answer arrives");
        assert!(read > 0, "the server closed the connection");
        let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else {
            continue;
        };
        let text = std::str::from_utf8(&buffer[..head])
            .expect("headers are text")
            .to_ascii_lowercase();
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("content-length:"))
            .expect("the answer has a length")
            .trim()
            .parse()
            .expect("the length is a number");
        if buffer.len() >= head + 4 + length {
            return text;
        }
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}
