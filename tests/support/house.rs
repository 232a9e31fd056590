// SPDX-License-Identifier: Apache-2.0
//! The house in process: the coalition world on a fresh store, a clock that tests turn, callers of
//! each kind. Jobs do not run; tests run them by hand.

use axum::Router;
use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use axum::response::Response;
use chrono::{DateTime, TimeDelta, Utc};
use countersign_authn::Happened;
use countersign_authn::assurance::{Level, Method, Proof};
use countersign_authn::oidc::access_token::{AccessToken, LIFETIME};
use countersign_authn::oidc::client::{ClientRecord, new_secret};
use countersign_authn::session::{Lifetimes, Place, Session, Sid, open};
use countersign_authn::store::clients;
use countersign_directory::operation::{import, server};
use countersign_directory::{Actor, Administration, ConnectedServer, Permit};
use countersign_server::app::App;
use countersign_server::clock::Clock;
use countersign_server::config::Config;
use countersign_server::rng::Randomness;
use countersign_server::{house, http as wire, record};
use http::{HeaderMap, Method as Verb, Request, StatusCode, header};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::database::{self, TestDatabase};

/// The world that most tests ask about.
pub const WORLD: &[u8] = include_bytes!("../../policies/worlds/coalition.world.json");

/// The house, and what keeps it.
pub struct TestHouse {
    /// The house.
    pub app: App,
    /// Its store.
    pub database: TestDatabase,
    /// Its data folder.
    pub folder: tempfile::TempDir,
    router: Router,
}

/// A connected server and its access token.
#[derive(Clone, Debug)]
pub struct ServerCaller {
    /// Its record.
    pub record: ConnectedServer,
    token: String,
}

/// A signed-in person at her browser.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Her session.
    pub session: Session,
    /// What her browser sends.
    pub cookie: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body, as text.
    pub text: String,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }
}

/// The moment at which the coalition's scenarios play.
pub fn start() -> DateTime<Utc> {
    "2026-11-23T12:00:00Z".parse().unwrap()
}

/// Opens a house with the coalition world, administration eased to {AAL 2, any device}.
pub async fn open_house() -> TestHouse {
    open_house_with(toml::Table::new()).await
}

/// As [`open_house`], with more keys of the section `[record]`.
pub async fn open_house_with(more: toml::Table) -> TestHouse {
    let mut sections = toml::Table::new();
    sections.insert("record".into(), more.into());
    open(sections, WORLD, str::to_owned, Clock::turned_by_hand(start())).await
}

/// As [`open_house_configured`], at the machine's own time: for peers that read it too.
pub async fn open_house_now(sections: toml::Table) -> TestHouse {
    open(sections, WORLD, str::to_owned, Clock::system()).await
}

/// As [`open_house_configured`], its clock standing at another time.
pub async fn open_house_at(sections: toml::Table, at: DateTime<Utc>) -> TestHouse {
    open(sections, WORLD, str::to_owned, Clock::turned_by_hand(at)).await
}

/// As [`open_house`], with more sections of the configuration.
pub async fn open_house_configured(sections: toml::Table) -> TestHouse {
    open(sections, WORLD, str::to_owned, Clock::turned_by_hand(start())).await
}

/// As [`open_house`], with another world.
pub async fn open_house_of(world: &[u8]) -> TestHouse {
    open(
        toml::Table::new(),
        world,
        str::to_owned,
        Clock::turned_by_hand(start()),
    )
    .await
}

async fn open(
    mut more: toml::Table,
    world: &[u8],
    address: impl FnOnce(&str) -> String,
    clock: Clock,
) -> TestHouse {
    let database = database::fresh().await;
    let folder = tempfile::tempdir().unwrap();
    let mut table = toml::Table::new();
    table.insert("data_dir".into(), folder.path().display().to_string().into());
    let mut section = toml::toml! { connections = 5 };
    section.insert("url".into(), address(&database.url).into());
    table.insert("database".into(), section.into());
    let mut section = toml::toml! { durability = "process" };
    if let Some(toml::Value::Table(record)) = more.remove("record") {
        section.extend(record);
    }
    table.insert("record".into(), section.into());
    let machines = toml::toml! { bound_tokens_from_rank = 5 };
    table.insert("machines".into(), machines.into());
    table.extend(more);
    let config = Config::from_table(table).unwrap();
    let randomness = Randomness::system().unwrap();
    let app = house::open(config, clock, randomness, None).await.unwrap();
    let start = app.now();
    let mut transaction = app.database.begin_write().await.unwrap();
    let source = import::Source::read(world).unwrap();
    let permit = Permit::operator();
    let options = import::Options::default();
    let report = import::import(source, &options, &permit, start, &mut transaction)
        .await
        .unwrap();
    record::append(permit.by(), &report.events, start, &mut transaction)
        .await
        .unwrap();
    let mut settings = app.snapshot().settings().clone();
    settings.administration = Administration {
        aal: 2,
        managed_device: false,
    };
    let outcome =
        countersign_directory::operation::settings::put(&settings, &permit, start, &mut transaction);
    let outcome = outcome.await.unwrap();
    record::append(permit.by(), &outcome.events, start, &mut transaction)
        .await
        .unwrap();
    app.commit(transaction).await.unwrap();
    let peer = std::net::SocketAddr::from(([127, 0, 0, 1], 40_000));
    let router = wire::router(app.clone()).layer(MockConnectInfo(peer));
    TestHouse {
        app,
        database,
        folder,
        router,
    }
}

/// The record of a server that maps ids one to one, sees the whole world and may assert all.
pub fn whole_world(id: &str) -> Value {
    json!({
        "id": id, "kind": "generic", "client_id": id,
        "scope": {"people": "all", "channels": "all"},
        "may_assert": ["label", "quotes", "to", "target", "node"],
        "labels_owner": "server", "members_owner": "server",
        "reasons": "full"
    })
}

impl TestHouse {
    /// As [`open_house`], reaching its store by another address.
    pub async fn open_by(address: impl FnOnce(&str) -> String) -> Self {
        open(toml::Table::new(), WORLD, address, Clock::turned_by_hand(start())).await
    }

    /// Answers on a free port of the loopback address as well, and says where.
    pub async fn serve(&self) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        self.serve_at(listener);
        format!("http://{address}")
    }

    /// Answers there as well.
    pub fn serve_at(&self, listener: tokio::net::TcpListener) {
        let router = self.router.clone();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    }

    /// Connects a server by its record, and gives its client a secret.
    pub async fn connect_with_secret(&self, record: Value) -> (ServerCaller, String) {
        let caller = self.connect(record).await;
        let client: ClientRecord = serde_json::from_value(json!({
            "id": caller.record.client_id, "name": "Chat", "grants": ["client_credentials"],
            "server": caller.record.id,
        }))
        .unwrap();
        let (secret, hash) = new_secret(&mut self.app.rng());
        let mut transaction = self.app.database.begin_write().await.unwrap();
        clients::put(&client, self.app.now(), &mut transaction)
            .await
            .unwrap();
        clients::set_secret(&client.id, Some(hash), &mut transaction)
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        (caller, secret.expose().to_owned())
    }

    /// Connects a server by its record, or changes it: hugo asks, judy has approved.
    pub async fn connect(&self, record: Value) -> ServerCaller {
        let record: ConnectedServer = serde_json::from_value(record).unwrap();
        let now = self.app.now();
        let mut transaction = self.app.database.begin_write().await.unwrap();
        let second = Some("judy".parse().unwrap());
        let permit = Permit::granted(
            "hugo".parse().unwrap(),
            "server.manage",
            record.id.as_str(),
            second,
        );
        let put = server::put(&record, &permit, now, &mut transaction)
            .await
            .unwrap();
        drop(put);
        self.app.commit(transaction).await.unwrap();
        let token = self.token(&record.client_id);
        ServerCaller { record, token }
    }

    /// A fresh access token of a client of its own, as the token endpoint makes them.
    pub fn token(&self, client: &str) -> String {
        let now = self.app.now();
        AccessToken {
            id: format!("t{}", now.timestamp_millis()),
            client: client.into(),
            person: None,
            scope: String::new(),
            issued_at: now.timestamp(),
            expires_at: (now + LIFETIME).timestamp(),
            cnf: None,
        }
        .seal(&self.app.sealer)
    }

    /// Signs somebody in, on a device or none.
    pub async fn browser(&self, person: &str, level: Level, device: Option<&str>) -> Browser {
        let now = self.app.now();
        let proof = Proof {
            level,
            methods: [Method::Mfa].into(),
            at: now,
            attested: level == Level::Aal3,
            by: Vec::new(),
        };
        let place = Place {
            device: device.map(|id| id.parse().unwrap()),
            agent: None,
        };
        let mut log = Happened::new();
        let mut transaction = self.app.database.begin_write().await.unwrap();
        let person = person.parse().unwrap();
        let lifetimes = Lifetimes::default();
        let mut rng = self.app.rng();
        let (session, secret) = open::open(
            &person,
            &proof,
            place,
            &lifetimes,
            now,
            &mut rng,
            &mut log,
            &mut transaction,
        )
        .await
        .unwrap();
        record::happened(&Actor::Operator, &log, now, &mut transaction)
            .await
            .unwrap();
        self.app.commit(transaction).await.unwrap();
        Browser {
            session,
            cookie: format!("countersign={}", secret.expose()),
        }
    }

    /// Takes a session to a client, as a sign-in there does; returns its `sid` there.
    pub async fn tie(&self, browser: &Browser, client: &str) -> Sid {
        let now = self.app.now();
        let mut log = Happened::new();
        let mut transaction = self.app.database.begin_write().await.unwrap();
        let mut rng = self.app.rng();
        let sid = open::tie(
            &browser.session,
            client,
            now,
            &mut rng,
            &mut log,
            &mut transaction,
        )
        .await
        .unwrap();
        record::happened(&Actor::Operator, &log, now, &mut transaction)
            .await
            .unwrap();
        self.app.commit(transaction).await.unwrap();
        sid
    }

    /// A second process on the same store and folder, its clock set to [`start`].
    pub async fn reopened(&self) -> App {
        self.reopened_with(self.app.config.clone()).await
    }

    /// As [`TestHouse::reopened`], configured otherwise.
    pub async fn reopened_with(&self, config: Config) -> App {
        Self::opened_by(config, Clock::turned_by_hand(start())).await
    }

    /// As [`TestHouse::reopened`], by the machine's clock gone wrong by so much.
    pub async fn reopened_off_by(&self, wrong: TimeDelta) -> App {
        Self::opened_by(self.app.config.clone(), Clock::system_off_by(wrong)).await
    }

    /// Why a process that is configured otherwise does not open.
    pub async fn cannot_reopen_with(&self, config: Config) -> String {
        let randomness = Randomness::system().unwrap();
        let opened = house::open(config, Clock::turned_by_hand(start()), randomness, None).await;
        opened.expect_err("it opens").to_string()
    }

    async fn opened_by(config: Config, clock: Clock) -> App {
        let randomness = Randomness::system().unwrap();
        house::open(config, clock, randomness, None).await.unwrap()
    }

    /// Turns the clock while the tail of changes goes on being confirmed.
    pub async fn advance(&self, by: TimeDelta) {
        self.app.clock.advance(by);
        self.app.catch_up().await.unwrap();
    }

    /// Has all folders of revocation lists looked at.
    pub async fn read_lists(&self) {
        for lists in self.app.revocation_lists() {
            lists.look(self.app.now()).await;
        }
    }

    /// Sends a request as it is.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 16 * 1024 * 1024).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    /// Calls without any credentials.
    pub async fn anonymous(&self, verb: Verb, path: &str, body: Option<Value>) -> Answer {
        self.send(request(verb, path, &[], body)).await
    }

    /// Calls as a connected server.
    pub async fn as_server(
        &self,
        caller: &ServerCaller,
        verb: Verb,
        path: &str,
        body: Option<Value>,
    ) -> Answer {
        let bearer = format!("Bearer {}", caller.token);
        self.send(request(verb, path, &[("authorization", &bearer)], body))
            .await
    }

    /// Opens a stream of events as a connected server; its body is read as it comes.
    pub async fn listen(&self, caller: &ServerCaller, path: &str, last: Option<&str>) -> Response {
        let bearer = format!("Bearer {}", caller.token);
        let mut headers = vec![("authorization", bearer.as_str())];
        headers.extend(last.map(|last| ("last-event-id", last)));
        let request = request(Verb::GET, path, &headers, None);
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Calls as a signed-in person whose page knows the CSRF token.
    pub async fn as_person(&self, caller: &Browser, verb: Verb, path: &str, body: Option<Value>) -> Answer {
        let headers = [
            ("cookie", caller.cookie.as_str()),
            ("x-csrf-token", caller.session.csrf.as_str()),
        ];
        self.send(request(verb, path, &headers, body)).await
    }

    /// Calls as a signed-in person whose browser was tricked: cookie, no token.
    pub async fn as_tricked(&self, caller: &Browser, verb: Verb, path: &str) -> Answer {
        self.send(request(verb, path, &[("cookie", &caller.cookie)], None))
            .await
    }

    /// A request of a signed-in person with a body that is no JSON.
    pub fn request_of(
        &self,
        caller: &Browser,
        verb: Verb,
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Request<Body> {
        let mut request = Request::builder()
            .method(verb)
            .uri(path)
            .header("cookie", &caller.cookie);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(body.into()).unwrap()
    }

    /// Asks one question, with an access token of this moment.
    pub async fn ask(&self, caller: &ServerCaller, question: Value) -> Value {
        let fresh = ServerCaller {
            token: self.token(&caller.record.client_id),
            ..caller.clone()
        };
        let answer = self
            .as_server(&fresh, Verb::POST, "/access/v1/evaluation", Some(question))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        answer.json()
    }
}

/// "May `subject` do `action` to the channel?"
pub fn question(subject: &str, action: &str, channel: &str) -> Value {
    json!({
        "subject": {"type": "user", "id": subject},
        "action": {"name": action},
        "resource": {"type": "channel", "id": channel},
    })
}

/// A request with JSON or nothing in it.
pub fn request(verb: Verb, path: &str, headers: &[(&str, &str)], body: Option<Value>) -> Request<Body> {
    let mut request = Request::builder().method(verb).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    match body {
        Some(body) => request
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(body.to_string()))
            .unwrap(),
        None => request.body(Body::empty()).unwrap(),
    }
}
