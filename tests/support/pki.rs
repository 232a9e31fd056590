// SPDX-License-Identifier: Apache-2.0
//! A test authority, the certificates and revocation lists that it issues.

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CustomExtension, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason,
    RevokedCertParams, SanType, SerialNumber, date_time_ymd,
};

/// PIV authentication.
pub const PIV: &str = "2.16.840.1.101.3.2.1.3.13";
/// PIV card authentication: no PIN.
pub const CARD_AUTHENTICATION: &str = "2.16.840.1.101.3.2.1.3.17";
const UPN: [u64; 10] = [1, 3, 6, 1, 4, 1, 311, 20, 2, 3];

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
    /// Its DNS name.
    pub dns: Option<&'static str>,
    /// Its URI.
    pub uri: Option<&'static str>,
    /// Its policy.
    pub policy: Option<&'static str>,
    /// Whether it is for signing in.
    pub is_for_clients: bool,
    /// With the first day of this year it begins.
    pub begins: i32,
    /// The first day of this year ends it.
    pub ends: i32,
}

impl Leaf {
    /// A good one.
    pub fn of(serial: u64, upn: &'static str) -> Self {
        Self {
            serial,
            upn: Some(upn),
            dns: None,
            uri: None,
            policy: Some(PIV),
            is_for_clients: true,
            begins: 2020,
            ends: 2040,
        }
    }

    /// A good one of a program.
    pub fn of_program(serial: u64, dns: &'static str) -> Self {
        Self {
            upn: None,
            dns: Some(dns),
            policy: None,
            ..Self::of(serial, "")
        }
    }

    /// A good one of a device.
    pub fn of_device(serial: u64, uri: &'static str) -> Self {
        Self {
            upn: None,
            uri: Some(uri),
            policy: None,
            ..Self::of(serial, "")
        }
    }

    /// One that nobody issued: it signed itself.
    pub fn self_signed(&self) -> TestCard {
        let (key, params) = self.made();
        TestCard {
            pem: params.self_signed(&key).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    fn made(&self) -> (KeyPair, CertificateParams) {
        let mut params = CertificateParams::default();
        let name = format!("Card {}", self.serial);
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(SerialNumber::from(self.serial));
        params.not_before = date_time_ymd(self.begins, 1, 1);
        params.not_after = date_time_ymd(self.ends, 1, 1);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![if self.is_for_clients {
            ExtendedKeyUsagePurpose::ClientAuth
        } else {
            ExtendedKeyUsagePurpose::EmailProtection
        }];
        if let Some(upn) = self.upn {
            let name = SanType::OtherName((UPN.into(), upn.into()));
            params.subject_alt_names.push(name);
        }
        if let Some(dns) = self.dns {
            params
                .subject_alt_names
                .push(SanType::DnsName(dns.try_into().unwrap()));
        }
        if let Some(uri) = self.uri {
            let name = SanType::URI(uri.try_into().unwrap());
            params.subject_alt_names.push(name);
        }
        if let Some(policy) = self.policy {
            let content = policies(policy);
            let extension = CustomExtension::from_oid_content(&[2, 5, 29, 32], content);
            params.custom_extensions.push(extension);
        }
        (KeyPair::generate().unwrap(), params)
    }
}

impl Authority {
    /// One that signed itself.
    pub fn new(name: &str) -> Self {
        let params = authority(name, 1);
        let key = KeyPair::generate().unwrap();
        let pem = params.self_signed(&key).unwrap().pem();
        Self { params, key, pem }
    }

    /// One that this one signed.
    pub fn below(&self, serial: u64, name: &str) -> Self {
        let mut params = authority(name, 0);
        params.serial_number = Some(SerialNumber::from(serial));
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let pem = params.signed_by(&key, &issuer).unwrap().pem();
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

    /// Issues a certificate.
    pub fn issue(&self, leaf: &Leaf) -> TestCard {
        let (key, params) = leaf.made();
        let issuer = Issuer::from_params(&self.params, &self.key);
        TestCard {
            pem: params.signed_by(&key, &issuer).unwrap().pem(),
            key: key.serialize_pem(),
        }
    }

    /// Issues a certificate of a host.
    pub fn host(&self, name: &str) -> TestCard {
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2040, 1, 1);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
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

fn authority(name: &str, below: u8) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(below));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(2040, 1, 1);
    params
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
