// SPDX-License-Identifier: Apache-2.0
//! Programs that prove themselves with a TLS certificate, and tokens that are worth something only beside it
//! (RFC 8705): a real listener, real handshakes.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_server::app::App;
use countersign_server::clock::Clock;
use countersign_server::rng::Randomness;
use countersign_server::{certificates, house as opening, http as wire, machine_listener};
use countersign_tests::house::{TestHouse, open_house, whole_world};
use reqwest::{Certificate, Client, Identity, StatusCode};
use serde_json::{Value, json};

use super::desk::client;

/// Certificates as `openssl` makes them.
struct Pki {
    folder: tempfile::TempDir,
}

impl Pki {
    fn new() -> Self {
        let one = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        one.make("ca", "CA:TRUE", "DNS:ca.example", None);
        one
    }

    fn file(&self, name: &str, kind: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.{kind}"))
    }

    fn make(&self, name: &str, constraint: &str, names: &str, issuer: Option<&str>) {
        let config = self.file(name, "cnf");
        let text = format!(
            "[req]\nprompt=no\ndistinguished_name=dn\nx509_extensions=ext\n[dn]\nCN={name}\n\
             [ext]\nbasicConstraints=critical,{constraint}\nsubjectAltName={names}\n"
        );
        std::fs::write(&config, text).unwrap();
        let mut command = Command::new("openssl");
        command
            .args([
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
            ])
            .args(["-nodes", "-days", "3650", "-config"])
            .arg(&config)
            .arg("-keyout")
            .arg(self.file(name, "key"))
            .arg("-out")
            .arg(self.file(name, "pem"));
        if let Some(issuer) = issuer {
            command
                .arg("-CA")
                .arg(self.file(issuer, "pem"))
                .arg("-CAkey")
                .arg(self.file(issuer, "key"));
        }
        let done = command.output().expect("openssl is there");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    fn read(&self, name: &str, kind: &str) -> Vec<u8> {
        std::fs::read(self.file(name, kind)).unwrap()
    }

    /// A client that shows this certificate, or none.
    fn client(&self, name: Option<&str>) -> Client {
        let mut builder = Client::builder()
            .no_proxy()
            .tls_certs_only([Certificate::from_pem(&self.read("ca", "pem")).unwrap()]);
        if let Some(name) = name {
            let both = [self.read(name, "pem"), self.read(name, "key")].concat();
            builder = builder.identity(Identity::from_pem(&both).unwrap());
        }
        builder.build().unwrap()
    }

    fn thumbprint(&self, name: &str) -> String {
        let output = Command::new("openssl")
            .args(["x509", "-outform", "DER", "-in"])
            .arg(self.file(name, "pem"))
            .output()
            .unwrap();
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &output.stdout);
        URL_SAFE_NO_PAD.encode(hash.as_ref())
    }
}

/// A second process on the house's store, by the machine's clock, that serves programs with certificates.
async fn served(house: &TestHouse, authorities: &Path, pki: &Pki) -> (App, String) {
    let mut config = house.app.config.clone();
    config.machines.authorities = Some(authorities.to_owned());
    config.machines.bound_tokens_from_rank = 1;
    let randomness = Randomness::system().unwrap();
    let app = opening::open(config, Clock::system(), randomness, None)
        .await
        .unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let tls = certificates::config(&pki.file("server", "pem"), &pki.file("server", "key")).unwrap();
    let handle = axum_server::Handle::new();
    tokio::spawn(machine_listener::serve(
        listener,
        tls,
        wire::router(app.clone()),
        handle,
    ));
    (app, address)
}

async fn token(client: &Client, address: &str, fields: &[(&str, &str)]) -> (StatusCode, Value) {
    let fields = [&[("grant_type", "client_credentials")], fields].concat();
    let answer = client
        .post(format!("{address}/oauth2/token"))
        .form(&fields)
        .send()
        .await
        .unwrap();
    (answer.status(), answer.json().await.unwrap())
}

async fn state(client: &Client, address: &str, token: &Value) -> StatusCode {
    let request = client.get(format!("{address}/api/v1/changes/state"));
    let token = token["access_token"].as_str().unwrap();
    request.bearer_auth(token).send().await.unwrap().status()
}

#[tokio::test]
async fn a_certificate_proves_a_client_and_its_tokens_are_bound_to_it() {
    let pki = Pki::new();
    pki.make("server", "CA:FALSE", "DNS:localhost", Some("ca"));
    pki.make("chat", "CA:FALSE", "DNS:chat.example", None);
    pki.make("other", "CA:FALSE", "DNS:other.example", None);
    let house = open_house().await;
    let mut record = whole_world("chat");
    record["node"] = json!("nato-pol");
    house.connect(record).await;
    let bound = json!({"server": "chat", "grants": ["client_credentials"],
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "tls_certificates": [pki.thumbprint("chat")],
        "tls_client_certificate_bound_access_tokens": true});
    let secret = client(&house, bound).await;
    let (_app, address) = served(&house, &pki.file("ca", "pem"), &pki).await;
    let (ours, others, nobodys) = (
        pki.client(Some("chat")),
        pki.client(Some("other")),
        pki.client(None),
    );
    let id = [("client_id", "chat")];

    let (status, issued) = token(&ours, &address, &id).await;
    assert_eq!(status, StatusCode::OK, "{issued}");
    assert_eq!(state(&ours, &address, &issued).await, StatusCode::OK);
    assert_eq!(state(&others, &address, &issued).await, StatusCode::UNAUTHORIZED);
    assert_eq!(state(&nobodys, &address, &issued).await, StatusCode::UNAUTHORIZED);
    for client in [&others, &nobodys] {
        assert_eq!(token(client, &address, &id).await.0, StatusCode::UNAUTHORIZED);
    }
    let with_secret = [("client_id", "chat"), ("client_secret", secret.as_str())];
    assert_eq!(
        token(&nobodys, &address, &with_secret).await.0,
        StatusCode::UNAUTHORIZED
    );
    // A token that nobody bound is worth nothing to a server of this rank.
    let unbound = json!({ "access_token": house.token("chat") });
    assert_eq!(state(&ours, &address, &unbound).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_server_above_rank_0_gets_no_token_without_a_certificate_unless_configured_otherwise() {
    let pki = Pki::new();
    pki.make("server", "CA:FALSE", "DNS:localhost", Some("ca"));
    let house = open_house().await;
    let mut strict = whole_world("chat");
    strict["node"] = json!("nato-pol");
    house.connect(strict).await;
    house.connect(whole_world("lenient")).await;
    let secret = client(&house, json!({"server": "chat"})).await;
    let lenient = client(&house, json!({"id": "lenient", "server": "lenient"})).await;
    let (_app, address) = served(&house, &pki.file("ca", "pem"), &pki).await;
    let nobodys = pki.client(None);
    let fields = [("client_id", "chat"), ("client_secret", secret.as_str())];
    let (status, told) = token(&nobodys, &address, &fields).await;
    assert_eq!(
        (status, &told["error"]),
        (StatusCode::BAD_REQUEST, &json!("unauthorized_client"))
    );
    let fields = [("client_id", "lenient"), ("client_secret", lenient.as_str())];
    let (status, issued) = token(&nobodys, &address, &fields).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(state(&nobodys, &address, &issued).await, StatusCode::OK);
}

#[tokio::test]
async fn an_authority_says_whose_a_certificate_is() {
    let pki = Pki::new();
    pki.make("server", "CA:FALSE", "DNS:localhost", Some("ca"));
    pki.make("chat", "CA:FALSE", "DNS:chat.example", Some("ca"));
    pki.make("forged", "CA:FALSE", "DNS:chat.example", None);
    pki.make("sibling", "CA:FALSE", "DNS:sibling.example", Some("ca"));
    let house = open_house().await;
    let record = json!({"token_endpoint_auth_method": "tls_client_auth", "tls_dns_name": "chat.example"});
    client(&house, record).await;
    let (_app, address) = served(&house, &pki.file("ca", "pem"), &pki).await;
    for (name, status) in [
        ("chat", StatusCode::OK),
        ("forged", StatusCode::UNAUTHORIZED),
        ("sibling", StatusCode::UNAUTHORIZED),
    ] {
        let asked = token(&pki.client(Some(name)), &address, &[("client_id", "chat")]).await;
        assert_eq!(asked.0, status, "{name}: {}", asked.1);
    }
}
