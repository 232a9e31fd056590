// SPDX-License-Identifier: Apache-2.0
//! Cards: a test authority, the certificates and revocation lists that it issues, a house that
//! accepts them behind a real TLS listener, and curl as the browser that presents them.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Command;

use countersign_server::cards::listener;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason,
    RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};

use crate::house::{TestHouse, open_house_configured};

/// PIV authentication.
pub const PIV: &str = "2.16.840.1.101.3.2.1.3.13";
/// PIV card authentication: no PIN.
pub const CARD_AUTHENTICATION: &str = "2.16.840.1.101.3.2.1.3.17";
const UPN: [u64; 10] = [1, 3, 6, 1, 4, 1, 311, 20, 2, 3];

/// What proxies of the test prove themselves with.
pub const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// An authority.
pub struct Authority {
    params: CertificateParams,
    key: KeyPair,
    /// Its certificate, PEM.
    pub pem: String,
}

/// A certificate and its key, PEM.
#[derive(Clone, Debug)]
pub struct TestCard {
    /// The certificate.
    pub pem: String,
    /// Its key.
    pub key: String,
}

/// What a leaf is to say.
#[derive(Clone, Debug)]
pub struct Leaf {
    /// Its number.
    pub serial: u64,
    /// Its principal name.
    pub upn: Option<&'static str>,
    /// Its URI.
    pub uri: Option<&'static str>,
    /// Its policy.
    pub policy: Option<&'static str>,
    /// Whether it is for signing in.
    pub is_for_clients: bool,
    /// The first day of this year ends it.
    pub ends: i32,
}

impl Leaf {
    /// A good one.
    pub fn of(serial: u64, upn: &'static str) -> Self {
        Self {
            serial,
            upn: Some(upn),
            uri: None,
            policy: Some(PIV),
            is_for_clients: true,
            ends: 2040,
        }
    }
}

impl Authority {
    /// One that signed itself.
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2040, 1, 1);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { params, key, pem }
    }

    /// The same authority once more.
    pub fn again(&self) -> Self {
        Self {
            params: self.params.clone(),
            key: KeyPair::from_pem(&self.key.serialize_pem()).unwrap(),
            pem: self.pem.clone(),
        }
    }

    /// Its key, PEM.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// Issues a card.
    pub fn issue(&self, leaf: &Leaf) -> TestCard {
        let mut params = CertificateParams::default();
        let name = format!("Card {}", leaf.serial);
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(SerialNumber::from(leaf.serial));
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(leaf.ends, 1, 1);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![if leaf.is_for_clients {
            ExtendedKeyUsagePurpose::ClientAuth
        } else {
            ExtendedKeyUsagePurpose::EmailProtection
        }];
        if let Some(upn) = leaf.upn {
            let name = SanType::OtherName((UPN.into(), upn.into()));
            params.subject_alt_names.push(name);
        }
        if let Some(uri) = leaf.uri {
            let name = SanType::URI(uri.try_into().unwrap());
            params.subject_alt_names.push(name);
        }
        if let Some(policy) = leaf.policy {
            let content = policies(policy);
            let extension = CustomExtension::from_oid_content(&[2, 5, 29, 32], content);
            params.custom_extensions.push(extension);
        }
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        TestCard {
            pem: params.signed_by(&key, &issuer).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    /// A revocation list with this number: made on 20 November 2026, due on `due` of that month.
    pub fn list(&self, number: u64, due: u8, revoked: &[u64]) -> String {
        let revoked = revoked.iter().map(|serial| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2026, 11, 1),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        });
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2026, 11, 20),
            next_update: date_time_ymd(2026, 11, due),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let issuer = Issuer::from_params(&self.params, &self.key);
        params.signed_by(&issuer).unwrap().pem().unwrap()
    }
}

/// A house that accepts the cards of one authority.
pub struct CardHouse {
    /// The house.
    pub house: TestHouse,
    /// Whose cards are accepted.
    pub authority: Authority,
    /// The folder of revocation lists, and what curl needs.
    pub folder: tempfile::TempDir,
    /// Where the card host listens.
    pub address: SocketAddr,
    /// Where it listens for proxies.
    pub proxies: SocketAddr,
}

impl CardHouse {
    /// Opens it, with a list on which nobody is. `more` are keys of the anchor.
    pub async fn open(more: toml::Table) -> Self {
        Self::open_with(Authority::new("Agency CA"), toml::Table::new(), more).await
    }

    /// As [`CardHouse::open`], of an authority that is there already, with more keys of `[cards]`.
    pub async fn open_with(authority: Authority, keys_of_cards: toml::Table, more: toml::Table) -> Self {
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
            name = "agency"
            mapping = "upn"
        };
        section.insert("certificate".into(), anchor.display().to_string().into());
        let mut policies = toml::Table::new();
        policies.insert(PIV.into(), 3.into());
        policies.insert(CARD_AUTHENTICATION.into(), 3.into());
        section.insert("policies".into(), policies.into());
        section.extend(more);
        let mut cards = toml::toml! {
            url = "https://{random}.card.example"
            address = "127.0.0.1:0"
        };
        cards.insert("tls_certificate".into(), certificate.display().to_string().into());
        cards.insert("tls_key".into(), key.display().to_string().into());
        cards.insert("crl_folder".into(), folder.path().display().to_string().into());
        cards.extend(keys_of_cards);
        let mut proxy = toml::toml! {
            address = "127.0.0.1:0"
            peers = ["127.0.0.1"]
        };
        proxy.insert("secret".into(), SECRET.into());
        cards.insert("proxy".into(), proxy.into());
        cards.insert("anchors".into(), toml::Value::Array(vec![section.into()]));
        let mut keys = toml::Table::new();
        keys.insert("cards".into(), cards.into());
        let house = open_house_configured(keys).await;
        house.app.read_lists().await;

        let bind = || {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            listener.set_nonblocking(true).unwrap();
            let address = listener.local_addr().unwrap();
            (listener, address)
        };
        let (listener, address) = bind();
        let app = house.app.clone();
        tokio::spawn(async move { listener::serve(app, listener, &certificate, &key).await.unwrap() });
        let (listener, proxies) = bind();
        let app = house.app.clone();
        tokio::spawn(async move { listener::serve_proxies(app, listener).await.unwrap() });
        Self {
            house,
            authority,
            folder,
            address,
            proxies,
        }
    }

    /// Puts a list into the folder, and has it read.
    pub async fn bring_list(&self, list: &str) {
        let path = self.folder.path().join("list.crl");
        fs::remove_file(&path).unwrap();
        self.house.app.read_lists().await;
        fs::write(&path, list).unwrap();
        self.house.app.read_lists().await;
    }

    /// Presents a card, or none, at a path of the card host by real TLS. Answers what curl prints:
    /// the status line, the headers, the body.
    pub async fn present(&self, path: &str, card: Option<&TestCard>, more: &[&str]) -> String {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--include", "--insecure"]);
        if let Some(card) = card {
            let file = self.folder.path().join("card.pem");
            let key = self.folder.path().join("card.key");
            fs::write(&file, &card.pem).unwrap();
            fs::write(&key, &card.key).unwrap();
            curl.arg("--cert").arg(file).arg("--key").arg(key);
        }
        let address = format!("https://localhost:{}{path}", self.address.port());
        curl.args(more).arg("--resolve");
        curl.arg(format!("localhost:{}:127.0.0.1", self.address.port()));
        run(curl.arg(address)).await
    }

    /// What a proxy says, by plain HTTP.
    pub async fn say(&self, path: &str, headers: &[&str]) -> String {
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--include"]);
        for header in headers {
            curl.args(["--header", header]);
        }
        run(curl.arg(format!("http://{}{path}", self.proxies))).await
    }
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

/// CertificatePolicies with one policy, DER.
fn policies(policy: &str) -> Vec<u8> {
    let oid: countersign_authn::certificate::Oid = policy.parse().unwrap();
    let wrap = |tag: u8, inside: &[u8]| {
        let mut whole = vec![tag, u8::try_from(inside.len()).unwrap()];
        whole.extend(inside);
        whole
    };
    wrap(0x30, &wrap(0x30, &wrap(6, oid.as_bytes())))
}
