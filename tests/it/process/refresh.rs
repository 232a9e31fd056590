// SPDX-License-Identifier: Apache-2.0
//! kill -9 in the middle of refreshes (O8): what was rotated stays rotated, what was used before is known
//! after a restart, and a lost reply is replaced.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use authn::Happened;
use authn::assurance::{Level, Method, Proof};
use authn::oidc::client::{ClientRecord, Grant};
use authn::oidc::code::{self, BoundTo};
use authn::session::{Lifetimes, Place, open};
use authn::store::clients;
use chrono::Utc;
use countersign_authn as authn;
use countersign_server::rng::Randomness;
use countersign_tests::process::{Demo, client};
use serde_json::Value;
use sqlx::{AnyConnection, Connection};
use tokio::sync::Mutex;

const CALLBACK: &str = "https://chat.example/callback";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn o8_a_process_killed_while_it_rotates_forgets_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = Demo::start(folder.path());
    let code = code_of_a_session(folder.path()).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", CALLBACK),
    ];
    let oldest = refresh_of(&ask(&demo, &fields).await.unwrap());
    // The token of the last reply that reached the client.
    let held = Arc::new(Mutex::new(oldest.clone()));
    for round in 0..3_u64 {
        let begun = held.lock().await.clone();
        let address = demo.text("/server/token_url").to_owned();
        let worker = tokio::spawn(refresh_until_killed(address, held.clone()));
        let is_moving = async {
            while *held.lock().await == begun {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), is_moving)
            .await
            .expect("a rotation is answered");
        // Killed at a moment that differs from round to round.
        tokio::time::sleep(Duration::from_millis(7 * round)).await;
        drop(demo);
        worker.await.unwrap();
        demo = Demo::start(folder.path());
        let mut held = held.lock().await;
        // It is current, or its successor reached nobody: either way the chain goes on.
        let next = refresh(&demo, &held).await;
        *held = refresh_of(&next.unwrap_or_else(|answer| panic!("the chain was lost: {answer}")));
    }
    drop(demo);
    let demo = Demo::start(folder.path());
    let held = held.lock().await.clone();
    let reused = refresh(&demo, &oldest)
        .await
        .expect_err("a restart forgets no use");
    assert_eq!(reused["error"], "invalid_grant");
    drop(demo);
    let demo = Demo::start(folder.path());
    let ended = refresh(&demo, &held).await.expect_err("nor that the chain ended");
    assert_eq!(ended["error"], "invalid_grant");
}

async fn refresh_until_killed(address: String, held: Arc<Mutex<String>>) {
    let client = client();
    loop {
        let token = held.lock().await.clone();
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token.as_str()),
            ("client_id", "chat"),
        ];
        let Ok(answer) = client.post(&address).form(&fields).send().await else {
            return;
        };
        let Ok(answer) = answer.json::<Value>().await else {
            return;
        };
        *held.lock().await = refresh_of(&answer);
    }
}

async fn refresh(demo: &Demo, token: &str) -> Result<Value, Value> {
    ask(demo, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await
}

async fn ask(demo: &Demo, fields: &[(&str, &str)]) -> Result<Value, Value> {
    let fields = [&[("client_id", "chat")], fields].concat();
    let request = client().post(demo.text("/server/token_url")).form(&fields);
    let answer = request.send().await.unwrap();
    let is_given = answer.status().is_success();
    let body = answer.json().await.unwrap();
    if is_given { Ok(body) } else { Err(body) }
}

fn refresh_of(tokens: &Value) -> String {
    tokens["refresh_token"]
        .as_str()
        .unwrap_or_else(|| panic!("no refresh token: {tokens}"))
        .to_owned()
}

/// A session of alice and a code for a public client, filed beside the running process.
async fn code_of_a_session(folder: &Path) -> String {
    sqlx::any::install_default_drivers();
    let store = format!("sqlite://{}/countersign.db", folder.display());
    let mut db = AnyConnection::connect(&store).await.unwrap();
    sqlx::query("PRAGMA busy_timeout = 10000")
        .execute(&mut db)
        .await
        .unwrap();
    let now = Utc::now();
    let mut rng = Randomness::system().unwrap().rng();
    let mut log = Happened::new();
    let grants = vec![Grant::AuthorizationCode, Grant::RefreshToken];
    clients::put(&ClientRecord::new("chat", "Chat", grants), now, &mut db)
        .await
        .unwrap();
    let proof = Proof {
        level: Level::Aal2,
        methods: [Method::Mfa].into(),
        at: now,
        attested: false,
        by: Vec::new(),
    };
    let person = "alice".parse().unwrap();
    let (place, lifetimes) = (Place::default(), Lifetimes::default());
    let (session, _) = open::open(
        &person, &proof, place, &lifetimes, now, &mut rng, &mut log, &mut db,
    )
    .await
    .unwrap();
    let sid = open::tie(&session, "chat", now, &mut rng, &mut log, &mut db)
        .await
        .unwrap();
    let bound_to = BoundTo {
        client: "chat".into(),
        redirect_uri: CALLBACK.into(),
        challenge: None,
        nonce: None,
        scope: "openid".into(),
        person,
        session: session.id,
        sid,
        level: session.level,
        acr: session.level.acr().into(),
        methods: session.methods,
        auth_time: session.auth_time,
    };
    let code = code::issue(&bound_to, now, &mut rng, &mut log, &mut db)
        .await
        .unwrap();
    code.expose().to_owned()
}
