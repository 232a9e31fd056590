// SPDX-License-Identifier: Apache-2.0
//! `countersign doctor`: what an operator reads when all is well, and when something is not.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Output;

use axum_server::tls_rustls::RustlsConfig;
use countersign_authn::oidc::client::{ClientRecord, new_secret};
use countersign_authn::store::clients;
use countersign_tests::house::{TestHouse, open_house, whole_world};
use countersign_tests::pki::Authority;
use countersign_tests::process::{Demo, command, run};
use countersign_tests::tls_folder::{TlsFolder, bind};
use serde_json::{Value, json};

/// What it printed, without what differs from run to run.
fn told(output: &Output) -> String {
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let mut shown = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        // How fast and how roomy this machine is, is not what these tests are about.
        let measured = line.contains(" ms, the slowest") || line.contains("MiB free");
        let line = if measured {
            lines.next_if(|next| next.trim_start().starts_with("mend:"));
            line.replacen("warn ", "ok   ", 1)
        } else {
            line.to_owned()
        };
        let mut words: Vec<&str> = line.split(' ').collect();
        for word in &mut words {
            let bare = word.trim_matches(|c: char| "(),`;".contains(c));
            if bare.starts_with("D-") {
                *word = "(D-…)";
            } else if bare.starts_with("http://localhost:") || bare.starts_with("http://127.0.0.1:") {
                *word = "http://…";
            } else if bare.starts_with("/tmp/") {
                *word = "`/tmp/…`";
            } else if !bare.is_empty() && bare.chars().all(|c| c.is_ascii_digit()) {
                *word = "N";
            }
        }
        shown.push_str(words.join(" ").trim_end());
        shown.push('\n');
    }
    shown
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn wiring(folder: &Path, url: &str, server: &str, secret: &str) -> Output {
    let file = folder.join("secret");
    std::fs::write(&file, secret).unwrap();
    let file = file.display().to_string();
    run(&["doctor", "--server", server, "--url", url, "--secret-file", &file])
}

async fn on_a_thread(work: impl FnOnce() -> Output + Send + 'static) -> Output {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[test]
fn a_server_that_is_wired_is_told_so_and_a_wrong_secret_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let demo = Demo::start(&data);
    let (url, secret) = (demo.text("/base_url"), demo.text("/server/client_secret"));
    let good = wiring(folder.path(), url, "demo", secret);
    insta::assert_snapshot!(told(&good), @r"
    ok    address          answers in N ms
    warn  metadata         names this address, which is plain http
                           mend: for anything but trying out: an https `issuer`, with `listen.tls_certificate` and `listen.tls_key`
    ok    without token    a question is refused with N
    ok    token            obtained, good for N s
    ok    clock            agrees with Countersign's
    warn  node             its record names none: nothing above rank N will be allowed
                           mend: name the node that it runs on as `node` in its record, once that is accredited
    warn  clients          nothing is known of them: from rank N up, unregistered devices are refused
                           mend: state in `clients` of its record what all of them are held to, or enrol devices
    ok    ready            decisions can be made and recorded
    ok    client           may fetch tokens of its own
    ok    scope            people: N channels: N
    ok    allow            somebody may join a channel (D-…)
    ok    deny             somebody may not join a channel (D-…)
    ok    batch            N questions decided and recorded in N ms, the slowest in N ms
    ok    beyond scope     is denied (D-…)
    ok    unknown act      is denied (D-…)
    ok    stream           opens, with a first sign of life after N ms
    ");
    assert_eq!(code(&good), 0);
    let wrong = wiring(folder.path(), url, "demo", "not the secret");
    insta::assert_snapshot!(told(&wrong), @r"
    ok    address          answers in N ms
    warn  metadata         names this address, which is plain http
                           mend: for anything but trying out: an https `issuer`, with `listen.tls_certificate` and `listen.tls_key`
    ok    without token    a question is refused with N
    FAIL  token            client `demo` with this secret is refused
                           mend: see that both are as `countersign server add` printed them; running it again makes a new secret
    wrong: token
    ");
    assert_eq!(code(&wrong), 1);
    let installed = run(&["doctor", "--data-dir", &data.display().to_string()]);
    insta::assert_snapshot!(told(&installed), @r"
    ok    configuration    http://… on 127.0.0.1:8080
    ok    database         answers, and its schema is of this version
    ok    journal          `/tmp/…` can be written
    ok    clock            agrees with the database's
    ok    keys             the master key opens the signing keys
    warn  certificate      none: plain http, on this machine alone
                           mend: for anything but trying out: an https `issuer`, with `listen.tls_certificate` and `listen.tls_key`
    ok    disk             N MiB free under `data_dir`
    ");
    assert_eq!(code(&installed), 0);
}

#[test]
fn nobody_at_the_address_is_something_outside_and_an_unreadable_secret_is_the_input() {
    let folder = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let url = format!("http://127.0.0.1:{port}");
    let nobody = wiring(folder.path(), &url, "chat", "secret");
    let shown = told(&nobody);
    assert!(shown.starts_with("FAIL  address"), "{shown}");
    assert!(shown.contains("mend: see that Countersign runs"), "{shown}");
    assert_eq!(code(&nobody), 3);
    let unread = run(&[
        "doctor",
        "--server",
        "chat",
        "--url",
        &url,
        "--secret-file",
        "/nowhere/secret",
    ]);
    assert_eq!(code(&unread), 2);
    let no_secret = run(&["doctor", "--server", "chat", "--url", &url]);
    assert_eq!(code(&no_secret), 2);
}

#[test]
fn an_installation_without_its_key_or_store_reads_well() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().display().to_string();
    let none = run(&["doctor", "--data-dir", &data]);
    insta::assert_snapshot!(told(&none), @r"
    ok    configuration    http://… on 127.0.0.1:8080
    FAIL  database         there is none yet
                           mend: `countersign init` or `countersign directory import FILE` makes it
    ok    journal          the first start makes `/tmp/…` `/tmp/…` can be written
    warn  keys             not looked at: they are in the database
                           mend: as for `database`
    warn  certificate      none: plain http, on this machine alone
                           mend: for anything but trying out: an https `issuer`, with `listen.tls_certificate` and `listen.tls_key`
    ok    disk             N MiB free under `data_dir`
    wrong: database
    ");
    assert_eq!(code(&none), 3);
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "looking makes nothing");
    let made = run(&[
        "init",
        "--data-dir",
        &data,
        "--officer",
        "judy",
        "--officer",
        "kara",
    ]);
    assert_eq!(code(&made), 0);
    std::fs::remove_file(folder.path().join("master.key")).unwrap();
    let lost = run(&["doctor", "--data-dir", &data]);
    assert!(
        told(&lost).contains("FAIL  keys             there is no `master.key` in"),
        "{}",
        told(&lost)
    );
    assert_eq!(code(&lost), 1);
    assert!(!folder.path().join("master.key").exists(), "it changes nothing");
    let mut unknown = command();
    unknown.env("COUNTERSIGN_DATABASE__URL", "postgres://nobody@127.0.0.1:1/none");
    let gone = unknown.args(["doctor", "--data-dir", &data]).output().unwrap();
    assert!(
        told(&gone).contains("FAIL  database         cannot be reached"),
        "{}",
        told(&gone)
    );
    assert_eq!(code(&gone), 3);
}

/// The house behind a real socket, and a client with a secret for each of its servers.
async fn served(house: &TestHouse, servers: &[Value]) -> (String, String) {
    let now = house.app.now();
    let (secret, hash) = new_secret(&mut house.app.rng());
    for record in servers {
        house.connect(record.clone()).await;
        let client = json!({"id": record["client_id"], "name": "chat", "grants": ["client_credentials"],
            "server": record["id"]});
        let client: ClientRecord = serde_json::from_value(client).unwrap();
        let mut db = house.app.database.begin_write().await.unwrap();
        clients::put(&client, now, &mut db).await.unwrap();
        clients::set_secret(&client.id, Some(hash.clone()), &mut db)
            .await
            .unwrap();
        house.app.commit(db).await.unwrap();
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = countersign_server::http::router(house.app.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, secret.expose().to_owned())
}

/// An installation whose certificate an authority issued that no machine knows.
#[tokio::test(flavor = "multi_thread")]
async fn an_authority_of_the_installations_own_is_trusted_where_it_is_named() {
    let house = open_house().await;
    let (_, secret) = served(&house, &[whole_world("chat")]).await;
    let authority = Authority::new("Agency CA");
    let folder = TlsFolder::of(&authority);
    let host = authority.host("localhost");
    let (certificate, key) = (
        folder.write("own.pem", &host.pem),
        folder.write("own.key", &host.key),
    );
    let tls = RustlsConfig::from_pem_file(certificate, key).await.unwrap();
    let (listener, address) = bind();
    let router = countersign_server::http::router(house.app.clone());
    let serving = axum_server::from_tcp_rustls(listener, tls).unwrap();
    tokio::spawn(serving.serve(router.into_make_service_with_connect_info::<SocketAddr>()));

    let file = folder.write("secret", &secret).display().to_string();
    let url = format!("https://localhost:{}", address.port());
    let look = |ca: Option<&str>| {
        let mut arguments = [
            "doctor",
            "--server",
            "chat",
            "--url",
            &url,
            "--secret-file",
            &file,
        ]
        .map(str::to_owned)
        .to_vec();
        arguments.extend(
            ca.map(|name| ["--ca".to_owned(), folder.file(name).display().to_string()])
                .into_iter()
                .flatten(),
        );
        on_a_thread(move || run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()))
    };
    let known = look(Some("anchor.pem")).await;
    let shown = told(&known);
    assert!(
        shown.contains("ok    address          answers in N ms"),
        "{shown}"
    );
    assert!(shown.contains("ok    token            obtained"), "{shown}");
    folder.write("other.pem", &Authority::new("Agency CA").pem);
    for ca in [None, Some("other.pem")] {
        let unknown = look(ca).await;
        let shown = told(&unknown);
        assert!(shown.starts_with("FAIL  address"), "{shown}");
        assert!(
            shown.contains("that --ca names the authority of its certificate"),
            "{shown}"
        );
        assert_eq!(code(&unknown), 3);
    }
    folder.write("none.pem", "no certificate");
    for ca in ["none.pem", "missing.pem"] {
        assert_eq!(code(&look(Some(ca)).await), 2, "{ca}");
    }
}

/// A clock that stands at another day, and records of which nothing can come.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_differs_and_a_scope_with_nothing_in_it_are_named() {
    let house = open_house().await;
    let mut nobody = whole_world("nobody");
    nobody["scope"] = json!({"people": {"list": []}, "channels": "all"});
    let mut nowhere = whole_world("nowhere");
    nowhere["scope"] = json!({"people": "all", "channels": {"list": []}});
    let (url, secret) = served(&house, &[nobody, nowhere]).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let look = |server: &'static str| {
        let (path, url, secret) = (path.clone(), url.clone(), secret.clone());
        on_a_thread(move || wiring(&path, &url, server, &secret))
    };
    let shown = look("nobody").await;
    assert_eq!(code(&shown), 1);
    let shown = told(&shown);
    for line in [
        "FAIL  clock            the clock here and Countersign's are more than N seconds apart",
        "                       mend: set both by the same source, e.g. NTP",
        "warn  node             its record names none: nothing above rank N will be allowed",
        "FAIL  scope            no person is in it: every answer is no",
        "                       mend: name people in `scope.people` of its record",
        "ok    client           may fetch tokens of its own",
        "ok    beyond scope     is denied (D-…)",
        "warn  batch            not asked: there is nothing to ask about",
    ] {
        assert!(shown.contains(line), "{line}\n{shown}");
    }
    let shown = told(&look("nowhere").await);
    assert!(
        shown.contains("FAIL  scope            no channel is in it"),
        "{shown}"
    );
    assert!(
        shown.contains("let the connector register its channels"),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_is_gone_is_named_by_the_check() {
    let house = open_house().await;
    let (url, secret) = served(&house, &[whole_world("chat")]).await;
    let token = house.token("chat");
    house.app.database.pool.close().await;
    house.app.clock.advance(chrono::TimeDelta::seconds(6));
    let answer = countersign_tests::process::client()
        .post(format!("{url}/api/v1/servers/chat/check"))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    let told: Value = answer.json().await.unwrap();
    let lines = told["lines"].as_array().unwrap();
    let line = |name: &str| lines.iter().find(|line| line["name"] == name).unwrap();
    assert_eq!(line("ready")["state"], "fail");
    assert_eq!(line("ready")["text"], "the store has not answered for 5 seconds");
    assert_eq!(line("client")["text"], "the store does not answer");
    assert_eq!(line("beyond scope")["state"], "ok");
    drop(secret);
}
