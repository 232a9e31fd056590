// SPDX-License-Identifier: Apache-2.0
//! The real binary, started as a process.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

/// The binary beside this test binary.
pub fn binary() -> PathBuf {
    let mut path = std::env::current_exe().expect("a test binary has a path");
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    let path = path.join("countersign");
    assert!(
        path.exists(),
        "{} is missing: `cargo build -p countersign-server` makes it",
        path.display()
    );
    path
}

/// A command that sees nothing of this test's own settings.
pub fn command() -> Command {
    let mut command = Command::new(binary());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERSIGN_")) {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
pub fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().expect("the binary runs")
}

/// A client for calls on loopback.
pub fn client() -> reqwest::Client {
    // Another test of this process may have installed the same provider before.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

/// A running demo on a free port.
#[derive(Debug)]
pub struct Demo {
    /// The process.
    pub child: Child,
    /// What it printed.
    pub told: Value,
}

impl Demo {
    /// Starts the demo on the state in `data_dir`.
    pub fn start(data_dir: &Path) -> Self {
        Self::start_by(command(), data_dir)
    }

    /// Starts it by a command of the caller's, e.g. with more of an environment.
    pub fn start_by(mut command: Command, data_dir: &Path) -> Self {
        let mut child = command
            .args(["demo", "--json", "--port", "0", "--data-dir"])
            .arg(data_dir)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the demo starts");
        let mut line = String::new();
        let output = child.stdout.take().expect("its output is ours");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("it prints a line");
        let told = serde_json::from_str(&line).unwrap_or_else(|_| panic!("no JSON: {line}"));
        Self { child, told }
    }

    /// A text that it printed, by JSON pointer.
    pub fn text(&self, pointer: &str) -> &str {
        self.told.pointer(pointer).and_then(Value::as_str).expect(pointer)
    }

    /// An access token of its printed connected server.
    pub async fn token(&self, client: &reqwest::Client) -> String {
        let answer = client
            .post(self.text("/server/token_url"))
            .basic_auth(
                self.text("/server/client_id"),
                Some(self.text("/server/client_secret")),
            )
            .form(&[("grant_type", "client_credentials")])
            .send()
            .await
            .expect("the token endpoint answers");
        let token: Value = answer.json().await.expect("a token answer");
        token["access_token"].as_str().expect("a token").to_owned()
    }
}

impl Drop for Demo {
    /// kill -9: nothing may rest on a clean stop.
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
