// SPDX-License-Identifier: Apache-2.0
//! A folder with what a listener needs that asks for certificates: its own certificate, an anchor, a revocation
//! list; and curl as whoever presents a certificate there.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::house::TestHouse;
use crate::pki::{Authority, TestCard};

/// The folder.
#[derive(Debug)]
pub struct TlsFolder(tempfile::TempDir);

impl TlsFolder {
    /// `anchor.pem` and `list.crl` of an authority, the list with nobody on it; `host.pem` and `host.key` of
    /// `localhost`.
    pub fn of(authority: &Authority) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("anchor.pem", &authority.pem);
        folder.write("list.crl", &authority.list(10, 24, &[]));
        let mut host = CertificateParams::new(vec!["localhost".into()]).unwrap();
        host.not_before = date_time_ymd(2020, 1, 1);
        let key = KeyPair::generate().unwrap();
        folder.write("host.pem", &host.self_signed(&key).unwrap().pem());
        folder.write("host.key", &key.serialize_pem());
        folder
    }

    /// A file of it.
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file of it, as the configuration names it.
    pub fn named(&self, name: &str) -> toml::Value {
        self.file(name).display().to_string().into()
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.file(name);
        fs::write(&path, text).unwrap();
        path
    }

    /// Puts a list into the folder, and has the house read it.
    pub async fn bring_list(&self, house: &TestHouse, list: &str) {
        fs::remove_file(self.file("list.crl")).unwrap();
        house.read_lists().await;
        self.write("list.crl", list);
        house.read_lists().await;
    }

    /// Presents a certificate, or none, at a path of a listener by real TLS. Answers what curl prints: the status
    /// line, the headers, the body.
    pub async fn present(
        &self,
        address: SocketAddr,
        path: &str,
        card: Option<&TestCard>,
        more: &[&str],
    ) -> String {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--include", "--insecure"]);
        if let Some(card) = card {
            curl.arg("--cert").arg(self.write("shown.pem", &card.pem));
            curl.arg("--key").arg(self.write("shown.key", &card.key));
        }
        let port = address.port();
        curl.args(more).arg("--resolve");
        curl.arg(format!("localhost:{port}:127.0.0.1"));
        run(curl.arg(format!("https://localhost:{port}{path}"))).await
    }
}

/// A listener on a free port of the loopback address.
pub fn bind() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

pub(crate) async fn run(command: &mut Command) -> String {
    let mut command = std::mem::replace(command, Command::new("true"));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
