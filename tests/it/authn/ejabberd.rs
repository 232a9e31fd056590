// SPDX-License-Identifier: Apache-2.0
//! A real ejabberd that takes access tokens as passwords, by the script of `connectors/ejabberd`, on the
//! very files and records that `countersign connect profile ejabberd` prints. `make test` installs it.

use std::path::{Path, PathBuf};

use authn::Happened;
use authn::assurance::Level;
use authn::oidc::client::ClientRecord;
use authn::session::end::{self, Reason};
use countersign_authn as authn;
use countersign_server::connect::{Installation, Product, Profile};
use countersign_tests::ejabberd::Ejabberd;
use countersign_tests::house::{Browser, TestHouse, open_house_now};
use http::StatusCode;
use serde_json::json;

use super::desk::{Tab, VERIFIER, authorize, client, location, token};

const BACK: &str = "http://127.0.0.1/callback";

/// A house that listens where its issuer says.
async fn house() -> TestHouse {
    let door = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut sections = toml::Table::new();
    let issuer = format!("http://localhost:{}", door.local_addr().unwrap().port());
    sections.insert("issuer".into(), issuer.into());
    let house = open_house_now(sections).await;
    house.serve_at(door);
    house
}

/// The access token that a program of hers gets.
async fn token_of(house: &TestHouse, browser: &Browser, program: &str) -> String {
    let mut tab = Tab::new(house);
    let (name, value) = browser.cookie.split_once('=').unwrap();
    tab.cookies.insert(name.to_owned(), value.to_owned());
    let asked = [("client_id", program), ("redirect_uri", BACK)];
    let answer = tab.get(&authorize(&asked)).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let back = url::Url::parse(location(&answer)).unwrap();
    let (_, code) = back
        .query_pairs()
        .find(|(name, _)| name == "code")
        .expect("a code");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
        ("client_id", program),
    ];
    let tokens = token(house, &fields).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text);
    tokens.json()["access_token"].as_str().unwrap().to_owned()
}

/// Its files, moved from where they say to `folder`.
fn moved(profile: &Profile, folder: &Path, secret: &str) -> String {
    let here = |name: &str| folder.join(name).display().to_string();
    let script =
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../connectors/ejabberd/countersign_extauth.py");
    let places = [
        (
            "/opt/countersign/countersign_extauth.py",
            script.display().to_string(),
        ),
        ("/etc/ejabberd/countersign.json", here("settings.json")),
        ("/etc/ejabberd/countersign.secret", here("secret")),
        ("/var/lib/ejabberd/countersign.people", here("people")),
    ];
    let mut texts = profile.files.iter().map(|file| {
        places
            .iter()
            .fold(file.text.clone(), |text, (from, to)| text.replace(from, to))
    });
    let (settings_of_ejabberd, settings_of_script) = (texts.next().unwrap(), texts.next().unwrap());
    std::fs::write(folder.join("settings.json"), settings_of_script).unwrap();
    std::fs::write(folder.join("secret"), secret).unwrap();
    settings_of_ejabberd
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_of_the_persons_program_is_her_password_at_ejabberd() {
    let house = house().await;
    let there = Installation::at(None, None).unwrap();
    let profile = Product::Ejabberd.profile(&house.app.config.issuer, &there);
    let mut secret = String::new();
    for record in &profile.clients {
        let filed: ClientRecord = serde_json::from_value(record.clone()).unwrap();
        let given = client(&house, record.clone()).await;
        if filed.has_secret() {
            secret = given;
        }
    }
    client(
        &house,
        json!({"id": "wiki", "redirect_uris": [BACK], "token_endpoint_auth_method": "none",
        "grants": ["authorization_code"]}),
    )
    .await;
    let alice = house.browser("alice", Level::Aal2PhishingResistant, None).await;
    let hers = token_of(&house, &alice, "xmpp").await;
    let of_the_wiki = token_of(&house, &alice, "wiki").await;

    let folder = tempfile::tempdir().unwrap();
    let settings = moved(&profile, folder.path(), &secret);
    let (ejabberd, found) = tokio::task::spawn_blocking(move || {
        let ejabberd = Ejabberd::start(&settings);
        let found = [
            ejabberd.lets_in("alice", &hers),
            ejabberd.lets_in("bob", &hers),
            ejabberd.lets_in("alice", "a password"),
            ejabberd.lets_in("alice", &of_the_wiki),
        ];
        ((ejabberd, hers), found)
    })
    .await
    .unwrap();
    let (ejabberd, hers) = ejabberd;
    assert_eq!(found, [true, false, false, false], "{}", ejabberd.errors());

    // Whose session is over is out from the next stream on.
    let now = house.app.now();
    let mut log = Happened::new();
    let mut transaction = house.app.database.begin_write().await.unwrap();
    let (id, mut rng) = (&alice.session.id, house.app.rng());
    end::end(id, Reason::SignedOut, now, &mut rng, &mut log, &mut transaction)
        .await
        .unwrap();
    house.app.commit(transaction).await.unwrap();
    let out = tokio::task::spawn_blocking(move || ejabberd.lets_in("alice", &hers))
        .await
        .unwrap();
    assert!(!out);
}
