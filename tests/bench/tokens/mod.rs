// SPDX-License-Identifier: Apache-2.0
//! What signing in and issuing tokens cost, as clients and browsers meet it: the same requests to our provider,
//! to a handler that answers a constant, and, where it is there, to Keycloak.

pub mod keycloak;
pub mod ours;
mod talk;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign_authn::factor::password::{Cost, Hasher};
use countersign_authn::secret::Sealer;
use secrecy::SecretString;
use serde_json::Value;

use self::talk::Talk;
use crate::load::{Load, Measured, Wire, measured};
use crate::table::{self, Row};
use crate::{filled, house};

const CLIENT: &str = "bench-tokens";
const REDIRECT: &str = "https://chat.example/callback";
/// People who are signed in; each connection is one of theirs.
const PEOPLE: usize = 16;
const ROUNDS: usize = 3;
// RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What is asked of a provider.
#[derive(Clone, Copy, Debug)]
enum Kind {
    ClientCredentials,
    Refresh,
    Introspection,
    UserInfo,
    Authorize,
    Password,
}

const KINDS: [(Kind, &str); 6] = [
    (Kind::ClientCredentials, "client credentials"),
    (Kind::Refresh, "refresh, rotated"),
    (Kind::Introspection, "introspection"),
    (Kind::UserInfo, "userinfo"),
    (Kind::Authorize, "authorize, signed in"),
    (Kind::Password, "password sign-in, all its pages"),
];

/// A provider under load.
pub struct Provider {
    address: SocketAddr,
    process: u32,
    /// The name by which it is called.
    host: String,
    token: String,
    introspect: String,
    userinfo: String,
    authorize: String,
    secret: String,
    /// What the browser of each person sends.
    cookies: Vec<String>,
    /// With which status it sends a browser on.
    sends_on: &'static str,
    /// Somebody's way through its pages, again and again: her browser begins anew each time.
    sign_in: fn(&Arc<Provider>, usize) -> Talk,
}

impl Provider {
    /// Keeps one connection for each person busy with one kind of request.
    async fn run(self: &Arc<Self>, kind: Kind, span: Duration) -> Measured {
        let mut connections = Vec::new();
        for number in 0..PEOPLE {
            // As old as the round: tokens live for minutes, chains are used up.
            let pair = match kind {
                Kind::Refresh | Kind::Introspection | Kind::UserInfo => self.pair(number).await,
                Kind::Authorize | Kind::ClientCredentials | Kind::Password => Value::Null,
            };
            connections.push((Wire::open(self.address).await, self.talk(kind, number, &pair)));
        }
        let end = Instant::now() + span;
        let connections = connections
            .into_iter()
            .map(|(wire, talk)| talk::until(end, wire, talk));
        measured(self.process, connections).await
    }

    fn talk(self: &Arc<Self>, kind: Kind, number: usize, pair: &Value) -> Talk {
        let token = |name: &str| pair[name].as_str().expect(name).to_owned();
        match kind {
            Kind::Authorize => {
                let request = self.get(&self.authorization(), &self.cookies[number], "");
                talk::same(request, self.sends_on, "code=")
            }
            Kind::ClientCredentials => {
                let request = self.call(&self.token, &[("grant_type", "client_credentials")]);
                talk::same(request, "200", "access_token")
            }
            Kind::Introspection => {
                let request = self.call(&self.introspect, &[("token", &token("access_token"))]);
                talk::same(request, "200", "\"active\":true")
            }
            Kind::Password => (self.sign_in)(self, number),
            Kind::Refresh => {
                let provider = Arc::clone(self);
                talk::refreshing(token("refresh_token"), move |held| provider.refresh(held))
            }
            Kind::UserInfo => {
                let bearer = format!("authorization: Bearer {}\r\n", token("access_token"));
                talk::same(self.get(&self.userinfo, "", &bearer), "200", "\"sub\"")
            }
        }
    }

    /// Tokens for somebody who is signed in.
    async fn pair(&self, number: usize) -> Value {
        let mut wire = Wire::open(self.address).await;
        let asked = self.get(&self.authorization(), &self.cookies[number], "");
        let answer = wire.ask(&asked, self.sends_on, "code=").await;
        let code = talk::parameter(&talk::text(answer), "code");
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        let answer = wire
            .ask(&self.call(&self.token, &fields), "200", "access_token")
            .await;
        talk::json(&talk::text(answer))
    }

    fn refresh(&self, token: &str) -> Vec<u8> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.call(&self.token, &fields)
    }

    fn authorization(&self) -> String {
        let query = talk::form(&[
            ("client_id", CLIENT),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
            ("scope", "openid"),
            ("state", "a-state"),
            ("nonce", "a-nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        format!("{}?{query}", self.authorize)
    }

    /// A call of the client, which proves itself in the form.
    fn call(&self, path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let own = [("client_id", CLIENT), ("client_secret", self.secret.as_str())];
        self.post(path, "", "", &[&own, fields].concat())
    }

    fn get(&self, path: &str, cookie: &str, more: &str) -> Vec<u8> {
        let host = &self.host;
        format!("GET {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\n{more}\r\n").into_bytes()
    }

    fn post(&self, path: &str, cookie: &str, more: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let (host, body) = (&self.host, talk::form(fields));
        format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\n{more}\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    }
}

/// Our rows beside the constant answer, with each way to keep the record.
pub async fn measure(span: Duration) {
    let folder = filled(100, 10).await;
    for durability in ["process", "power"] {
        let house = house::Running::start(folder.path(), durability);
        let ours = Arc::new(ours::provider(&house));
        let constant = Load {
            address: house.address,
            requests: Arc::new(house::requests("/constant", &house.token, 100, 10)),
            connections: PEOPLE,
            expects: "true",
            process: house.id(),
        };
        let row = |name| Row {
            name,
            rounds: Vec::new(),
        };
        let mut rows = vec![row("constant answer")];
        rows.extend(KINDS.map(|(_, name)| row(name)));
        for _ in 0..ROUNDS {
            rows[0].rounds.push(constant.run(span).await);
            for (row, (kind, _)) in rows[1..].iter_mut().zip(KINDS) {
                row.rounds.push(ours.run(kind, span).await);
            }
        }
        println!(
            "\ntokens, {PEOPLE} connections, {ROUNDS} x {} s, record.durability = {durability}\n",
            span.as_secs()
        );
        table::http(&rows);
    }
    println!("\n{}", hashes());
}

/// Ours beside Keycloak's, in turn, after both have had the same load for as long as a round.
pub async fn beside_keycloak(span: Duration) {
    let folder = filled(100, 10).await;
    let house = house::Running::start(folder.path(), "power");
    let peer = keycloak::Running::start().await;
    let both = [Arc::new(ours::provider(&house)), Arc::new(peer.provider().await)];
    let ready = both
        .each_ref()
        .map(|provider| table::resident_mib(provider.process));
    let empty = || {
        KINDS.map(|(_, name)| Row {
            name,
            rounds: Vec::new(),
        })
    };
    let mut rows = [empty(), empty()];
    for round in 0..=ROUNDS {
        for (place, (kind, name)) in KINDS.into_iter().enumerate() {
            for (provider, rows) in both.iter().zip(&mut rows) {
                let measured = provider.run(kind, span).await;
                // The first warms up: Java compiles what is hot.
                if round > 0 {
                    rows[place].rounds.push(measured);
                }
            }
            eprintln!("==> round {round} of {ROUNDS}: {name}");
        }
    }
    println!(
        "\nCountersign beside Keycloak {}, {PEOPLE} people and connections, {ROUNDS} x {} s after a round of warming up\n",
        countersign_tests::keycloak::VERSION,
        span.as_secs()
    );
    table::beside(&rows[0], &rows[1]);
    let after = both
        .each_ref()
        .map(|provider| table::resident_mib(provider.process));
    println!("\n| resident | Countersign | Keycloak | part |\n|---|---|---|---|");
    for (name, [ours, theirs]) in [("when ready", ready), ("after the load", after)] {
        println!(
            "| {name} | {ours} MiB | {theirs} MiB | {:.2} |",
            ours as f64 / theirs as f64
        );
    }
    println!("\n{}", hashes());
}

/// How many passwords one core checks when it does nothing else.
fn hashes() -> String {
    let cost = Cost::default();
    let sealer = Sealer::new(&[7; 32]).expect("a key");
    let mut rng = rand::rng();
    let hasher = Hasher::new(cost, &sealer, &mut rng).expect("a hasher");
    let password = SecretString::from("four words of mine");
    let stored = hasher.hash(&password, &mut rng).expect("a hash");
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < Duration::from_secs(2) {
        assert!(hasher.verify(&password, Some(&stored)).is_right());
        count += 1;
    }
    format!(
        "Argon2id, {} KiB, {} passes: {:.1} checks per second on one core; Keycloak's is 7168 KiB, 5 passes",
        cost.memory_kib,
        cost.passes,
        f64::from(count) / start.elapsed().as_secs_f64()
    )
}
