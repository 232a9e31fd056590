// SPDX-License-Identifier: Apache-2.0
//! A FIDO world of our own: makers of authenticators, and the service that lists them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    SigningKey,
};
use serde_json::{Value, json};

/// The name of the service.
pub const SERVICE: &str = "mds.fidoalliance.org";

/// The maker of a model.
#[derive(Debug)]
pub struct Maker {
    /// The model.
    pub aaguid: [u8; 16],
    /// The certificate of its attestation key, DER.
    pub certificate: Vec<u8>,
    /// Where that leads, DER.
    pub root: Vec<u8>,
    key: KeyPair,
}

/// The service that lists models.
#[derive(Debug)]
pub struct Service {
    /// Where its certificate leads, PEM.
    pub root: String,
    certificate: Vec<u8>,
    key: KeyPair,
}

impl Maker {
    /// The maker of the model whose AAGUID ends in `number`.
    pub fn new(number: u8) -> Self {
        let mut aaguid = [0; 16];
        aaguid[15] = number;
        let (root, issuer) = authority("Maker");
        let mut leaf = CertificateParams::new(Vec::new()).unwrap();
        leaf.is_ca = IsCa::ExplicitNoCa;
        leaf.distinguished_name.push(DnType::CountryName, "XX");
        leaf.distinguished_name.push(DnType::OrganizationName, "Maker");
        leaf.distinguished_name
            .push(DnType::OrganizationalUnitName, "Authenticator Attestation");
        leaf.distinguished_name.push(DnType::CommonName, "Model");
        let mut model = vec![0x04, 0x10];
        model.extend(aaguid);
        // id-fido-gen-ce-aaguid
        let oid = [1, 3, 6, 1, 4, 1, 45724, 1, 1, 4];
        leaf.custom_extensions
            .push(CustomExtension::from_oid_content(&oid, model));
        let key = KeyPair::generate().unwrap();
        let certificate = leaf.signed_by(&key, &issuer).unwrap().der().to_vec();
        Self {
            aaguid,
            certificate,
            root,
            key,
        }
    }

    /// Its AAGUID, written out.
    pub fn model(&self) -> String {
        format!("00000000-0000-0000-0000-0000000000{:02x}", self.aaguid[15])
    }

    /// Signs for an authenticator.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.key.sign(bytes).unwrap()
    }

    /// What the service lists of it.
    pub fn entry(&self, description: &str, statuses: &[&str]) -> Value {
        let reports: Vec<Value> = statuses
            .iter()
            .map(|status| json!({ "status": status, "effectiveDate": "2026-01-01" }))
            .collect();
        json!({
            "aaguid": self.model(),
            "metadataStatement": {
                "description": description,
                "keyProtection": ["hardware", "secure_element"],
                "attestationRootCertificates": [STANDARD.encode(&self.root)],
            },
            "statusReports": reports,
            "timeOfLastStatusChange": "2026-01-01",
        })
    }
}

impl Service {
    /// One that is called `name`.
    pub fn new(name: &str) -> Self {
        let (root, issuer) = authority("Root");
        let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
        leaf.is_ca = IsCa::ExplicitNoCa;
        let key = KeyPair::generate().unwrap();
        let certificate = leaf.signed_by(&key, &issuer).unwrap().der().to_vec();
        let lines = STANDARD.encode(root);
        Self {
            root: format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"),
            certificate,
            key,
        }
    }

    /// A file that lists these.
    pub fn file(&self, serial: u64, next_update: &str, entries: &[Value]) -> String {
        let header = json!({ "alg": "ES256", "typ": "JWT", "x5c": [STANDARD.encode(&self.certificate)] });
        let payload = json!({
            "legalHeader": "for tests", "no": serial, "nextUpdate": next_update, "entries": entries
        });
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&payload));
        let der = self.key.serialize_der();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).unwrap();
        let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

fn authority(name: &str) -> (Vec<u8>, Issuer<'static, KeyPair>) {
    let mut root = CertificateParams::new(Vec::new()).unwrap();
    root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    root.distinguished_name.push(DnType::CommonName, name);
    let key = KeyPair::generate().unwrap();
    let certificate = root.self_signed(&key).unwrap().der().to_vec();
    (certificate, Issuer::new(root, key))
}
