// SPDX-License-Identifier: Apache-2.0
//! A provider that others wrote (node-oidc-provider, a process of its own), from a client of ours through
//! it and back, and its back-channel logout. `make test` installs it; without it this test fails.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use countersign_authn::assurance::{Level, Method};
use countersign_authn::session::Session;
use countersign_authn::store::sessions;
use countersign_tests::house::{TestHouse, open_house_now};
use serde_json::{Value, json};

use super::desk::{ORIGIN, Tab, authorize, client, location, redeem, told};
use super::upstream::leads_to;

const SECRET: &str = "a secret of the test: +/=";

/// The other process; it ends with the test.
struct Peer {
    process: Child,
    issuer: String,
    /// What it says later goes on being taken.
    _said: BufReader<ChildStdout>,
}

impl Peer {
    async fn start(logout: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("peers/node");
        assert!(
            folder.join("node_modules").exists(),
            "run `npm ci` in tests/peers/node, as `make test` does"
        );
        let redirect = format!("{ORIGIN}/oidc/sources/mod/callback");
        let mut process = Command::new("node")
            .args(["provider.mjs", SECRET, &redirect, logout])
            .current_dir(folder)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let (line, kept) = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            said.read_line(&mut line).unwrap();
            (line, said)
        })
        .await
        .unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let issuer = said["issuer"].as_str().unwrap().to_owned();
        Self {
            process,
            issuer,
            _said: kept,
        }
    }

    /// Follows `address` in a browser that has been nowhere: the path with which it comes back.
    async fn sign_in(&self, address: &str) -> String {
        let browser = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let mut cookies: BTreeMap<String, String> = BTreeMap::new();
        let mut address = address.to_owned();
        for _ in 0..12 {
            if let Some(path) = address.strip_prefix(ORIGIN) {
                return path.to_owned();
            }
            let sent: Vec<String> = cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let answer = browser
                .get(&address)
                .header("cookie", sent.join("; "))
                .send()
                .await
                .unwrap();
            for line in answer.headers().get_all("set-cookie") {
                let (name, value) = line
                    .to_str()
                    .unwrap()
                    .split(';')
                    .next()
                    .unwrap()
                    .split_once('=')
                    .unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let status = answer.status();
            let Some(next) = answer.headers().get("location").cloned() else {
                panic!("{address}: {status} {}", answer.text().await.unwrap());
            };
            let base = url::Url::parse(&address).unwrap();
            address = base.join(next.to_str().unwrap()).unwrap().into();
        }
        panic!("it leads nowhere: {address}");
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

async fn open_sessions(house: &TestHouse, person: &str) -> Vec<Session> {
    let mut db = house.app.database.pool.acquire().await.unwrap();
    sessions::open_of_person(&person.parse().unwrap(), &mut db)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clients_person_signs_in_by_a_provider_that_others_wrote() {
    // The provider has to know where we listen before our record can name its issuer.
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, SECRET).unwrap();
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let logout = format!(
        "http://{}/oidc/sources/mod/backchannel-logout",
        door.local_addr().unwrap()
    );
    let peer = Peer::start(&logout).await;
    let record = json!({
        "id": "mod", "name": "Ministry",
        "protocol": { "oidc": { "issuer": peer.issuer, "client_id": "countersign", "secret_file": secret, "userinfo": true,
            "keep_id_token": true } },
        "offer": { "button": true },
        "trust": {
            "identity": true, "attributes": true, "domains": ["mod.example"],
            "assurance": { "highest": "aal2", "methods": true, "contexts": { "silver": "aal2" } },
        },
        "linking": { "create": "yes" },
        "mapping": { "rules": [
            { "to": "username", "value": { "from": "preferred_username" } },
            { "to": "display_name", "value": { "from": "name" } },
        ] },
    });
    let mut sections = toml::Table::new();
    sections.insert(
        "sources".into(),
        toml::Value::Array(vec![toml::Value::try_from(record).unwrap()]),
    );
    let house = open_house_now(sections).await;
    house.serve_at(door);
    let chat = client(&house, json!({})).await;

    // First without a demand: one factor there is one factor here.
    let mut tab = Tab::new(&house);
    let flow = tab.begin(&authorize(&[("login_hint", "nina")])).await;
    let there = tab.get(&format!("/signin/source?flow={flow}&source=mod")).await;
    let back = peer.sign_in(location(&there)).await;
    let page = tab.get(&back).await;
    assert_eq!(page.status, http::StatusCode::OK, "{}", page.text);
    let answer = told(&tab.get(&leads_to(&page)).await);
    let tokens = redeem(&house, &chat, &answer["code"], &[]).await.json();
    assert!(tokens["id_token"].is_string(), "{tokens}");
    let first = open_sessions(&house, "nina").await;
    assert_eq!((first.len(), first[0].level), (1, Level::Aal1));
    assert_eq!(
        house
            .app
            .snapshot()
            .person("nina")
            .unwrap()
            .display_name
            .as_deref(),
        Some("The nina")
    );

    // The client asks for more: that is asked there, in its words, and she proves it there.
    let path = authorize(&[
        ("login_hint", "nina"),
        ("acr_values", "urn:x:aal:2"),
        ("prompt", "login"),
    ]);
    let flow = tab.begin(&path).await;
    let there = tab.get(&format!("/signin/source?flow={flow}&source=mod")).await;
    let back = peer.sign_in(location(&there)).await;
    let page = tab.get(&back).await;
    let answer = told(&tab.get(&leads_to(&page)).await);
    assert!(answer.contains_key("code"), "{answer:?}");
    let second = open_sessions(&house, "nina").await;
    assert_eq!((second.len(), second[0].level), (1, Level::Aal2));
    assert_eq!(second[0].methods, [Method::Otp, Method::Pwd].into());
    assert_eq!(second[0].id, first[0].id, "the same session, raised");

    // A code there is used up: the same way back leads nowhere.
    assert_eq!(tab.get(&back).await.status, http::StatusCode::GONE);

    // She signs out here, and there by the token that was kept: it takes that, and no other.
    let mut other = Tab::new(&house);
    let flow = other.begin(&authorize(&[("login_hint", "petra")])).await;
    let there = other.get(&format!("/signin/source?flow={flow}&source=mod")).await;
    let back = peer.sign_in(location(&there)).await;
    other.get(&back).await;
    let csrf = open_sessions(&house, "petra").await[0].csrf.clone();
    let page = other.post("/account/signout", &[("csrf", &csrf)]).await;
    let (_, there) = page.text.split_once("You may still be signed in").unwrap();
    let (_, there) = there.split_once("<a href=\"").unwrap();
    let there = there.split('"').next().unwrap().replace("&#38;", "&");
    let ours = format!(
        "{}/session/end?client_id=countersign&id_token_hint=eyJ",
        peer.issuer
    );
    assert!(there.starts_with(&ours), "{}", page.text);
    for (address, expected) in [
        (there.clone(), 200),
        (there.replacen("hint=eyJ", "hint=eyK", 1), 400),
    ] {
        let answer = reqwest::get(&address).await.unwrap();
        assert_eq!(answer.status(), expected, "{}", answer.text().await.unwrap());
    }

    // It ends her session there, and so it ends here.
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let from = countersign_authn::store::upstream_sessions::of_session(&second[0].id, &mut db)
        .await
        .unwrap();
    drop(db);
    let sid = from[0].upstream.clone().expect("the provider names its session");
    let ending = format!("{}/test/logout?sub=nina&sid={sid}", peer.issuer);
    let answer = reqwest::get(&ending).await.unwrap();
    assert_eq!(answer.status(), 204, "{}", answer.text().await.unwrap());
    assert!(open_sessions(&house, "nina").await.is_empty());
}
