// SPDX-License-Identifier: Apache-2.0
//! Cerbos beside the house, on the same questions by the same AuthZEN endpoint. It stores nothing about people
//! and channels: what we look up comes with each of its requests.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::world;

const CONFIGURATION: &str = "cerbos.yaml";
const POLICY: &str = include_str!("cerbos-policy.yaml");

/// A running Cerbos. Dropping it ends the process.
#[derive(Debug)]
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    process: Child,
}

impl Running {
    /// Starts `program` with the one policy, in `folder`.
    pub async fn start(program: &Path, folder: &Path) -> Self {
        let [address, other] = free_addresses();
        let policies = folder.join("policies");
        std::fs::create_dir_all(&policies).expect("a folder for policies");
        std::fs::write(policies.join("channel.yaml"), POLICY).expect("the policy is written");
        let configuration = json!({
            "server": {"httpListenAddr": address.to_string(), "grpcListenAddr": other.to_string()},
            "storage": {"driver": "disk", "disk": {"directory": policies}},
            "telemetry": {"disabled": true},
        });
        // JSON is YAML.
        std::fs::write(folder.join(CONFIGURATION), configuration.to_string()).expect("it is configured");
        let process = Command::new(program)
            .args(["server", "--config"])
            .arg(folder.join(CONFIGURATION))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Cerbos starts");
        let running = Self { address, process };
        for _ in 0..300 {
            if tokio::net::TcpStream::connect(address).await.is_ok() {
                // It listens a little before it answers.
                tokio::time::sleep(Duration::from_secs(1)).await;
                return running;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("Cerbos does not listen at {address}");
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone_already = self.process.kill();
        let _gone_already = self.process.wait();
    }
}

/// The program that npm has put below `tests/bench`.
pub fn program() -> PathBuf {
    let name = match std::env::consts::ARCH {
        "aarch64" => "cerbos-linux-arm64",
        _ => "cerbos-linux-x64",
    };
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("bench/node_modules/@cerbos/{name}/{name}"))
}

/// The questions of [`crate::house::requests`], with what decides them.
pub fn requests(people: usize, channels: usize) -> Vec<Vec<u8>> {
    (0..channels)
        .map(|channel| {
            let member = world::person(world::members(channel, people).next().expect("a member"));
            let body = json!({
                "subject": {"type": "user", "id": member, "properties": {
                    "cerbos.roles": ["member"], "active": true, "clearance_rank": 3, "nationalities": ["DEU"],
                    "briefings": ["NATO", "VS"], "missions": ["BALTIC"], "device_rank": 4, "device_managed": true,
                    "posture_age_hours": 1, "aal": 3, "signed_in_hours": 0, "member": true,
                }},
                "action": {"name": "message.post"},
                "resource": {"type": "channel", "id": world::channel(channel).to_string(), "properties": {
                    "rank": 3, "item_rank": 1, "open": true, "missions": ["BALTIC"], "audience": ["DEU", "FRA", "GBR"],
                    "member_ranks": vec![3; world::MEMBERS],
                }},
            })
            .to_string();
            format!(
                "POST /access/v1/evaluation HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n\
                 content-length: {}\r\n\r\n{body}",
                body.len()
            )
            .into_bytes()
        })
        .collect()
}

fn free_addresses() -> [SocketAddr; 2] {
    let held = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    held.map(|held| held.local_addr().expect("an address"))
}
