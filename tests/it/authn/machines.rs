// SPDX-License-Identifier: Apache-2.0
//! Programs that prove themselves with a TLS certificate, and tokens that are worth something only beside it
//! (RFC 8705): a real listener, real handshakes.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use countersign_authn::certificate::pem_certificates;
use countersign_server::{http as wire, machine_listener, machines};
use countersign_tests::house::{TestHouse, open_house_configured, whole_world};
use countersign_tests::pki::{Authority, Leaf, TestCard};
use countersign_tests::tls_folder::{TlsFolder, bind};
use reqwest::{Client, Identity, StatusCode};
use serde_json::{Value, json};

use super::desk::client;

/// A house that serves programs with certificates, and the authority that issues these.
struct Programs {
    house: TestHouse,
    authority: Authority,
    folder: TlsFolder,
    address: String,
}

impl Programs {
    async fn open() -> Self {
        Self::open_with(Authority::new("Program CA"), None, toml::Table::new()).await
    }

    /// `below` is an authority below the other, `keys` are those of `[machines]`.
    async fn open_with(authority: Authority, below: Option<&Authority>, keys: toml::Table) -> Self {
        let folder = TlsFolder::of(&authority);
        if let Some(below) = below {
            folder.write("anchor.pem", &format!("{}{}", authority.pem, below.pem));
            folder.write("below.crl", &below.list(1, 24, &[]));
        }
        let mut section = toml::Table::new();
        section.insert("authorities".into(), folder.named("anchor.pem"));
        section.insert("crl_folder".into(), folder.named(""));
        section.insert("bound_tokens_from_rank".into(), 1.into());
        section.extend(keys);
        let mut sections = toml::Table::new();
        sections.insert("machines".into(), section.into());
        let house = open_house_configured(sections).await;
        house.read_lists().await;
        let (listener, address) = bind();
        let tls = machines::config(&folder.file("host.pem"), &folder.file("host.key")).unwrap();
        let router = wire::router(house.app.clone());
        tokio::spawn(machine_listener::serve(
            listener,
            tls,
            router,
            axum_server::Handle::new(),
        ));
        let address = format!("https://localhost:{}", address.port());
        Self {
            house,
            authority,
            folder,
            address,
        }
    }

    /// A client that shows this certificate, or none.
    fn client(&self, shown: Option<&TestCard>) -> Client {
        let host = std::fs::read(self.folder.file("host.pem")).unwrap();
        let mut builder = Client::builder()
            .no_proxy()
            .tls_certs_only([reqwest::Certificate::from_pem(&host).unwrap()]);
        if let Some(shown) = shown {
            let both = format!("{}{}", shown.pem, shown.key);
            builder = builder.identity(Identity::from_pem(both.as_bytes()).unwrap());
        }
        builder.build().unwrap()
    }

    /// What asking for a token as the client `chat` with this certificate comes to.
    async fn asked(&self, shown: &TestCard) -> StatusCode {
        let client = self.client(Some(shown));
        token(&client, &self.address, &[("client_id", "chat")]).await.0
    }
}

fn thumbprint(card: &TestCard) -> String {
    let der = pem_certificates(card.pem.as_bytes()).unwrap().remove(0);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, &der).as_ref())
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
    let programs = Programs::open().await;
    let (house, address) = (&programs.house, &programs.address);
    let chat = Leaf::of_program(1, "chat.example").self_signed();
    let other = Leaf::of_program(2, "other.example").self_signed();
    let mut record = whole_world("chat");
    record["node"] = json!("nato-pol");
    house.connect(record).await;
    let bound = json!({"server": "chat", "grants": ["client_credentials"],
        "token_endpoint_auth_method": "self_signed_tls_client_auth",
        "tls_certificates": [thumbprint(&chat)],
        "tls_client_certificate_bound_access_tokens": true});
    let secret = client(house, bound).await;
    let (ours, others, nobodys) = (
        programs.client(Some(&chat)),
        programs.client(Some(&other)),
        programs.client(None),
    );
    let id = [("client_id", "chat")];

    let (status, issued) = token(&ours, address, &id).await;
    assert_eq!(status, StatusCode::OK, "{issued}");
    assert_eq!(state(&ours, address, &issued).await, StatusCode::OK);
    assert_eq!(state(&others, address, &issued).await, StatusCode::UNAUTHORIZED);
    assert_eq!(state(&nobodys, address, &issued).await, StatusCode::UNAUTHORIZED);
    for client in [&others, &nobodys] {
        assert_eq!(token(client, address, &id).await.0, StatusCode::UNAUTHORIZED);
    }
    let with_secret = [("client_id", "chat"), ("client_secret", secret.as_str())];
    assert_eq!(
        token(&nobodys, address, &with_secret).await.0,
        StatusCode::UNAUTHORIZED
    );
    // A token that nobody bound is worth nothing to a server of this rank.
    let unbound = json!({ "access_token": house.token("chat") });
    assert_eq!(state(&ours, address, &unbound).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_server_above_rank_0_gets_no_token_without_a_certificate_unless_configured_otherwise() {
    let programs = Programs::open().await;
    let (house, address) = (&programs.house, &programs.address);
    let mut strict = whole_world("chat");
    strict["node"] = json!("nato-pol");
    house.connect(strict).await;
    house.connect(whole_world("lenient")).await;
    let secret = client(house, json!({"server": "chat"})).await;
    let lenient = client(house, json!({"id": "lenient", "server": "lenient"})).await;
    let nobodys = programs.client(None);
    let fields = [("client_id", "chat"), ("client_secret", secret.as_str())];
    let (status, told) = token(&nobodys, address, &fields).await;
    assert_eq!(
        (status, &told["error"]),
        (StatusCode::BAD_REQUEST, &json!("unauthorized_client"))
    );
    let fields = [("client_id", "lenient"), ("client_secret", lenient.as_str())];
    let (status, issued) = token(&nobodys, address, &fields).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(state(&nobodys, address, &issued).await, StatusCode::OK);
}

async fn named(house: &TestHouse) {
    let record = json!({"token_endpoint_auth_method": "tls_client_auth", "tls_dns_name": "chat.example"});
    client(house, record).await;
}

#[tokio::test]
async fn an_authority_says_whose_a_certificate_is() {
    let programs = Programs::open().await;
    named(&programs.house).await;
    let issue = |change: fn(&mut Leaf)| {
        let mut leaf = Leaf::of_program(1, "chat.example");
        change(&mut leaf);
        programs.authority.issue(&leaf)
    };
    let good = issue(|_| {});
    assert_eq!(programs.asked(&good).await, StatusCode::OK);
    let elsewhere = Authority::new("Program CA").issue(&Leaf::of_program(1, "chat.example"));
    for (what, shown) in [
        ("signed itself", Leaf::of_program(1, "chat.example").self_signed()),
        ("another authority of that name", elsewhere),
        (
            "another program",
            issue(|leaf| leaf.dns = Some("sibling.example")),
        ),
        ("a wildcard", issue(|leaf| leaf.dns = Some("*.example"))),
        ("no name", issue(|leaf| leaf.dns = None)),
        ("for mail", issue(|leaf| leaf.is_for_clients = false)),
        ("ended", issue(|leaf| leaf.ends = 2026)),
    ] {
        assert_eq!(programs.asked(&shown).await, StatusCode::UNAUTHORIZED, "{what}");
    }
}

#[tokio::test]
async fn a_revoked_certificate_proves_nothing_and_neither_does_one_that_no_list_speaks_about() {
    let programs = Programs::open().await;
    let (house, authority) = (&programs.house, &programs.authority);
    named(house).await;
    let chat = authority.issue(&Leaf::of_program(7, "chat.example"));
    assert_eq!(programs.asked(&chat).await, StatusCode::OK);
    // Read while the house goes on; an older list in its place revives nothing.
    for (number, revoked) in [(11, vec![7]), (10, vec![])] {
        let list = authority.list(number, 24, &revoked);
        programs.folder.bring_list(house, &list).await;
        assert_eq!(
            programs.asked(&chat).await,
            StatusCode::UNAUTHORIZED,
            "list {number}"
        );
    }
    let next = authority.issue(&Leaf::of_program(8, "chat.example"));
    assert_eq!(programs.asked(&next).await, StatusCode::OK);
    // Its successor is due at midnight; a second later nobody can say.
    house.advance(TimeDelta::hours(12)).await;
    assert_eq!(programs.asked(&next).await, StatusCode::OK);
    house.advance(TimeDelta::seconds(1)).await;
    assert_eq!(programs.asked(&next).await, StatusCode::UNAUTHORIZED);
    let list = authority.list(12, 28, &[7]);
    programs.folder.bring_list(house, &list).await;
    assert_eq!(programs.asked(&next).await, StatusCode::OK);
    assert_eq!(programs.asked(&chat).await, StatusCode::UNAUTHORIZED);
}

/// An authority below another is no anchor, though the same file names it.
#[tokio::test]
async fn an_authority_that_was_revoked_vouches_for_nobody() {
    let root = Authority::new("Program CA");
    let below = root.below(70, "Sub CA");
    let chat = below.issue(&Leaf::of_program(1, "chat.example"));
    let programs = Programs::open_with(root, Some(&below), toml::Table::new()).await;
    named(&programs.house).await;
    assert_eq!(programs.asked(&chat).await, StatusCode::OK);
    let list = programs.authority.list(11, 24, &[70]);
    programs.folder.bring_list(&programs.house, &list).await;
    assert_eq!(programs.asked(&chat).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn without_lists_a_certificate_counts_only_where_the_configuration_says_so_and_revoked_stays_revoked() {
    for (revocation, status) in [("lists", StatusCode::UNAUTHORIZED), ("unchecked", StatusCode::OK)] {
        let mut keys = toml::Table::new();
        keys.insert("revocation".into(), revocation.into());
        let programs = Programs::open_with(Authority::new("Program CA"), None, keys).await;
        named(&programs.house).await;
        let chat = programs.authority.issue(&Leaf::of_program(1, "chat.example"));
        programs.house.advance(TimeDelta::days(2)).await;
        assert_eq!(programs.asked(&chat).await, status, "{revocation}");
        let list = programs.authority.list(11, 28, &[1]);
        programs.folder.bring_list(&programs.house, &list).await;
        assert_eq!(programs.asked(&chat).await, StatusCode::UNAUTHORIZED);
    }
    let table: toml::Table = "[machines]\nauthorities = \"ca.pem\"".parse().unwrap();
    let fault = countersign_server::config::Config::from_table(table).unwrap_err();
    assert!(fault.to_string().contains("machines.crl_folder"), "{fault}");
}

#[tokio::test]
async fn a_pinned_certificate_ends_when_it_says_so() {
    let programs = Programs::open().await;
    let mut leaf = Leaf::of_program(1, "chat.example");
    let good = leaf.self_signed();
    leaf.ends = 2026;
    let ended = leaf.self_signed();
    let record = json!({"token_endpoint_auth_method": "self_signed_tls_client_auth",
        "tls_certificates": [thumbprint(&good), thumbprint(&ended)]});
    client(&programs.house, record).await;
    assert_eq!(programs.asked(&good).await, StatusCode::OK);
    assert_eq!(programs.asked(&ended).await, StatusCode::UNAUTHORIZED);
    programs.house.advance(TimeDelta::days(366 * 14)).await;
    assert_eq!(programs.asked(&good).await, StatusCode::UNAUTHORIZED);
}
