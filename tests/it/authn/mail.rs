// SPDX-License-Identifier: Apache-2.0
//! Mail through a real SMTP server: by TLS to somebody whose certificate leads to the configured root, and signed
//! in, or not at all.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use chrono::TimeDelta;
use countersign_tests::house::{TestHouse, open_house_configured};
use countersign_tests::pki::Authority;
use countersign_tests::tls_folder::TlsFolder;
use serde_json::{Value, json};

use super::desk::passkey;
use super::notices::with_address;

const PASSWORD: &str = "correct horse battery";

/// The server, and what it tells.
struct Smtp {
    process: Child,
    told: std::io::Lines<BufReader<ChildStdout>>,
    port: u16,
}

impl Smtp {
    fn start(mode: &str, folder: &TlsFolder) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let python = std::env::var_os("COUNTERSIGN_TEST_PYTHON")
            .map_or_else(|| root.join(".venv/bin/python"), Into::into);
        let mut process = Command::new(&python)
            .arg(root.join("tests/peers/smtp_server.py"))
            .arg(mode)
            .args([folder.file("mail.pem"), folder.file("mail.key")])
            .args(["countersign", PASSWORD])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|fault| panic!("{}: {fault}; scripts/setup.sh test makes it", python.display()));
        let mut told = BufReader::new(process.stdout.take().unwrap()).lines();
        let port = told.next().unwrap().unwrap().parse().unwrap();
        Self { process, told, port }
    }

    /// What it told, to its end.
    fn ended(mut self) -> Vec<Value> {
        self.process.kill().unwrap();
        let lines = self.told.by_ref();
        lines
            .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
            .collect()
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A folder with a mail server's certificate, and a house that sends through it; dave has something to be told.
async fn sending(smtp: &Smtp, tls: &str, root: &str, folder: &TlsFolder) -> TestHouse {
    let mut mail = toml::toml! {
        host = "localhost"
        username = "countersign"
    };
    mail.insert("port".into(), i64::from(smtp.port).into());
    mail.insert("tls".into(), tls.into());
    mail.insert("root".into(), folder.named(root));
    mail.insert("password_file".into(), folder.named("password"));
    let mut sections = toml::Table::new();
    sections.insert("mail".into(), mail.into());
    let house = open_house_configured(sections).await;
    with_address(&house, "dave", "dave@agency.example").await;
    passkey(&house, "dave").await;
    house
}

fn folder(password: &str) -> TlsFolder {
    let authority = Authority::new("Mail CA");
    let folder = TlsFolder::of(&authority);
    let host = authority.host("localhost");
    folder.write("mail.pem", &host.pem);
    folder.write("mail.key", &host.key);
    folder.write("other.pem", &Authority::new("Mail CA").pem);
    folder.write("password", &format!("{password}\n"));
    folder
}

#[tokio::test]
async fn a_message_goes_by_tls_to_a_server_that_is_signed_in_to() {
    for mode in ["starttls", "wrapped"] {
        let folder = folder(PASSWORD);
        let smtp = Smtp::start(mode, &folder);
        let house = sending(&smtp, mode, "anchor.pem", &folder).await;
        house.app.send_notices().await.unwrap();
        let told = smtp.ended();
        let messages: Vec<&Value> = told.iter().filter(|one| one["message"].is_string()).collect();
        assert_eq!(messages.len(), 2, "{mode}: {told:#?}");
        for message in messages {
            assert_eq!(message["tls"], true);
            assert_eq!(message["signed_in"], true);
            assert_eq!(message["to"], json!(["dave@agency.example"]));
            assert!(
                message["message"].as_str().unwrap().contains("Account: dave"),
                "{message}"
            );
        }
    }
}

#[tokio::test]
async fn neither_password_nor_message_goes_to_a_server_without_tls_or_of_another_root() {
    for (mode, root) in [
        ("open", "anchor.pem"),
        ("starttls", "other.pem"),
        ("wrapped", "other.pem"),
    ] {
        let folder = folder(PASSWORD);
        let smtp = Smtp::start(mode, &folder);
        let tls = if mode == "open" { "starttls" } else { mode };
        let house = sending(&smtp, tls, root, &folder).await;
        house.app.send_notices().await.unwrap();
        assert_eq!(smtp.ended(), Vec::<Value>::new(), "{mode} {root}");
    }
}

/// It is the operator who has to mend that; what people are to be told waits.
#[tokio::test]
async fn a_refused_sign_in_drops_no_message() {
    let folder = folder("wrong");
    let smtp = Smtp::start("starttls", &folder);
    let house = sending(&smtp, "starttls", "anchor.pem", &folder).await;
    house.app.send_notices().await.unwrap();
    folder.write("password", PASSWORD);
    let mended = house.reopened().await;
    mended
        .clock
        .advance(house.app.now() - mended.now() + TimeDelta::minutes(2));
    mended.catch_up().await.unwrap();
    mended.send_notices().await.unwrap();
    let told = smtp.ended();
    let refused = told.iter().filter(|one| one["sign_in"] == false).count();
    let messages = told.iter().filter(|one| one["message"].is_string()).count();
    assert_eq!((refused > 0, messages), (true, 2), "{told:#?}");
}
