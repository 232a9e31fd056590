// SPDX-License-Identifier: Apache-2.0
//! Sources over the API and by the configuration: two people to widen, one to narrow, secrets in and never
//! out, and a tester that says what mends.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use countersign_authn::assurance::Level;
use countersign_directory::source::apply::{Entry, Tie};
use countersign_directory::source::purpose;
use countersign_directory::store::{Sources, load};
use countersign_directory::{PersonId, SourceId};
use countersign_server::asking::check::{Line, State};
use countersign_server::sources::test::{Asked, of_person, test};
use countersign_tests::house::{Answer, Browser, TestHouse, open_house, open_house_configured};
use http::Method;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use serde_json::{Value, json};

const SECRET: &str = "correct-horse-battery-staple";

fn record() -> Value {
    json!({
        "name": "Ministry of Defence",
        "protocol": {"oidc": {"issuer": "https://idp.mod.example", "client_id": "countersign", "secret": SECRET}},
        "offer": {"button": true, "domains": ["mod.example"]},
        "trust": {"identity": true, "attributes": true, "domains": ["mod.example"]},
        "linking": {"create": "yes", "kind": "government"},
        "mapping": {"rules": [
            {"to": "display_name", "value": {"from": "cn"}},
            {"to": "email", "value": {"from": "mail"}},
            {"to": "roles", "when": "has mail", "value": {"constant": "member"}},
            {"to": "clearances", "clearance": {"scheme": {"constant": "NATO"}, "level": {"from": "level"}}}]},
        "cap": {"levels": {"NATO": "NC"}, "roles": ["member"], "clearance_days": 30}})
}

/// hugo is a sysadmin, judy a security officer.
pub(super) async fn people() -> (TestHouse, Browser, Browser) {
    let house = open_house().await;
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    (house, hugo, judy)
}

async fn put(house: &TestHouse, by: &Browser, record: Value) -> Answer {
    house
        .as_person(by, Method::PUT, "/api/v1/sources/mod?reason=agreed", Some(record))
        .await
}

async fn shown(house: &TestHouse, by: &Browser) -> Value {
    house
        .as_person(by, Method::GET, "/api/v1/sources/mod", None)
        .await
        .json()
}

/// What waits is approved by judy and carried out by hugo.
pub(super) async fn agreed(house: &TestHouse, hugo: &Browser, judy: &Browser, waits: &Answer) {
    assert_eq!(waits.status, 202, "{}", waits.text);
    let proposal = format!("/api/v1/proposals/{}", waits.json()["proposal"].as_str().unwrap());
    let seen = house.as_person(judy, Method::GET, &proposal, None).await;
    assert!(
        !seen.text.contains(SECRET) && !seen.text.contains("sealed"),
        "{}",
        seen.text
    );
    let word = json!({"parameters": seen.json()["parameters"]});
    let approved = house
        .as_person(judy, Method::POST, &format!("{proposal}/approve"), Some(word))
        .await;
    assert_eq!(approved.status, 200, "{}", approved.text);
    let done = house
        .as_person(hugo, Method::POST, &format!("{proposal}/execute"), None)
        .await;
    assert_eq!(done.status, 200, "{}", done.text);
}

/// A house with the source `mod`.
async fn with_source(record: Value) -> (TestHouse, Browser, Browser) {
    let (house, hugo, judy) = people().await;
    let waits = put(&house, &hugo, record).await;
    agreed(&house, &hugo, &judy, &waits).await;
    (house, hugo, judy)
}

async fn kept(house: &TestHouse) -> countersign_directory::source::Source {
    let mut db = house.app.database.pool.acquire().await.unwrap();
    load::<Sources>("mod", &mut db).await.unwrap().unwrap()
}

fn changed(record: &Value, pointer: &str, value: Value) -> Value {
    let mut record = record.clone();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    record.pointer_mut(parent).unwrap()[name] = value;
    record
}

#[tokio::test]
async fn a_new_source_waits_for_a_second_person_and_its_secret_never_comes_out() {
    let (house, hugo, judy) = people().await;
    let waits = put(&house, &hugo, record()).await;
    assert_eq!(
        house
            .as_person(&hugo, Method::GET, "/api/v1/sources/mod", None)
            .await
            .status,
        404
    );
    agreed(&house, &hugo, &judy, &waits).await;
    let told = shown(&house, &judy).await;
    assert_eq!(told["kept_by"], "administrators");
    assert!(
        told["source"]["protocol"]["oidc"]["secret"]["set"].is_string(),
        "{told}"
    );
    // Nor in a list, nor on record.
    let list = house.as_person(&judy, Method::GET, "/api/v1/sources", None).await;
    let mut db = house.app.database.pool.acquire().await.unwrap();
    let leaves: Vec<Vec<u8>> = sqlx::query_scalar("SELECT record FROM audit_leaves")
        .fetch_all(&mut *db)
        .await
        .unwrap();
    let record = String::from_utf8_lossy(&leaves.concat()).into_owned();
    assert!(record.contains("source.changed"));
    for text in [list.text, record] {
        assert!(!text.contains(SECRET) && !text.contains("sealed"));
    }
    // It opens with the house's key, for this source.
    let source = kept(&house).await;
    let sealed = source.protocol.secret().unwrap();
    let opened = house
        .app
        .sealer
        .open(&purpose(&source.id), sealed.as_bytes())
        .unwrap();
    assert_eq!(opened.as_slice(), SECRET.as_bytes());
}

#[tokio::test]
async fn what_narrows_holds_at_once_and_what_widens_waits() {
    let (house, hugo, judy) = with_source(record()).await;
    // What was shown is sent back, with a change each.
    let base = shown(&house, &judy).await["source"].clone();
    let mut current = base.clone();
    for (pointer, value, status) in [
        ("/name", json!("Renamed"), 200),
        ("/cap/levels", json!({"NATO": "NR"}), 200),
        ("/cap/levels", json!({"NATO": "NC"}), 202),
        ("/cap/roles", json!([]), 200),
        ("/trust/domains", json!(["mod.example", "x.example"]), 202),
        ("/mapping/rules", json!([]), 202),
        ("/protocol/oidc/secret", json!("another secret"), 202),
    ] {
        let next = changed(&current, pointer, value.clone());
        let answer = put(&house, &hugo, next.clone()).await;
        assert_eq!(answer.status, status, "{pointer} {value}: {}", answer.text);
        if status == 200 {
            current = next;
        }
    }
    // A secret goes nowhere else than before, unless it is given anew.
    let elsewhere = changed(&base, "/protocol/oidc/issuer", json!("https://evil.example"));
    let refused = put(&house, &hugo, elsewhere).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text.contains("protocol.oidc.secret"), "{}", refused.text);
    let wrong = put(
        &house,
        &hugo,
        changed(&base, "/cap/levels", json!({"NATO": "XX"})),
    )
    .await;
    assert!(wrong.text.contains("cap.levels.NATO"), "{}", wrong.text);
    // One person disables, two enable.
    let path = "/api/v1/sources/mod";
    let out = house
        .as_person(&hugo, Method::POST, &format!("{path}/disable"), None)
        .await;
    assert_eq!(
        (out.status.as_u16(), kept(&house).await.state),
        (200, countersign_directory::source::State::Disabled)
    );
    let back = house
        .as_person(&hugo, Method::POST, &format!("{path}/enable"), None)
        .await;
    agreed(&house, &hugo, &judy, &back).await;
    let gone = house.as_person(&hugo, Method::DELETE, path, None).await;
    assert_eq!(gone.status, 200, "{}", gone.text);
    assert_eq!(put(&house, &hugo, record()).await.status, 410);
}

#[tokio::test]
async fn sources_of_the_configuration_are_changed_there_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    let mut written = record();
    written["id"] = json!("mod");
    let oidc = written["protocol"]["oidc"].as_object_mut().unwrap();
    oidc.remove("secret");
    oidc.insert("secret_file".to_owned(), json!(file.display().to_string()));
    let sources = toml::Value::try_from(json!([written])).unwrap();
    let sections = toml::Table::from_iter([("sources".to_owned(), sources)]);
    let house = open_house_configured(sections).await;
    let hugo = house.browser("hugo", Level::Aal2, None).await;
    let judy = house.browser("judy", Level::Aal2, None).await;
    let told = shown(&house, &judy).await;
    assert_eq!(
        (&told["kept_by"], &told["source"]["state"]),
        (&json!("configuration"), &json!("active"))
    );
    assert_eq!(put(&house, &hugo, record()).await.status, 409);
    let path = "/api/v1/sources/mod";
    assert_eq!(
        house.as_person(&hugo, Method::DELETE, path, None).await.status,
        409
    );
    let before = kept(&house).await;
    // Whoever may disable it may, and a start does not undo that; nor does it seal the secret anew.
    let out = house
        .as_person(&hugo, Method::POST, &format!("{path}/disable"), None)
        .await;
    assert_eq!(out.status, 200, "{}", out.text);
    let again = house.reopened().await;
    let mut db = again.database.pool.acquire().await.unwrap();
    let after = load::<Sources>("mod", &mut db).await.unwrap().unwrap();
    assert_eq!(after.protocol, before.protocol);
    assert_eq!(after.state, countersign_directory::source::State::Disabled);
    drop(db);
    // A command that was told no more than the folder leaves it as it is; left out of the configuration of a
    // process that serves, it is disabled and anybody's to change.
    let mut config = house.app.config.clone();
    config.sources.clear();
    let without = house.reopened_with(config).await;
    for (serves, keeper) in [(false, "configuration"), (true, "administrators")] {
        if serves {
            without.retire_unnamed().await.unwrap();
        }
        let mut db = without.database.pool.acquire().await.unwrap();
        let kept = countersign_directory::store::sources::kept_by(&"mod".parse().unwrap(), &mut db).await;
        assert_eq!(kept.unwrap().unwrap().as_str(), keeper);
    }
}

async fn tried(house: &TestHouse, by: &Browser, body: Value) -> Answer {
    house
        .as_person(by, Method::POST, "/api/v1/sources/mod/mapping/try", Some(body))
        .await
}

/// O18: to see a mapping is one right, to run one another; and running one does nothing.
#[tokio::test]
async fn a_mapping_is_tried_by_a_right_of_its_own_and_changes_nothing() {
    let (house, hugo, judy) = with_source(record()).await;
    let sample = json!({"attributes": {"cn": "Ann Ash", "mail": ["ann@mod.example"], "level": "NS"}});
    let olga = house.browser("olga", Level::Aal2, None).await;
    assert_eq!(
        house
            .as_person(&olga, Method::GET, "/api/v1/sources/mod", None)
            .await
            .status,
        200
    );
    assert_eq!(tried(&house, &olga, sample.clone()).await.status, 403);
    let before = house.app.snapshot().people().count();
    for browser in [&hugo, &judy] {
        let answer = tried(&house, browser, sample.clone()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let told = answer.json();
        assert_eq!(told["sourced"]["display_name"], "Ann Ash");
        assert_eq!(told["acts"][0]["act"], "person_create");
        assert_eq!(
            told["clearances"],
            json!([]),
            "it is above the cap, and not given at all"
        );
        assert_eq!(
            told["refused"],
            json!([{"part": "clearances", "cap": "levels", "value": "NATO NS"}])
        );
    }
    assert_eq!(house.app.snapshot().people().count(), before);
    // A candidate, whose faults are named.
    let better = json!({"rules": [{"to": "agency", "mode": "require", "value": {"from": "o"}}]});
    let answer = tried(&house, &judy, json!({"attributes": {}, "mapping": better})).await;
    assert_eq!(answer.json()["fault"]["rule"], "rules[0]");
    assert_eq!(answer.json()["fault"]["from"], json!(["o"]));
    let wrong = json!({"rules": [{"to": "agency", "value": {"from": "o", "pattern": "("}}]});
    let answer = tried(&house, &judy, json!({"attributes": {}, "mapping": wrong})).await;
    assert_eq!(answer.status, 400);
    assert!(answer.text.contains("rules[0].value.pattern"), "{}", answer.text);
    assert_eq!(
        tried(&house, &judy, json!({"attributes": {"cn": {"x": 1}}}))
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn what_a_source_says_is_carried_out_on_record_and_shown_with_where_it_came_from() {
    let (house, _, judy) = with_source(record()).await;
    let id: SourceId = "mod".parse().unwrap();
    let ann: PersonId = "ann".parse().unwrap();
    let entry = |tie, said| Entry {
        person: ann.clone(),
        tie,
        said: serde_json::from_value(said).unwrap(),
    };
    let until = "2028-01-01T00:00:00Z";
    let said = json!({"display_name": "Ann Ash", "roles": ["member"],
        "clearances": [{"scheme": "NATO", "level": "NC", "valid_until": until}]});
    let applied = house
        .app
        .carry_out_said(&id, &[entry(Tie::New, said)], None)
        .await
        .unwrap();
    assert_eq!(applied.created, std::slice::from_ref(&ann));
    let told = house
        .as_person(&judy, Method::GET, "/api/v1/people/ann", None)
        .await
        .json();
    let from = &told["sources"][0];
    assert_eq!(
        (&from["source"], &from["owns"]),
        (&json!("mod"), &json!(true)),
        "{told}"
    );
    assert!(from["parts"]["display_name"].is_string());
    assert_eq!(from["clearances"], json!([told["clearances"][0]["id"]]));
    // Disabled at the source, she is out here at once.
    let browser = house.browser("ann", Level::Aal2, None).await;
    assert_eq!(
        house
            .as_person(&browser, Method::GET, "/api/v1/me", None)
            .await
            .status,
        200
    );
    let said = json!({"is_active": false});
    let applied = house
        .app
        .carry_out_said(&id, &[entry(Tie::Linked, said)], None)
        .await
        .unwrap();
    assert_eq!(applied.disabled, [ann]);
    assert_eq!(
        house
            .as_person(&browser, Method::GET, "/api/v1/me", None)
            .await
            .status,
        401
    );
}

/// A TLS server on this machine, with a certificate of an authority of its own that is good until `year`.
async fn tls_server(year: i32) -> (u16, String) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.not_before = date_time_ymd(2020, 1, 1);
    let authority_key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&authority_key).unwrap().pem();
    let issuer = Issuer::from_params(&params, &authority_key);
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(year, 1, 1);
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let config = Arc::new(config);
    std::thread::spawn(move || {
        for stream in listener.incoming().take(1) {
            let mut stream = stream.unwrap();
            let mut connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            // Whoever does not like the certificate goes: that is what is tried.
            while connection.is_handshaking() && connection.complete_io(&mut stream).is_ok() {}
        }
    });
    (port, authority)
}

fn of(lines: &[Line], name: &str) -> (State, String, String) {
    let line = lines.iter().find(|line| line.name == name);
    let line = line.unwrap_or_else(|| panic!("no line `{name}`: {lines:?}"));
    (
        line.state,
        line.text.clone(),
        line.mend.clone().unwrap_or_default(),
    )
}

async fn tested(house: &TestHouse, address: &str, authorities: &str) -> Vec<Line> {
    let source = changed(&record(), "/protocol/oidc/issuer", json!(address));
    let source = changed(&source, "/protocol/oidc/authorities", json!(authorities));
    let id = "mod".parse().unwrap();
    let source = countersign_server::sources::written::kept(
        source,
        &id,
        None,
        &house.app.sealer,
        &mut house.app.rng(),
    )
    .unwrap();
    test(&house.app, &source, Asked::default(), None).await
}

#[tokio::test]
async fn the_tester_says_what_is_wrong_on_the_way_and_what_mends_it() {
    let house = open_house().await;
    let (port, authority) = tls_server(2021).await;
    let lines = tested(&house, &format!("https://localhost:{port}"), &authority).await;
    assert_eq!(of(&lines, "connection").0, State::Ok);
    let (state, text, mend) = of(&lines, "certificate");
    assert_eq!(
        (state, text.as_str()),
        (State::Fail, "the source's certificate ended on 2021-01-01")
    );
    assert!(mend.contains("whoever runs the source renews it"), "{mend}");
    assert_eq!(
        lines.last().unwrap().name,
        "certificate",
        "what needs it is not looked at"
    );
    // Another authority than ours.
    let (port, _) = tls_server(2040).await;
    let (_, other) = tls_server(2040).await;
    let lines = tested(&house, &format!("https://localhost:{port}"), &other).await;
    let (state, text, mend) = of(&lines, "tls");
    assert_eq!(state, State::Fail);
    assert!(text.contains("leads to none of the authorities"), "{text}");
    assert!(mend.contains("`authorities`"), "{mend}");
    // Nobody listens; nobody knows the name.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let lines = tested(&house, &format!("https://localhost:{free}"), &authority).await;
    assert_eq!(of(&lines, "connection").0, State::Fail);
    let lines = tested(&house, "https://no-such-host.invalid", &authority).await;
    assert_eq!(of(&lines, "name").0, State::Fail);
    // All is well so far.
    let (port, authority) = tls_server(2040).await;
    let lines = tested(&house, &format!("https://localhost:{port}"), &authority).await;
    assert_eq!(
        of(&lines, "certificate"),
        (State::Ok, "good until 2040-01-01".to_owned(), String::new())
    );
    assert_eq!(of(&lines, "tls").0, State::Ok);
}

#[tokio::test]
async fn the_tester_names_a_wrong_attribute_and_what_stands_in_the_way() {
    let (house, ..) = with_source(record()).await;
    let source = kept(&house).await;
    let said = serde_json::from_value(json!({"CN": ["Ann"], "mail": ["ann@other.example"], "level": ["NS"]}))
        .unwrap();
    let lines = of_person(&house.app, &source, "ann", None, &said, None).await;
    let (state, text, mend) = of(&lines, "mapping");
    assert_eq!(
        (state, text.as_str()),
        (State::Warn, "the source does not say `cn`")
    );
    assert!(mend.contains("it says `CN`"), "{mend}");
    let caps: Vec<&str> = lines
        .iter()
        .filter(|line| line.name == "cap")
        .map(|line| line.text.as_str())
        .collect();
    assert_eq!(
        caps,
        [
            "email `ann@other.example` is not taken: the address is of no domain that this source answers for",
            "clearances `NATO NS` is not taken: it is beyond the cap",
        ]
    );
    assert_eq!(of(&lines, "clearance").0, State::Warn);
    let said =
        serde_json::from_value(json!({"cn": ["Ann"], "mail": ["ann@mod.example"], "level": ["NC"]})).unwrap();
    let lines = of_person(&house.app, &source, "ann", None, &said, None).await;
    let end: DateTime<Utc> = house.app.now() + chrono::TimeDelta::days(30);
    let expected = format!("NATO NC until {}", end.format("%Y-%m-%d"));
    assert_eq!(of(&lines, "clearance"), (State::Ok, expected, String::new()));
    assert!(lines.iter().all(|line| line.state == State::Ok), "{lines:?}");
}
