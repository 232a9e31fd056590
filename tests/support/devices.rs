// SPDX-License-Identifier: Apache-2.0
//! Devices: a key such as a browser keeps, and a house that takes certificates of devices behind a real TLS
//! listener.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_authn::factor::device_key::{PublicKey, Purpose, message};
use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::cards::{Authority, TestCard, run};
use crate::house::{TestHouse, open_house_configured};

/// A key in a browser.
#[derive(Debug)]
pub struct BrowserKey(EcdsaKeyPair);

impl Default for BrowserKey {
    fn default() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }
}

impl BrowserKey {
    /// The public key as the page sends it.
    pub fn public(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.public_key().as_ref())
    }

    /// Its name.
    pub fn thumbprint(&self) -> String {
        PublicKey::read(&self.public()).unwrap().thumbprint()
    }

    /// The device that it stands for.
    pub fn device(&self) -> String {
        PublicKey::read(&self.public())
            .unwrap()
            .device()
            .unwrap()
            .to_string()
    }

    /// Signs a challenge under the name of a key, its own or not.
    pub fn sign(&self, purpose: Purpose, origin: &str, challenge: &str, thumbprint: &str) -> String {
        let said = message(purpose, origin, challenge, thumbprint);
        let signature = self.0.sign(&SystemRandom::new(), said.as_bytes()).unwrap();
        URL_SAFE_NO_PAD.encode(signature.as_ref())
    }
}

/// A house that takes certificates of devices of one authority, by their URI.
pub struct DeviceHouse {
    /// The house.
    pub house: TestHouse,
    /// Whose certificates are accepted.
    pub authority: Authority,
    /// The folder of revocation lists, and what curl needs.
    pub folder: tempfile::TempDir,
    /// Where the device host listens.
    pub address: SocketAddr,
}

impl DeviceHouse {
    /// Opens it, with a list on which nobody is.
    pub async fn open() -> Self {
        let authority = Authority::new("Device CA");
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| -> PathBuf {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let anchor = write("anchor.pem", &authority.pem);
        write("list.crl", &authority.list(10, 24, &[]));
        let mut host = CertificateParams::new(vec!["localhost".into()]).unwrap();
        host.not_before = date_time_ymd(2020, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = write("host.pem", &host.self_signed(&key).unwrap().pem());
        let key = write("host.key", &key.serialize_pem());
        let mut section = toml::toml! {
            name = "fleet"
            id_from = "uri"
            id_prefix = "fleet/"
        };
        section.insert("certificate".into(), anchor.display().to_string().into());
        let mut devices = toml::toml! {
            url = "https://device.example"
            address = "127.0.0.1:0"
        };
        devices.insert("tls_certificate".into(), certificate.display().to_string().into());
        devices.insert("tls_key".into(), key.display().to_string().into());
        devices.insert("crl_folder".into(), folder.path().display().to_string().into());
        devices.insert("anchors".into(), toml::Value::Array(vec![section.into()]));
        let mut keys = toml::Table::new();
        keys.insert("devices".into(), devices.into());
        let house = open_house_configured(keys).await;
        house.app.read_device_lists().await;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let app = house.app.clone();
        let config = app.config.devices.clone().unwrap();
        tokio::spawn(async move {
            countersign_server::devices::serve(app, listener, &config)
                .await
                .unwrap();
        });
        Self {
            house,
            authority,
            folder,
            address,
        }
    }

    /// Puts a list into the folder, and has it read.
    pub async fn bring_list(&self, list: &str) {
        let path = self.folder.path().join("list.crl");
        fs::remove_file(&path).unwrap();
        self.house.app.read_device_lists().await;
        fs::write(&path, list).unwrap();
        self.house.app.read_device_lists().await;
    }

    /// Presents a certificate, or none, at a path of the device host by real TLS. Answers what curl prints.
    pub async fn present(&self, path: &str, certificate: Option<&TestCard>) -> String {
        let mut curl = std::process::Command::new("curl");
        curl.args(["--silent", "--show-error", "--include", "--insecure"]);
        if let Some(certificate) = certificate {
            let file = self.folder.path().join("device.pem");
            let key = self.folder.path().join("device.key");
            fs::write(&file, &certificate.pem).unwrap();
            fs::write(&key, &certificate.key).unwrap();
            curl.arg("--cert").arg(file).arg("--key").arg(key);
        }
        let port = self.address.port();
        curl.arg("--resolve").arg(format!("localhost:{port}:127.0.0.1"));
        run(curl.arg(format!("https://localhost:{port}{path}"))).await
    }
}
