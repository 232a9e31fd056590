// SPDX-License-Identifier: Apache-2.0
//! The FIDO Metadata Service's file (MDS3): a signed list of authenticator models with their anchors
//! and what became known of them. Read as a file that somebody brought; nothing is fetched.
//!
//! Signature and chain are checked here, to roots that the deployment names, and the signer's name
//! too: the public root signs for many others. That the serial number grows is checked where the
//! file is kept.

use std::collections::BTreeMap;

use aws_lc_rs::signature::{self, UnparsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use rustls_pki_types::CertificateDer;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use webpki::EndEntityCert;

use super::chain;
use super::rules::Certification;

/// The largest file that is read. The published one has about 6 MiB.
pub const LARGEST: usize = 32 * 1024 * 1024;
const MOST_MODELS: usize = 50_000;
const MOST_ANCHORS: usize = 64;
const LONGEST_DESCRIPTION: usize = 200;

/// What is known of authenticator models.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Metadata {
    /// The serial number; later files have greater ones.
    pub serial: u64,
    /// The day by which a newer file is due.
    pub next_update: NaiveDate,
    /// The models, by AAGUID.
    pub models: BTreeMap<Uuid, Model>,
}

/// What is known of a model.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// What it is called.
    pub description: String,
    /// The best certification that it was given.
    pub certification: Option<Certification>,
    /// Every status that was ever reported, as the file says it.
    pub statuses: Vec<String>,
    /// Whether its keys are protected by hardware.
    pub hardware: bool,
    /// The certificates (DER) that its attestations lead to.
    #[serde(with = "der_list")]
    pub anchors: Vec<Vec<u8>>,
}

/// Whose files are believed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Signer {
    /// The roots (DER).
    pub roots: Vec<Vec<u8>>,
    /// What the signer's certificate must be called.
    pub name: String,
}

/// Why a metadata file is not taken.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum MetadataError {
    /// The signer is not the one that is believed.
    #[error("the signer of the metadata is not trusted: {0}")]
    Chain(String),
    /// It is no signed list of models.
    #[error("the metadata cannot be read: {0}")]
    Form(String),
    /// The signature does not fit.
    #[error("the signature of the metadata does not fit: it was altered, or cut short")]
    Signature,
    /// Too large.
    #[error("the metadata is larger than {LARGEST} bytes")]
    Size,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    #[serde(default)]
    x5c: Vec<String>,
}

#[derive(Deserialize)]
struct Payload {
    no: u64,
    #[serde(rename = "nextUpdate")]
    next_update: NaiveDate,
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    aaguid: Option<Uuid>,
    metadata_statement: Option<Statement>,
    #[serde(default)]
    status_reports: Vec<Report>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statement {
    #[serde(default)]
    description: String,
    #[serde(default)]
    key_protection: Vec<String>,
    #[serde(default)]
    attestation_root_certificates: Vec<String>,
}

#[derive(Deserialize)]
struct Report {
    status: String,
}

impl Metadata {
    /// Reads a metadata file that `signer` signed.
    pub fn read(file: &[u8], signer: &Signer, now: DateTime<Utc>) -> Result<Self, MetadataError> {
        if file.len() > LARGEST {
            return Err(MetadataError::Size);
        }
        let text = std::str::from_utf8(file)
            .map_err(|_| form("it is no text"))?
            .trim();
        let (content, signature) = text.rsplit_once('.').ok_or_else(|| form("it is no JWS"))?;
        let (header, payload) = content.split_once('.').ok_or_else(|| form("it is no JWS"))?;
        let header: Header = json(header)?;
        let chain: Vec<Vec<u8>> = header
            .x5c
            .iter()
            .take(chain::LONGEST + 1)
            .map(|one| der(one).ok_or_else(|| form("`x5c` holds no certificate")))
            .collect::<Result<_, _>>()?;
        chain::leads_to(&chain, &signer.roots, Some(&signer.name), now).map_err(MetadataError::Chain)?;
        let leaf = chain.first().ok_or_else(|| form("`x5c` is missing"))?;
        let signature = decoded(signature)?;
        if !fits(&header.alg, leaf, content.as_bytes(), &signature) {
            return Err(MetadataError::Signature);
        }
        Self::of(&decoded(payload)?)
    }

    /// Reads the list itself, whoever wrote it: for [`Metadata::read`], and for what tries its parser.
    pub fn of(payload: &[u8]) -> Result<Self, MetadataError> {
        let payload: Payload = serde_json::from_slice(payload).map_err(|fault| form(&fault.to_string()))?;
        if payload.entries.len() > MOST_MODELS {
            return Err(form("it lists too many models"));
        }
        let mut models = BTreeMap::new();
        for entry in payload.entries {
            // Without an AAGUID it is about keys before FIDO2, which verify no user.
            let (Some(aaguid), Some(statement)) = (entry.aaguid, entry.metadata_statement) else {
                continue;
            };
            models.insert(aaguid, model(statement, entry.status_reports)?);
        }
        Ok(Self {
            serial: payload.no,
            next_update: payload.next_update,
            models,
        })
    }

    /// Whether a newer file is overdue.
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        now.date_naive() > self.next_update
    }

    /// How long it is until a newer file is due.
    pub fn due_in(&self, now: DateTime<Utc>) -> TimeDelta {
        self.next_update - now.date_naive()
    }
}

fn model(statement: Statement, reports: Vec<Report>) -> Result<Model, MetadataError> {
    let anchors: Vec<Vec<u8>> = statement
        .attestation_root_certificates
        .iter()
        .take(MOST_ANCHORS)
        .map(|one| der(one).ok_or_else(|| form("`attestationRootCertificates` holds no certificate")))
        .collect::<Result<_, _>>()?;
    let protected = ["hardware", "secure_element", "tee"];
    let statuses: Vec<String> = reports.into_iter().map(|report| report.status).collect();
    Ok(Model {
        description: statement
            .description
            .chars()
            .filter(|c| !c.is_control())
            .take(LONGEST_DESCRIPTION)
            .collect(),
        certification: statuses
            .iter()
            .filter_map(|status| Certification::of_status(status))
            .max(),
        hardware: statement
            .key_protection
            .iter()
            .any(|kind| protected.contains(&kind.as_str())),
        statuses,
        anchors,
    })
}

fn fits(algorithm: &str, certificate: &[u8], content: &[u8], signature: &[u8]) -> bool {
    let algorithm: &dyn signature::VerificationAlgorithm = match algorithm {
        "ES256" => &signature::ECDSA_P256_SHA256_FIXED,
        "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
        _ => return false,
    };
    let certificate = CertificateDer::from(certificate);
    let Ok(signer) = EndEntityCert::try_from(&certificate) else {
        return false;
    };
    UnparsedPublicKey::new(algorithm, signer.subject_public_key_info().as_ref())
        .verify(content, signature)
        .is_ok()
}

fn json<T: serde::de::DeserializeOwned>(part: &str) -> Result<T, MetadataError> {
    serde_json::from_slice(&decoded(part)?).map_err(|fault| form(&fault.to_string()))
}

fn decoded(part: &str) -> Result<Vec<u8>, MetadataError> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| form("a part is not base64url"))
}

/// Some certificates in the published file are broken over lines.
fn der(text: &str) -> Option<Vec<u8>> {
    let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(text).ok()
}

fn form(what: &str) -> MetadataError {
    MetadataError::Form(what.to_owned())
}

mod der_list {
    use super::{Engine, STANDARD};
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    pub(super) fn serialize<S: Serializer>(list: &[Vec<u8>], serializer: S) -> Result<S::Ok, S::Error> {
        let texts: Vec<String> = list.iter().map(|one| STANDARD.encode(one)).collect();
        texts.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Vec<u8>>, D::Error> {
        let texts = Vec::<String>::deserialize(deserializer)?;
        let decoded = texts.iter().map(|one| STANDARD.decode(one));
        decoded
            .collect::<Result<_, _>>()
            .map_err(serde::de::Error::custom)
    }
}
