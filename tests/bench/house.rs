// SPDX-License-Identifier: Apache-2.0
//! The house under load, in a process of its own so that its memory is its own: the real routes, and
//! beside them a handler that reads the same JSON and answers a constant.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use authn::assurance::Level;
use authn::oidc::access_token::AccessToken;
use authn::session::board::AtClient;
use authn::session::{Session, SessionId, Sid};
use axum::Router;
use axum::routing::post;
use chrono::{TimeDelta, Utc};
use countersign_authn as authn;
use countersign_directory::{ConnectedServer, Permit, PersonId, operation, store};
use countersign_server::app::App;
use countersign_server::clock::Clock;
use countersign_server::config::Config;
use countersign_server::database::Database;
use countersign_server::http::strict_json::StrictJson;
use countersign_server::rng::Randomness;
use countersign_server::{house, http, jobs};
use serde_json::{Value, json};

use crate::load::Load;
use crate::tokens::ours;
use crate::{ALLOWED, CONNECTIONS, table, world};

/// The server that asks.
pub const CLIENT: &str = "bench";
/// Another one, that asks little.
const CALM: &str = "calm";

/// A running house. Dropping it ends the process.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    /// The access token of the connected server that asks.
    pub token: String,
    /// That of another one.
    pub calm: String,
    /// What is to be known of its provider.
    pub provider: Value,
    /// How long it took to open its store and to have the world at hand.
    pub opened_in: Duration,
    /// What was resident then, before anybody had a session, in MiB.
    pub opened_mib: u64,
    process: Child,
    _until_closed: ChildStdin,
}

impl Running {
    /// Starts a house over a store that [`fill`] has filled.
    pub fn start(folder: &Path, durability: &str) -> Self {
        Self::limited(folder, durability, 0)
    }

    /// As [`Running::start`], with so many questions a second for each server; 0: no limit.
    pub fn limited(folder: &Path, durability: &str, per_second: u32) -> Self {
        let program = std::env::current_exe().expect("this program has a path");
        let mut process = Command::new(program)
            .arg("serve")
            .arg(folder)
            .arg(durability)
            .arg(per_second.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this program starts");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("its output"));
        output.read_line(&mut line).expect("it says where it listens");
        let said: Value = serde_json::from_str(&line).expect("one line of JSON");
        Self {
            address: said["address"]
                .as_str()
                .expect("an address")
                .parse()
                .expect("an address"),
            token: said["token"].as_str().expect("a token").to_owned(),
            calm: said["calm"].as_str().expect("a token").to_owned(),
            provider: said["provider"].clone(),
            opened_in: Duration::from_millis(said["opened_ms"].as_u64().expect("milliseconds")),
            opened_mib: said["opened_mib"].as_u64().expect("MiB"),
            _until_closed: process.stdin.take().expect("its input"),
            process,
        }
    }

    /// Members of its channels who post, at that path.
    pub fn posting(&self, path: &str, people: usize, channels: usize) -> Load {
        Load {
            address: self.address,
            requests: Arc::new(requests(path, &self.token, people, channels)),
            connections: CONNECTIONS,
            expects: ALLOWED,
            process: self.id(),
        }
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone_already = self.process.kill();
        let _gone_already = self.process.wait();
    }
}

/// Puts the world and the connected server into a fresh store.
pub async fn fill(folder: &Path, world: &countersign_directory::World) {
    fill_store(&config(folder, "process", 0, None), world).await;
}

/// As [`fill`], into the store at `url`.
pub async fn fill_on(folder: &Path, url: &str, world: &countersign_directory::World) {
    fill_store(&config(folder, "process", 0, Some(url)), world).await;
}

/// Puts more people into the channels of a store that [`fill`] has filled, until each has so many. The store makes
/// them up itself: to send it millions of rows takes longer than anything that is measured.
pub async fn crowd(folder: &Path, people: usize, channels: usize, members: usize) {
    let database = open_store(&config(folder, "process", 0, None)).await;
    let (first, step) = (world::MEMBERS, world::STEP);
    let sql = format!(
        "WITH RECURSIVE channel(c) AS (SELECT 0 UNION ALL SELECT c + 1 FROM channel WHERE c + 1 < {channels}), \
         place(m) AS (SELECT {first} UNION ALL SELECT m + 1 FROM place WHERE m + 1 < {members}) \
         INSERT INTO channel_members (channel, person) \
         SELECT 'channel-' || c, 'person-' || ((c * {first} + m * {step}) % {people}) FROM channel, place WHERE true \
         ON CONFLICT DO NOTHING"
    );
    let mut transaction = database.begin_write().await.expect("a transaction");
    sqlx::query(sqlx::AssertSqlSafe(sql))
        .execute(&mut *transaction)
        .await
        .expect("members are added");
    transaction.commit().await.expect("a commit");
}

async fn fill_store(config: &Config, world: &countersign_directory::World) {
    let database = open_store(config).await;
    let mut transaction = database.begin_write().await.expect("a transaction");
    store::put_world(world, &mut transaction)
        .await
        .expect("the world is stored");
    let permit = Permit::operator();
    for id in [CLIENT, CALM] {
        let _no_record = operation::server::put(&server(id), &permit, Utc::now(), &mut transaction)
            .await
            .expect("the server is connected");
    }
    transaction.commit().await.expect("a commit");
}

/// The house over a store that [`fill`] has filled.
pub async fn opened(folder: &Path, durability: &str) -> App {
    open(config(folder, durability, 0, None)).await
}

/// A house over the store at `url`.
pub async fn opened_on(folder: &Path, url: &str) -> App {
    open(config(folder, "process", 0, Some(url))).await
}

async fn open(config: Config) -> App {
    let randomness = Randomness::system().expect("randomness");
    house::open(config, Clock::system(), randomness, None)
        .await
        .expect("the house opens")
}

/// Serves until standard input ends.
pub async fn serve(folder: &Path, durability: &str, per_second: u32) {
    let start = Instant::now();
    let app = open(config(folder, durability, per_second, None)).await;
    let opened_ms = start.elapsed().as_millis() as u64;
    let opened_mib = table::resident_mib(std::process::id());
    open_sessions(&app);
    jobs::start(&app);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    let (loud, calm) = (token(CLIENT, &app), token(CALM, &app));
    let provider = ours::seed(&app).await;
    let said = json!({
        "address": address, "token": loud, "calm": calm, "provider": provider,
        "opened_ms": opened_ms, "opened_mib": opened_mib,
    });
    println!("{said}");
    std::io::stdout().flush().expect("standard output");
    let router = http::router(app).merge(Router::new().route("/constant", post(constant)));
    axum::serve(listener, router).await.expect("serving");
}

/// Reads the question as the real handler does, and answers a constant.
async fn constant(question: StrictJson) -> axum::Json<Value> {
    let _read = question;
    axum::Json(json!({"decision": true}))
}

/// The store in a folder, without a house over it.
pub async fn store(folder: &Path) -> Database {
    open_store(&config(folder, "process", 0, None)).await
}

async fn open_store(config: &Config) -> Database {
    Database::open(
        config.database.url(),
        config.database.connections,
        config.record.durability,
    )
    .await
    .expect("the store opens")
}

fn config(folder: &Path, durability: &str, per_second: u32, url: Option<&str>) -> Config {
    let mut variables = vec![
        ("COUNTERSIGN_DATA_DIR".to_owned(), folder.display().to_string()),
        ("COUNTERSIGN_RECORD__DURABILITY".to_owned(), durability.to_owned()),
        // What is measured is the house, and mostly not what one caller may take of it, nor how it proves itself.
        (
            "COUNTERSIGN_LIMITS__SERVER_PER_SECOND".to_owned(),
            per_second.to_string(),
        ),
        (
            "COUNTERSIGN_LIMITS__SERVER_STREAMS_AT_ONCE".to_owned(),
            "2000".to_owned(),
        ),
        (
            "COUNTERSIGN_MACHINES__BOUND_TOKENS_FROM_RANK".to_owned(),
            "5".to_owned(),
        ),
    ];
    variables.extend(url.map(|url| ("COUNTERSIGN_DATABASE__URL".to_owned(), url.to_owned())));
    Config::load(None, variables.into_iter()).expect("the configuration is valid")
}

fn server(id: &str) -> ConnectedServer {
    serde_json::from_value(json!({
        "id": id, "kind": "bench", "client_id": id, "members_owner": "server", "node": "nato-pol",
        "scope": {"people": "all", "channels": "all"},
        "may_assert": ["label"],
        "may_search": true,
        "clients": {
            "managed": true, "posture": "vouched",
            "accreditation": {"scheme": "NATO", "level": "NS"},
        },
    }))
    .expect("a record")
}

/// Everybody has signed in once, strongly.
fn open_sessions(app: &App) {
    let now = app.now();
    for (person, _) in app.snapshot().people() {
        let session = Session {
            id: SessionId::from_text(format!("session-of-{person}")),
            person: person.clone(),
            level: Level::Aal3,
            methods: [].into(),
            attested: true,
            evidence: Vec::new(),
            auth_time: now,
            started_at: now,
            last_activity: now,
            ends_at: now + TimeDelta::hours(12),
            idle: TimeDelta::minutes(60),
            place: authn::session::Place::default(),
            csrf: String::new(),
            ended_at: None,
        };
        let at = [CLIENT, CALM].map(|client| AtClient {
            sid: sid(person),
            client: client.to_owned(),
            end_confirmed: false,
        });
        app.board.put(session, at.into());
    }
}

/// The session of `person` at the server that asks.
pub fn sid(person: &PersonId) -> Sid {
    Sid::from_text(format!("{person}-here"))
}

fn token(client: &str, app: &App) -> String {
    let now = app.now().timestamp();
    AccessToken {
        id: client.to_owned(),
        client: client.to_owned(),
        person: None,
        scope: String::new(),
        issued_at: now,
        expires_at: now + 3600,
        cnf: None,
    }
    .seal(&app.sealer)
}

/// Ready-made requests: members posting in their channels.
pub fn requests(path: &str, token: &str, people: usize, channels: usize) -> Vec<Vec<u8>> {
    (0..channels)
        .map(|channel| {
            let member = world::person(world::members(channel, people).next().expect("a member"));
            let body = json!({
                "subject": {"type": "user", "id": member},
                "action": {"name": "message.post"},
                "resource": {"type": "channel", "id": world::channel(channel).to_string()},
                "context": {"session": sid(&member).as_str(), "label": {"scheme": "NATO", "level": "NR"}},
            });
            post_of(path, token, &body)
        })
        .collect()
}

/// One ready-made request.
pub fn post_of(path: &str, token: &str, body: &Value) -> Vec<u8> {
    let body = body.to_string();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
         authorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}
