// SPDX-License-Identifier: Apache-2.0
//! The record: how firmly it is written before an answer leaves, who vouches for it, and how long
//! what lies beside it is kept.

use countersign_audit::checkpoint::cosignature::WitnessKey;
use countersign_audit::checkpoint::note::{NoteSyntax, Signer};
use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;

/// `[record]`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Record {
    /// What an acknowledged decision survives.
    pub durability: Durability,
    /// The name of this record in its checkpoints: an address without its scheme. Absent: the name that
    /// it has; at the first start the issuer's address, followed by `/record`. Under another name another
    /// key signs.
    pub origin: Option<String>,
    /// How often the tree is signed while it grows, in seconds.
    pub checkpoint_seconds: u64,
    /// Who vouches that no other history was shown: they sign checkpoints that continue what they saw.
    pub witnesses: Vec<Witness>,
    /// How long what a decision rested on is kept beside its leaf, in days. Later it can no longer be
    /// replayed; its leaf stays.
    pub inputs_days: u32,
    /// How long earlier states of the world are kept, in days. Decisions older than that can no longer
    /// be replayed.
    pub history_days: u32,
    /// How much may wait in the journal of this process to be moved into the record, in bytes. Then
    /// the record counts as unavailable.
    pub journal_bytes: u64,
    /// The space set aside on disk for decisions at rank 0 while the journal cannot be written, in
    /// bytes. When it is full they are denied too; 0: they are denied at once.
    pub spool_bytes: u32,
}

/// A witness.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Witness {
    /// Its public key, `name+keyid+base64`, of the cosignature type (0x04).
    pub key: String,
    /// SHA-256, in hexadecimal, of the bearer token with which it reads checkpoints and proofs and hands
    /// in its signatures. Absent: an auditor carries them.
    pub token_sha256: Option<String>,
}

/// What an acknowledged decision survives.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// The loss of power: synced to disk, in groups. The production default.
    #[default]
    Power,
    /// The death of the process (kill -9), not of the machine.
    Process,
}

impl Record {
    /// Checks the values.
    pub(super) fn check(&self, issuer: &str) -> Result<(), ConfigError> {
        let fault = |key: &str, message: String| ConfigError::Key {
            key: format!("record.{key}"),
            message,
        };
        let origin = self.origin.clone().unwrap_or_else(|| first_origin(issuer));
        Signer::from_seed(&origin, &[0; 32]).map_err(|cause| fault("origin", cause.to_string()))?;
        let mut names = std::collections::BTreeSet::new();
        for witness in &self.witnesses {
            let key = witness
                .key()
                .map_err(|cause| fault("witnesses", format!("`{}`: {cause}", witness.key)))?;
            if !names.insert(key.name().to_owned()) {
                return Err(fault("witnesses", format!("`{}` is named twice", key.name())));
            }
            let hash = witness.token_sha256.as_deref().map(hex::decode);
            if hash.is_some_and(|hash| hash.map_or(0, |bytes| bytes.len()) != 32) {
                let message = format!("`token_sha256` of `{}` is no SHA-256 in hexadecimal", key.name());
                return Err(fault("witnesses", message));
            }
        }
        for (key, value) in [
            ("checkpoint_seconds", self.checkpoint_seconds),
            ("history_days", u64::from(self.history_days)),
            ("inputs_days", u64::from(self.inputs_days)),
            ("journal_bytes", self.journal_bytes),
        ] {
            if value == 0 {
                return Err(fault(key, "must be at least 1".to_owned()));
            }
        }
        Ok(())
    }
}

/// The name of a record that has none yet.
pub fn first_origin(issuer: &str) -> String {
    let (_, place) = issuer.split_once("://").unwrap_or(("", issuer));
    format!("{place}/record")
}

impl Witness {
    /// Its key.
    pub fn key(&self) -> Result<WitnessKey, NoteSyntax> {
        self.key.parse()
    }
}

impl Default for Record {
    fn default() -> Self {
        Self {
            durability: Durability::default(),
            origin: None,
            checkpoint_seconds: 10,
            witnesses: Vec::new(),
            inputs_days: 400,
            history_days: 400,
            journal_bytes: 4 << 30,
            spool_bytes: 1 << 20,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, ConfigError};

    fn parse(text: &str) -> Result<Config, ConfigError> {
        Config::from_table(text.parse().unwrap())
    }

    #[test]
    fn the_record_is_named_by_the_issuer_at_first_and_no_name_holds_a_space() {
        assert_eq!(
            super::first_origin("https://id.example:444"),
            "id.example:444/record"
        );
        assert!(parse("[record]\norigin = \"id.example/2026\"").is_ok());
        assert!(parse("[record]\norigin = \"a b\"").is_err());
    }

    #[test]
    fn a_log_s_key_and_a_short_hash_are_no_witness() {
        let log = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let fault = parse(&format!("[[record.witnesses]]\nkey = \"{log}\""))
            .unwrap_err()
            .to_string();
        assert!(fault.contains("record.witnesses"), "{fault}");
        let key = countersign_audit::checkpoint::cosignature::WitnessSigner::from_seed("w", &[1; 32]);
        let key = key.unwrap().key();
        assert!(parse(&format!("[[record.witnesses]]\nkey = \"{key}\"")).is_ok());
        assert!(
            parse(&format!(
                "[[record.witnesses]]\nkey = \"{key}\"\ntoken_sha256 = \"ab\""
            ))
            .is_err()
        );
    }
}
