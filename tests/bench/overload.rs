// SPDX-License-Identifier: Apache-2.0
//! Ten times what the house admits of one server, for a whole minute: no answer is wrong, memory stays bounded,
//! another server is answered meanwhile, and everything is as before as soon as it is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::net::TcpStream;

use crate::house::{self, Running};
use crate::load::{self, Load};
use crate::{ALLOWED, filled, table, world};

const DENIED: &str = r#""decision":false"#;
const CONNECTIONS: usize = 64;
/// What is admitted of what the house could do.
const SHARE: f64 = 10.0;
/// Questions of the other server after the flood.
const AFTER: usize = 1_000;

/// What a flood counts.
#[derive(Debug, Default)]
struct Counts {
    answered: AtomicU64,
    refused: AtomicU64,
    is_over: AtomicBool,
}

/// A question, and what a right answer to it contains.
type Question = (Vec<u8>, &'static str);

/// Measures and prints; a wrong answer ends it.
pub async fn measure(people: usize, channels: usize, span: Duration) {
    let folder = filled(people, channels).await;
    let house = Running::start(folder.path(), "process");
    let alone = Load {
        address: house.address,
        requests: Arc::new(house::requests(
            "/access/v1/evaluation",
            &house.token,
            people,
            channels,
        )),
        connections: 16,
        expects: ALLOWED,
        process: house.id(),
    };
    let sustained = alone.run(Duration::from_secs(5)).await.per_second;
    drop(house);

    let admitted = (sustained / SHARE) as u32;
    let house = Running::limited(folder.path(), "process", admitted);
    let calm = Arc::new(questions(&house.calm, people, channels));
    let loud = Arc::new(questions(&house.token, people, channels));
    let before = asked(&house, &calm, AFTER).await;
    let resident = table::resident_mib(house.id());
    let counts = Arc::new(Counts::default());
    let workers: Vec<_> = (0..CONNECTIONS)
        .map(|number| tokio::spawn(flood(house.address, loud.clone(), counts.clone(), number)))
        .collect();
    let (mut meanwhile, mut most) = (Vec::new(), resident);
    let start = Instant::now();
    while start.elapsed() < span {
        meanwhile.extend(asked(&house, &calm, 20).await);
        most = most.max(table::resident_mib(house.id()));
    }
    let elapsed = start.elapsed().as_secs_f64();
    counts.is_over.store(true, Ordering::Relaxed);
    let over = Instant::now();
    let mut after = asked(&house, &calm, 1).await;
    let first = over.elapsed();
    after.extend(asked(&house, &calm, AFTER - 1).await);
    for worker in workers {
        worker.await.expect("no answer is wrong");
    }

    let (answered, refused) = (
        counts.answered.load(Ordering::Relaxed),
        counts.refused.load(Ordering::Relaxed),
    );
    let offered = (answered + refused) as f64 / elapsed;
    println!(
        "\n{people} people, {channels} channels; one server floods for {elapsed:.0} s over {CONNECTIONS} connections\n"
    );
    println!("the house sustains        {sustained:>10.0} questions/s, without a limit");
    println!("admitted of one server    {admitted:>10} questions/s");
    println!(
        "offered by it             {offered:>10.0} questions/s, {:.1} times that",
        offered / f64::from(admitted)
    );
    println!("answered, each rightly    {answered:>10}");
    println!("refused, with Retry-After {refused:>10}");
    for (name, latencies) in [("before", before), ("meanwhile", meanwhile), ("after", after)] {
        println!("another server, {name:<9} {}", spread(latencies));
    }
    println!("its first answer after    {:>10}", table::micros(first));
    println!(
        "resident before, at most, after {resident}, {most}, {} MiB",
        table::resident_mib(house.id())
    );
}

/// Half of them are to be allowed, half denied.
fn questions(token: &str, people: usize, channels: usize) -> Vec<Question> {
    let of = |channel: usize| {
        let member = world::person(world::members(channel, people).next().expect("a member"));
        let (level, expects) = if channel.is_multiple_of(2) {
            ("NR", ALLOWED)
        } else {
            ("CTS", DENIED)
        };
        let body = json!({
            "subject": {"type": "user", "id": member},
            "action": {"name": "message.post"},
            "resource": {"type": "channel", "id": world::channel(channel).to_string()},
            "context": {"session": house::sid(&member).as_str(), "label": {"scheme": "NATO", "level": level}},
        });
        (house::post_of("/access/v1/evaluation", token, &body), expects)
    };
    (0..channels).map(of).collect()
}

/// Asks as fast as answers come, until it is over.
async fn flood(
    address: std::net::SocketAddr,
    questions: Arc<Vec<Question>>,
    counts: Arc<Counts>,
    number: usize,
) {
    let mut stream = TcpStream::connect(address).await.expect("the house accepts");
    let mut buffer = Vec::new();
    let mut next = number * questions.len() / CONNECTIONS;
    while !counts.is_over.load(Ordering::Relaxed) {
        let (request, expects) = &questions[next % questions.len()];
        next += 1;
        let head = load::exchange(&mut stream, request, &mut buffer).await;
        let said = String::from_utf8_lossy(&buffer);
        if head.starts_with("http/1.1 200") {
            assert!(said.contains(expects), "not {expects}: {said}");
            counts.answered.fetch_add(1, Ordering::Relaxed);
        } else {
            let is_refusal = head.starts_with("http/1.1 429") || head.starts_with("http/1.1 503");
            assert!(is_refusal && head.contains("\r\nretry-after:"), "{said}");
            assert!(!said.contains("\"decision\""), "{said}");
            counts.refused.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// How long answers to so many questions took, one after the other.
async fn asked(house: &Running, questions: &[Question], count: usize) -> Vec<Duration> {
    let mut stream = TcpStream::connect(house.address)
        .await
        .expect("the house accepts");
    let mut buffer = Vec::new();
    let mut latencies = Vec::with_capacity(count);
    for (request, expects) in questions.iter().cycle().take(count) {
        let sent = Instant::now();
        let head = load::exchange(&mut stream, request, &mut buffer).await;
        let said = String::from_utf8_lossy(&buffer);
        assert!(
            head.starts_with("http/1.1 200") && said.contains(expects),
            "not {expects}: {said}"
        );
        latencies.push(sent.elapsed());
    }
    latencies
}

fn spread(mut latencies: Vec<Duration>) -> String {
    latencies.sort_unstable();
    let at = |part: usize| table::micros(latencies[(latencies.len() * part / 100).min(latencies.len() - 1)]);
    format!("p50 {:>12}, p99 {:>12}, of {}", at(50), at(99), latencies.len())
}
