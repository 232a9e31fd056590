// SPDX-License-Identifier: Apache-2.0
//! Keys of homeservers are fetched where a `.well-known` of theirs leads, and not into this machine unless that was
//! said. Homeservers of the test's own, by real sockets.

use axum::Router;
use axum::extract::Request;
use axum::response::Redirect;
use axum::routing::get;
use axum_server::tls_rustls::RustlsConfig;
use countersign_authn::matrix::key::SigningKey;
use countersign_authn::matrix::published::document;
use countersign_authn::matrix::request::authorization;
use countersign_tests::house::{TestHouse, open_house_configured, request, start};
use countersign_tests::pki::Authority;
use countersign_tests::tls_folder::{TlsFolder, bind};
use http::Method;
use serde_json::{Value, json};

use super::US;

const THEM: &str = "localhost";
const WELL_KNOWN: &str = "/.well-known/matrix/server";

/// An authority of homeservers and the key of one.
struct Federation {
    ca: Authority,
    folder: TlsFolder,
    key: SigningKey,
}

impl Federation {
    fn new() -> Self {
        let ca = Authority::new("Federation CA");
        Self {
            folder: TlsFolder::of(&ca),
            ca,
            key: SigningKey::from_seed("ed25519:1", &[7; 32]).unwrap(),
        }
    }

    /// Something at a port whose certificate says `host`.
    async fn serve(&self, host: &str, router: Router) -> u16 {
        let card = self.ca.host(host);
        let certificate = self.folder.write("hs.pem", &card.pem);
        let key = self.folder.write("hs.key", &card.key);
        let tls = RustlsConfig::from_pem_file(certificate, key).await.unwrap();
        let (listener, address) = bind();
        let serving = axum_server::from_tcp_rustls(listener, tls).unwrap();
        tokio::spawn(serving.serve(router.into_make_service()));
        address.port()
    }

    /// The keys of [`THEM`], for whoever asks with the right `Host` header.
    async fn homeserver(&self) -> u16 {
        let until = start() + chrono::TimeDelta::days(7);
        let signed = Value::Object(document(THEM, &self.key, until).unwrap());
        let keys = async move |request: Request| {
            let host = request.headers()["host"].to_str().unwrap();
            assert!(host.starts_with("localhost:"), "{host}");
            axum::Json(signed.clone())
        };
        let path = "/_matrix/key/v2/server";
        self.serve(THEM, Router::new().route(path, get(keys))).await
    }

    /// A document that leads to `server`, by somebody whose certificate says `host`.
    async fn leading_to(&self, server: String, host: &str) -> u16 {
        let document = async move || axum::Json(json!({ "m.server": server }));
        let router = Router::new().route(WELL_KNOWN, get(document));
        self.serve(host, router).await
    }

    /// Whether a request that the homeserver signed is believed: for that its key has to be fetched.
    async fn is_heard(&self, well_known: u16, is_local: bool) -> bool {
        let house = self.house(well_known, is_local).await;
        let content = json!({"pdus": []});
        let path = "/_matrix/federation/v1/send/1";
        let signed = authorization(&self.key, THEM, "PUT", path, US, Some(&content)).unwrap();
        let headers = [("authorization", signed.as_str())];
        let answer = house
            .send(request(Method::PUT, path, &headers, Some(content)))
            .await;
        answer.status == 200
    }

    async fn house(&self, well_known: u16, is_local: bool) -> TestHouse {
        let section = format!(
            "[matrix]\nserver_name = \"{US}\"\nca_file = \"{}\"\nwell_known_port = {well_known}\n\
             [[matrix.homeservers]]\nname = \"{THEM}\"\nrecord = \"synapse\"\nis_local = {is_local}",
            self.folder.file("anchor.pem").display(),
        );
        let house = open_house_configured(section.parse().unwrap()).await;
        let record = json!({
            "id": "synapse", "kind": "synapse", "client_id": "synapse",
            "scope": {"people": "all", "channels": "all"},
        });
        house.connect(record).await;
        house
    }
}

#[tokio::test]
async fn a_document_leads_to_the_homeserver_but_not_into_this_machine_unasked() {
    let federation = Federation::new();
    let port = federation.homeserver().await;
    let well_known = federation.leading_to(format!("{THEM}:{port}"), THEM).await;
    assert!(federation.is_heard(well_known, true).await);
    assert!(!federation.is_heard(well_known, false).await);
    // Neither by another name for it.
    for server in [format!("127.0.0.1:{port}"), format!("[::ffff:127.0.0.1]:{port}")] {
        let well_known = federation.leading_to(server, THEM).await;
        assert!(!federation.is_heard(well_known, false).await);
    }
}

#[tokio::test]
async fn neither_a_redirect_nor_somebody_elses_document_leads_anywhere() {
    let federation = Federation::new();
    let port = federation.homeserver().await;
    let well_known = federation.leading_to(format!("{THEM}:{port}"), THEM).await;
    let away = format!("https://{THEM}:{well_known}{WELL_KNOWN}");
    let redirect = async move || Redirect::temporary(&away);
    let redirect = Router::new().route(WELL_KNOWN, get(redirect));
    let redirecting = federation.serve(THEM, redirect).await;
    assert!(!federation.is_heard(redirecting, true).await);
    let impostor = federation
        .leading_to(format!("{THEM}:{port}"), "evil.example")
        .await;
    assert!(!federation.is_heard(impostor, true).await);
    let nobody = bind().1.port();
    assert!(!federation.is_heard(nobody, true).await);
}
