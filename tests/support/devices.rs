// SPDX-License-Identifier: Apache-2.0
//! Devices: a key such as a browser keeps, and a house that takes certificates of devices behind a real TLS
//! listener.

use std::net::SocketAddr;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_authn::factor::device_key::{PublicKey, Purpose, message};
use countersign_server::devices;

use crate::house::{TestHouse, open_house_configured};
use crate::pki::{Authority, TestCard};
use crate::tls_folder::{TlsFolder, bind};

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
    pub folder: TlsFolder,
    /// Where the device host listens.
    pub address: SocketAddr,
}

impl DeviceHouse {
    /// Opens it, with a list on which nobody is.
    pub async fn open() -> Self {
        let authority = Authority::new("Device CA");
        let folder = TlsFolder::of(&authority);
        Self::open_in(folder, authority, toml::Table::new(), toml::Table::new()).await
    }

    /// As [`DeviceHouse::open`], in a folder of the caller's, with more keys of `[devices]` and more sections.
    pub async fn open_in(
        folder: TlsFolder,
        authority: Authority,
        keys_of_devices: toml::Table,
        mut sections: toml::Table,
    ) -> Self {
        let mut section = toml::toml! {
            name = "fleet"
            id_from = "uri"
            id_prefix = "fleet/"
        };
        section.insert("certificate".into(), folder.named("anchor.pem"));
        let mut devices = toml::toml! {
            url = "https://device.example"
            address = "127.0.0.1:0"
        };
        devices.insert("tls_certificate".into(), folder.named("host.pem"));
        devices.insert("tls_key".into(), folder.named("host.key"));
        devices.insert("crl_folder".into(), folder.named(""));
        devices.extend(keys_of_devices);
        devices.insert("anchors".into(), toml::Value::Array(vec![section.into()]));
        sections.insert("devices".into(), devices.into());
        let house = open_house_configured(sections).await;
        house.read_lists().await;
        let (listener, address) = bind();
        let app = house.app.clone();
        let (certificate, key) = (folder.file("host.pem"), folder.file("host.key"));
        tokio::spawn(async move {
            devices::serve(app, listener, &certificate, &key).await.unwrap();
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
        self.folder.bring_list(&self.house, list).await;
    }

    /// Presents a certificate, or none, at a path of the device host by real TLS.
    pub async fn present(&self, path: &str, certificate: Option<&TestCard>) -> String {
        self.folder.present(self.address, path, certificate, &[]).await
    }
}
