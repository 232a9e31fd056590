// SPDX-License-Identifier: Apache-2.0
//! A software authenticator (WebAuthn Level 2): one ES256 passkey, attestation `none` or `packed`, CBOR by
//! hand. It says what tests tell it to say, also what no honest one would.

use std::sync::Arc;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::fido::Maker;

/// User present.
pub const UP: u8 = 0x01;
/// User verified.
pub const UV: u8 = 0x04;
/// Backup eligible.
pub const BE: u8 = 0x08;
/// Backed up.
pub const BS: u8 = 0x10;
const AT: u8 = 0x40;

/// An authenticator with one passkey.
#[derive(Debug)]
pub struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    /// The flags it sets.
    pub flags: u8,
    /// The signature counter; it goes up before each signature unless it is zero.
    pub counter: u32,
    /// The user handle it was given.
    pub user_handle: Vec<u8>,
    /// The origin that its browser says it is at.
    pub origin: String,
    /// The relying party that it believes in.
    pub rp_id: String,
    /// The model that it says it is.
    pub aaguid: [u8; 16],
    /// Who attests that.
    pub maker: Option<Arc<Maker>>,
}

impl Authenticator {
    /// One at `origin`, whose passkey is called `id`.
    pub fn new(origin: &str, rp_id: &str, id: &[u8]) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        Self {
            key,
            id: id.to_vec(),
            flags: UP | UV,
            counter: 1,
            user_handle: Vec::new(),
            origin: origin.into(),
            rp_id: rp_id.into(),
            aaguid: [0; 16],
            maker: None,
        }
    }

    /// The same, of a model that its maker attests.
    pub fn made_by(maker: &Arc<Maker>, origin: &str, rp_id: &str, id: &[u8]) -> Self {
        Self {
            aaguid: maker.aaguid,
            maker: Some(Arc::clone(maker)),
            ..Self::new(origin, rp_id, id)
        }
    }

    /// Answers creation options.
    pub fn create(&mut self, options: &Value) -> String {
        self.user_handle = URL_SAFE_NO_PAD
            .decode(options["user"]["id"].as_str().unwrap())
            .unwrap();
        let client_data = self.client_data("webauthn.create", options);
        let mut auth_data = self.auth_data(self.flags | AT);
        auth_data.extend(self.aaguid);
        auth_data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        auth_data.extend(&self.id);
        auth_data.extend(self.cose_key());
        let mut object = vec![0xa3];
        object.extend(text("fmt"));
        match &self.maker {
            Some(maker) if options["attestation"] == "direct" => {
                let mut signed = auth_data.clone();
                signed.extend(digest(&SHA256, &client_data).as_ref());
                object.extend(text("packed"));
                object.extend(text("attStmt"));
                // `{"alg": -7, "sig": …, "x5c": […]}`.
                object.push(0xa3);
                object.extend(text("alg"));
                object.push(0x26);
                object.extend(text("sig"));
                object.extend(bytes(&maker.sign(&signed)));
                object.extend(text("x5c"));
                object.push(0x81);
                object.extend(bytes(&maker.certificate));
            }
            _ => {
                object.extend(text("none"));
                object.extend(text("attStmt"));
                object.push(0xa0);
            }
        }
        object.extend(text("authData"));
        object.extend(bytes(&auth_data));
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key", "extensions": {},
            "response": { "clientDataJSON": b64(&client_data), "attestationObject": b64(&object), "transports": ["internal"] },
        })
        .to_string()
    }

    /// Answers request options.
    pub fn get(&mut self, options: &Value) -> String {
        if self.counter > 0 {
            self.counter += 1;
        }
        let client_data = self.client_data("webauthn.get", options);
        let auth_data = self.auth_data(self.flags);
        let mut signed = auth_data.clone();
        signed.extend(digest(&SHA256, &client_data).as_ref());
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": b64(&self.id), "rawId": b64(&self.id), "type": "public-key", "extensions": {},
            "response": {
                "clientDataJSON": b64(&client_data), "authenticatorData": b64(&auth_data),
                "signature": b64(signature.as_ref()), "userHandle": b64(&self.user_handle),
            },
        })
        .to_string()
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn auth_data(&self, flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// `{1: 2, 3: -7, -1: 1, -2: x, -3: y}`.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let mut map = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21];
        map.extend(bytes(&point[1..33]));
        map.push(0x22);
        map.extend(bytes(&point[33..65]));
        map
    }
}

fn text(text: &str) -> Vec<u8> {
    let mut cbor = vec![0x60 | u8::try_from(text.len()).unwrap()];
    cbor.extend(text.as_bytes());
    cbor
}

fn bytes(bytes: &[u8]) -> Vec<u8> {
    let mut cbor = match u8::try_from(bytes.len()) {
        Ok(short @ 0..=23) => vec![0x40 | short],
        Ok(long) => vec![0x58, long],
        Err(_) => {
            let mut head = vec![0x59];
            head.extend(u16::try_from(bytes.len()).unwrap().to_be_bytes());
            head
        }
    };
    cbor.extend(bytes);
    cbor
}

fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
