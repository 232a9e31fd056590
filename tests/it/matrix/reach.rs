// SPDX-License-Identifier: Apache-2.0
//! Keys of homeservers are fetched where their names lead: by `.well-known`, by SRV records, and not into this
//! machine unless that was said. A name server and homeservers of the test's own, by real sockets.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use axum::Router;
use axum::extract::Request;
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
use tokio::net::UdpSocket;

use super::US;

const THEM: &str = "chat.example";

/// Answers A records of every name under `example` with the loopback address, and SRV records as given.
async fn name_server(records: BTreeMap<&'static str, (&'static str, u16)>) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut buffer).await {
            let answer = answered(&buffer[..length], &records);
            socket.send_to(&answer, from).await.unwrap();
        }
    });
    address
}

/// RFC 1035, section 4.
fn answered(question: &[u8], records: &BTreeMap<&'static str, (&'static str, u16)>) -> Vec<u8> {
    let mut labels = Vec::new();
    let mut at = 12;
    while question[at] > 0 {
        let length = usize::from(question[at]);
        labels.push(String::from_utf8(question[at + 1..=at + length].to_vec()).unwrap());
        at += length + 1;
    }
    let end = at + 5;
    let name = labels.join(".").to_lowercase();
    let kind = u16::from_be_bytes([question[at + 1], question[at + 2]]);
    let data: Option<Vec<u8>> = match kind {
        1 => Some(vec![127, 0, 0, 1]),
        33 => records.get(name.as_str()).map(|(target, port)| {
            let mut data = vec![0, 10, 0, 5];
            data.extend(port.to_be_bytes());
            for label in target.split('.') {
                data.push(u8::try_from(label.len()).unwrap());
                data.extend(label.as_bytes());
            }
            data.push(0);
            data
        }),
        _ => None,
    };
    let mut answer = question[..2].to_vec();
    answer.extend([0x81, 0x80, 0, 1, 0, u8::from(data.is_some()), 0, 0, 0, 0]);
    answer.extend(&question[12..end]);
    if let Some(data) = data {
        answer.extend([0xc0, 12]);
        answer.extend(kind.to_be_bytes());
        answer.extend([0, 1, 0, 0, 0, 60]);
        answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        answer.extend(data);
    }
    answer
}

/// Something at a port whose certificate says `host`.
async fn homeserver(folder: &TlsFolder, ca: &Authority, host: &str, router: Router) -> u16 {
    let card = ca.host(host);
    let (certificate, key) = (
        folder.write("hs.pem", &card.pem),
        folder.write("hs.key", &card.key),
    );
    let tls = RustlsConfig::from_pem_file(certificate, key).await.unwrap();
    let (listener, address) = bind();
    let serving = axum_server::from_tcp_rustls(listener, tls).unwrap();
    tokio::spawn(serving.serve(router.into_make_service()));
    address.port()
}

/// The keys of [`THEM`], for whoever asks with the `Host` header `shown`.
fn keys(key: &SigningKey, shown: String) -> Router {
    let until = start() + chrono::TimeDelta::days(7);
    let signed = Value::Object(document(THEM, key, until).unwrap());
    Router::new().route(
        "/_matrix/key/v2/server",
        get(async move |request: Request| {
            let host = request.headers().get("host").unwrap().to_str().unwrap();
            assert_eq!(host, shown);
            axum::Json(signed)
        }),
    )
}

async fn house(folder: &TlsFolder, names: SocketAddr, well_known: u16, is_local: bool) -> TestHouse {
    let section = format!(
        "[matrix]\nserver_name = \"{US}\"\nca_file = \"{}\"\nname_server = \"{names}\"\nwell_known_port = {well_known}\n\
         [[matrix.homeservers]]\nname = \"{THEM}\"\nrecord = \"synapse\"\nis_local = {is_local}",
        folder.file("anchor.pem").display(),
    );
    let house = open_house_configured(section.parse().unwrap()).await;
    let record = json!({
        "id": "synapse", "kind": "synapse", "client_id": "synapse",
        "scope": {"people": "all", "channels": "all"},
    });
    house.connect(record).await;
    house
}

/// Whether a request that the homeserver signed is believed: for that its key has to be fetched.
async fn is_heard(house: &TestHouse, key: &SigningKey) -> bool {
    let content = json!({"pdus": []});
    let path = "/_matrix/federation/v1/send/1";
    let signed = authorization(key, THEM, "PUT", path, US, Some(&content)).unwrap();
    let headers = [("authorization", signed.as_str())];
    let answer = house
        .send(request(Method::PUT, path, &headers, Some(content)))
        .await;
    assert!(
        [200, 401, 403, 502, 503].contains(&answer.status.as_u16()),
        "{} {}",
        answer.status,
        answer.text
    );
    answer.status == 200
}

fn pieces() -> (Authority, TlsFolder, SigningKey) {
    let ca = Authority::new("Federation CA");
    let folder = TlsFolder::of(&ca);
    (ca, folder, SigningKey::from_seed("ed25519:1", &[7; 32]).unwrap())
}

#[tokio::test]
async fn a_record_leads_to_the_port_and_the_certificate_is_that_of_the_name() {
    let (ca, folder, key) = pieces();
    let port = homeserver(&folder, &ca, THEM, keys(&key, THEM.to_owned())).await;
    let records = [("_matrix-fed._tcp.chat.example", ("host.example", port))];
    let names = name_server(records.into()).await;
    let nobody = bind().1.port();
    assert!(is_heard(&house(&folder, names, nobody, true).await, &key).await);
    // The same, where nobody said that records may lead into this machine.
    assert!(!is_heard(&house(&folder, names, nobody, false).await, &key).await);
    // A homeserver that has a certificate of the record's host is not the one of that name.
    let other = homeserver(&folder, &ca, "host.example", keys(&key, THEM.to_owned())).await;
    let records = [("_matrix-fed._tcp.chat.example", ("host.example", other))];
    let names = name_server(records.into()).await;
    assert!(!is_heard(&house(&folder, names, nobody, true).await, &key).await);
}

#[tokio::test]
async fn a_document_leads_on_and_a_redirect_does_not() {
    let (ca, folder, key) = pieces();
    let port = homeserver(&folder, &ca, "fed.example", keys(&key, "fed.example".to_owned())).await;
    let records = [("_matrix._tcp.fed.example", ("host.example", port))];
    let names = name_server(records.into()).await;
    let at = "/.well-known/matrix/server";
    let document = Router::new().route(at, get(async || "{\"m.server\": \"fed.example\"}"));
    let well_known = homeserver(&folder, &ca, THEM, document).await;
    assert!(is_heard(&house(&folder, names, well_known, true).await, &key).await);
    assert!(!is_heard(&house(&folder, names, well_known, false).await, &key).await);
    let away = format!("https://{THEM}:{well_known}{at}");
    let redirect = Router::new().route(at, get(async move || axum::response::Redirect::temporary(&away)));
    let redirecting = homeserver(&folder, &ca, THEM, redirect).await;
    assert!(!is_heard(&house(&folder, names, redirecting, true).await, &key).await);
    // A document by somebody whose certificate is another's is none.
    let document = Router::new().route(at, get(async || "{\"m.server\": \"fed.example\"}"));
    let impostor = homeserver(&folder, &ca, "evil.example", document).await;
    assert!(!is_heard(&house(&folder, names, impostor, true).await, &key).await);
}
