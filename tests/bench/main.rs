// SPDX-License-Identifier: Apache-2.0
//! `make bench`: what a decision costs, beside a handler that does nothing; then tokens, SAML responses, and
//! synchronising with a directory of 100,000 people. The ratios are what to compare, for the figures are this machine's.
//!
//! `bench [PEOPLE] [CHANNELS] [SECONDS]`, by default 100000, 10000 and 5; `bench decide` measures what needs
//! no HTTP alone; `bench tokens` signing in and issuing tokens alone; `bench peers` puts another decision service
//! beside it, and Keycloak beside its tokens; `bench keycloak` Keycloak alone;
//! `bench cards` judges smartcards with 200 MB of revocation lists; `bench saml` checks SAML responses;
//! `bench ldap [PEOPLE]` synchronises with a directory; `bench lists` asks what chat servers ask of many
//! things at once, and what that does to single questions; `bench follow` says how long a change takes to another
//! process, on the engine of `COUNTERSIGN_TEST_DATABASE`; `bench overload [SECONDS]` floods it for a minute;
//! `bench scale [PEOPLE CHANNELS MEMBERS]` says what a large world takes, by default 1000000, 100000 and 100 in each channel;
//! `bench demo PROGRAM` says what the demonstration takes.

mod cards;
mod cerbos;
mod decide;
mod demo;
mod follow;
mod house;
mod ldap;
mod lists;
mod load;
mod overload;
mod saml;
mod scale;
mod table;
mod tokens;
mod world;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use load::Load;
use table::Row;

const CONNECTIONS: usize = 16;
const ROUNDS: usize = 3;
const SPAN: Duration = Duration::from_secs(5);
const ALLOWED: &str = r#""decision":true"#;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["decide"] {
        return decide::measure(chrono::Utc::now());
    }
    if arguments == ["lists"] {
        return lists::measure(1_000_000, 100_000, Duration::from_secs(5)).await;
    }
    if arguments == ["cards"] {
        return cards::measure();
    }
    if arguments == ["follow"] {
        return follow::measure().await;
    }
    if let [command, rest @ ..] = arguments.as_slice()
        && command == "overload"
    {
        let seconds = rest.first().map_or(60, |text| text.parse().expect("a number"));
        return overload::measure(10_000, 1_000, Duration::from_secs(seconds)).await;
    }
    if arguments == ["saml"] {
        return saml::measure();
    }
    if arguments.first().is_some_and(|first| first == "ldap") {
        let people = arguments
            .get(1)
            .map_or(100_000, |text| text.parse().expect("a number"));
        return ldap::measure(people).await;
    }
    if let [command, folder, mode] = arguments.as_slice()
        && command == "sync"
    {
        return ldap::sync(Path::new(folder), mode).await;
    }
    if arguments == ["tokens"] {
        return tokens::measure(SPAN).await;
    }
    if arguments == ["keycloak"] {
        return tokens::beside_keycloak(SPAN).await;
    }
    if arguments == ["peers"] {
        peers(100_000, 10_000, SPAN).await;
        return tokens::beside_keycloak(SPAN).await;
    }
    if let [command, folder, durability, per_second] = arguments.as_slice()
        && command == "serve"
    {
        let per_second = per_second.parse().expect("a number");
        return house::serve(Path::new(folder), durability, per_second).await;
    }
    if let [command, program] = arguments.as_slice()
        && command == "demo"
    {
        return demo::measure(Path::new(program));
    }
    let number = |place: usize, default: usize| {
        arguments
            .get(place)
            .map_or(default, |text| text.parse().expect("a number"))
    };
    if arguments.first().is_some_and(|first| first == "scale") {
        return scale::measure(number(1, 1_000_000), number(2, 100_000), number(3, 100), SPAN).await;
    }
    measure(
        number(0, 100_000),
        number(1, 10_000),
        Duration::from_secs(number(2, 5) as u64),
    )
    .await;
    tokens::measure(Duration::from_secs(number(2, 5) as u64)).await;
    println!();
    saml::measure();
    ldap::measure(100_000).await;
}

/// A house's folder with that many people and channels in its store.
async fn filled(people: usize, channels: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let start = Instant::now();
    house::fill(folder.path(), &world::grown(people, channels)).await;
    eprintln!(
        "==> {people} people and {channels} channels stored in {:.1} s",
        start.elapsed().as_secs_f64()
    );
    folder
}

/// The house, which records and looks up, and Cerbos, which does neither, in turn.
async fn peers(people: usize, channels: usize, span: Duration) {
    let folder = filled(people, channels).await;
    let house = house::Running::start(folder.path(), "process");
    let peer = cerbos::Running::start(&cerbos::program(), &folder.path().join("cerbos")).await;
    let asked = |path: &str| house.posting(path, people, channels);
    let loads = [
        ("constant answer", asked("/constant")),
        ("evaluation, recorded (process)", asked("/access/v1/evaluation")),
        (
            "Cerbos, attributes in the request",
            Load {
                address: peer.address,
                requests: Arc::new(cerbos::requests(people, channels)),
                connections: CONNECTIONS,
                expects: ALLOWED,
                process: peer.id(),
            },
        ),
    ];
    let mut rows: Vec<Row> = Vec::new();
    for (name, _) in &loads {
        rows.push(Row {
            name,
            rounds: Vec::new(),
        });
    }
    for _ in 0..ROUNDS {
        for (row, (_, load)) in rows.iter_mut().zip(&loads) {
            row.rounds.push(load.run(span).await);
        }
    }
    println!(
        "\n{people} people, {channels} channels of {} members, {CONNECTIONS} connections, {ROUNDS} x {} s\n",
        world::MEMBERS,
        span.as_secs(),
    );
    table::http(&rows);
    println!();
    for (name, process) in [("the house", house.id()), ("Cerbos", peer.id())] {
        println!(
            "{:<54}{:>8} MiB",
            format!("resident, after the load: {name}"),
            table::resident_mib(process)
        );
    }
}

async fn measure(people: usize, channels: usize, span: Duration) {
    let folder = filled(people, channels).await;

    let mut rows = Vec::new();
    let mut memory = Vec::new();
    for (durability, name) in [
        ("process", "evaluation, recorded (process)"),
        ("power", "evaluation, recorded (power)"),
    ] {
        let start = Instant::now();
        let house = house::Running::start(folder.path(), durability);
        eprintln!(
            "==> ready after {:.1} s; record.durability = {durability}",
            start.elapsed().as_secs_f64()
        );
        let load = |path: &str| house.posting(path, people, channels);
        let (constant, evaluation) = (load("/constant"), load("/access/v1/evaluation"));
        memory.push((
            format!("resident, ready ({durability})"),
            table::resident_mib(house.id()),
        ));
        let mut rounds = (Vec::new(), Vec::new());
        // In turn, so that whatever else the machine does meets both alike.
        for _ in 0..ROUNDS {
            rounds.0.push(constant.run(span).await);
            rounds.1.push(evaluation.run(span).await);
        }
        memory.push((
            format!("resident, after the load ({durability})"),
            table::resident_mib(house.id()),
        ));
        if rows.is_empty() {
            rows.push(Row {
                name: "constant answer",
                rounds: rounds.0,
            });
        }
        rows.push(Row {
            name,
            rounds: rounds.1,
        });
    }

    println!(
        "\n{people} people, {channels} channels of {} members, {CONNECTIONS} connections, {ROUNDS} x {} s\n",
        world::MEMBERS,
        span.as_secs(),
    );
    table::http(&rows);
    println!();
    for (name, mib) in memory {
        println!("{name:<54}{mib:>8} MiB");
    }
    decide::measure(chrono::Utc::now());
    follow::measure().await;
}
