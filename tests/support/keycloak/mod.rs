// SPDX-License-Identifier: Apache-2.0
//! A real Keycloak on a free loopback port, as `scripts/keycloak.sh` built it. It takes long to start, so all
//! tests of a process share one, with a realm for each.

pub mod realm;
pub mod visitor;

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, io};

use serde_json::Value;
use tokio::sync::OnceCell;

use crate::process::client;

/// Its version, for what is written about it.
pub const VERSION: &str = "26.7.3";
const ADMINISTRATOR: &str = "administrator";
const SECRET: &str = "only-for-tests";
/// A quiet machine needs twenty seconds.
const PATIENCE: Duration = Duration::from_secs(300);
/// Keycloak's script starts Java as a child, and neither ends when this process is killed. So a shell waits for
/// the end of its input, which comes with the end of this process however that comes, and ends them.
const KEEPER: &str = r#"
    folder=$1; shift; exec 3<&0
    "$@" </dev/null >"$folder/log" 2>&1 3<&- & keycloak=$!
    { cat <&3 >/dev/null; touch "$folder/over"; kill $keycloak; } &
    wait $keycloak
    [ ! -e "$folder/over" ] || rm -rf "$folder"
"#;

/// Where it keeps what it is told.
#[derive(Clone, Copy, Debug)]
pub enum Store {
    /// In a file of its embedded store.
    File,
    /// Nowhere.
    Memory,
}

/// A running Keycloak. Dropping it ends it.
#[derive(Debug)]
pub struct Keycloak {
    keeper: Child,
    folder: PathBuf,
    origin: String,
}

impl Keycloak {
    /// The one that all tests of this process share.
    pub async fn shared() -> &'static Self {
        static ONE: OnceCell<Keycloak> = OnceCell::const_new();
        // Compiling well takes longer than these few requests would gain by it.
        ONE.get_or_init(|| Self::start(Store::Memory, "-XX:TieredStopAtLevel=1"))
            .await
    }

    /// Starts one, with further options of its Java.
    pub async fn start(store: Store, java: &str) -> Self {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/tools/keycloak");
        assert!(
            home.join(".countersign").exists(),
            "{} is missing: scripts/keycloak.sh fetches and builds it",
            home.display()
        );
        // Its keeper removes it, for a test's destructors may never run.
        let folder = tempfile::tempdir().unwrap().keep();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let origin = format!("http://127.0.0.1:{port}");
        let store = match store {
            Store::File => format!("file:{}/store", folder.display()),
            Store::Memory => format!("mem:store-{port};DB_CLOSE_DELAY=-1"),
        };
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keycloak"])
            .arg(&folder)
            .arg(home.join("bin/kc.sh"))
            .args(["start", "--optimized", "--cache=local"])
            .args(["--http-enabled=true", "--http-host=127.0.0.1"])
            .arg(format!("--http-port={port}"))
            .arg(format!("--hostname={origin}"))
            .arg(format!(
                "--db-url=jdbc:h2:{store};NON_KEYWORDS=VALUE;DB_CLOSE_ON_EXIT=FALSE"
            ))
            .env("KC_BOOTSTRAP_ADMIN_CLIENT_ID", ADMINISTRATOR)
            .env("KC_BOOTSTRAP_ADMIN_CLIENT_SECRET", SECRET)
            .env("JAVA_OPTS_APPEND", java)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell starts");
        let (client, begun) = (client(), Instant::now());
        let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
        while !is_ready(&client, &origin).await {
            let ended = keeper.try_wait().unwrap();
            assert!(ended.is_none(), "Keycloak ended: {}", log());
            assert!(
                begun.elapsed() < PATIENCE,
                "Keycloak is not ready after {PATIENCE:?}: {}",
                log()
            );
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Self {
            keeper,
            folder,
            origin,
        }
    }

    /// Where it is.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The process that does the work.
    pub fn process(&self) -> u32 {
        let mut next = vec![self.keeper.id()];
        while let Some(process) = next.pop() {
            let about = |what: &str| fs::read_to_string(format!("/proc/{process}/{what}"));
            if about("comm").is_ok_and(|name| name.trim() == "java") {
                return process;
            }
            let children = about(&format!("task/{process}/children")).unwrap_or_default();
            next.extend(children.split_whitespace().map(|id| id.parse::<u32>().unwrap()));
        }
        panic!("Keycloak has ended: {}", self.log());
    }

    /// What it wrote down.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// Asks its administration, as its administrator.
    pub async fn administer(&self, verb: http::Method, path: &str, body: Option<Value>) -> Value {
        let client = client();
        let token = client
            .post(format!(
                "{}/realms/master/protocol/openid-connect/token",
                self.origin
            ))
            .form(&[
                ("grant_type", "client_credentials"),
                ("client_id", ADMINISTRATOR),
                ("client_secret", SECRET),
            ])
            .send()
            .await
            .unwrap();
        let token: Value = token.json().await.unwrap();
        let mut request = client
            .request(verb.clone(), format!("{}/admin/realms{path}", self.origin))
            .bearer_auth(token["access_token"].as_str().unwrap());
        request = match body {
            // A document that is no JSON travels as it is.
            Some(Value::String(text)) => request.header("content-type", "application/xml").body(text),
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(
            status.is_success(),
            "{verb} {path}: {status} {text} {}",
            self.log()
        );
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }
}

impl Drop for Keycloak {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ended: io::Result<_> = self.keeper.wait();
    }
}

async fn is_ready(client: &reqwest::Client, origin: &str) -> bool {
    let answer = client.get(format!("{origin}/realms/master")).send().await;
    answer.is_ok_and(|answer| answer.status().is_success())
}
