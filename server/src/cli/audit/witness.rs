// SPDX-License-Identifier: Apache-2.0
//! `countersign audit witness …`: an independent witness of somebody's record. It remembers the last
//! checkpoint that it saw, signs a newer one only if that continues it, and keeps the evidence when it
//! does not. It belongs on a machine that the record's administrators cannot reach.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use clap::{Args, Subcommand};
use countersign_audit::Hash;
use countersign_audit::checkpoint::Checkpoint;
use countersign_audit::checkpoint::cosignature::WitnessSigner;
use countersign_audit::checkpoint::note::{Note, VerifierKey};
use countersign_audit::tree::proof;
use rand::Rng as _;
use reqwest::{Client, Response};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::super::Failure;
use super::super::opened::outside;
use crate::clock::Clock;
use crate::outbound;
use crate::rng::Randomness;

/// No answer of a log is longer.
const LONGEST_ANSWER: usize = 1 << 20;

/// What a witness does.
#[derive(Debug, Subcommand)]
pub enum WitnessCommand {
    /// Makes a witness in a new folder, and prints what the record's configuration needs to know of it.
    New(New),
    /// Looks at the record once and signs its newest checkpoint, if it continues the last one seen.
    Sign(Sign),
}

/// Makes a witness.
#[derive(Args, Debug)]
pub struct New {
    /// Its name: an address without a scheme, for ever.
    #[arg(long)]
    name: String,
    /// The folder of its key, its token and what it saw last.
    #[arg(long)]
    folder: PathBuf,
}

/// Looks once and signs.
#[derive(Args, Debug)]
pub struct Sign {
    /// The folder that `new` made.
    #[arg(long)]
    folder: PathBuf,
    /// The address of the Countersign that keeps the record.
    #[arg(long)]
    url: String,
    /// The key of the record, as it was handed over once: `GET /api/v1/record/key`.
    #[arg(long, value_name = "KEY")]
    log_key: VerifierKey,
}

impl WitnessCommand {
    pub(super) async fn run(self) -> Result<(), Failure> {
        match self {
            Self::New(new) => new.run(),
            Self::Sign(sign) => sign.run().await,
        }
    }
}

impl New {
    fn run(self) -> Result<(), Failure> {
        let mut rng = Randomness::system().map_err(outside)?.rng();
        let mut seed = Zeroizing::new([0_u8; 32]);
        let mut token = Zeroizing::new([0_u8; 32]);
        rng.fill_bytes(seed.as_mut());
        rng.fill_bytes(token.as_mut());
        let token = Zeroizing::new(hex::encode(token.as_ref()));
        let signer = WitnessSigner::from_seed(&self.name, seed.as_ref())
            .map_err(|fault| Failure::Input(fault.to_string()))?;
        fs::create_dir_all(&self.folder).map_err(|cause| unusable(&self.folder, &cause))?;
        let seed = Zeroizing::new(hex::encode(seed.as_ref()));
        secret(
            &self.folder.join("key"),
            &format!("{} {}\n", self.name, seed.as_str()),
        )?;
        secret(&self.folder.join("token"), token.as_str())?;
        let hash = digest::digest(&digest::SHA256, token.as_bytes());
        println!("[[record.witnesses]]");
        println!("key = \"{}\"", signer.key());
        println!("token_sha256 = \"{}\"", hex::encode(hash));
        Ok(())
    }
}

/// What the record answers.
#[derive(Deserialize)]
struct Consistency {
    path: Vec<String>,
}

impl Sign {
    async fn run(self) -> Result<(), Failure> {
        // Another part of the process may have installed the same provider already.
        let _already_installed = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = outbound::client().map_err(outside)?;
        let signer = self.signer()?;
        let token = Zeroizing::new(read(&self.folder.join("token"))?);
        let note = self.get("checkpoint", &token, &client).await?;
        let new = Checkpoint::verify(&note, &self.log_key)
            .map_err(|fault| Failure::No(format!("what the record shows is not to be believed: {fault}")))?;
        let seen_file = self.folder.join("seen");
        if seen_file.exists() {
            let seen = read(&seen_file)?;
            let seen = Checkpoint::verify(&seen, &self.log_key).map_err(|fault| {
                Failure::Input(format!(
                    "`{}` does not fit --log-key: {fault}",
                    seen_file.display()
                ))
            })?;
            self.continues(&seen, &new, &note, &token, &client).await?;
        }
        // Remembered first: what was signed is never forgotten.
        replace(&seen_file, &note)?;
        let parsed = Note::parse(&note).map_err(outside)?;
        let now = u64::try_from(Clock::system().now().timestamp()).unwrap_or_default();
        let line = signer.sign(parsed.text(), now);
        let body = format!("{}\n{line}\n", parsed.text());
        let sent = client
            .post(self.address("cosignatures"))
            .bearer_auth(token.trim())
            .header("content-type", "text/plain")
            .body(body);
        answer(sent.send().await.map_err(outside)?).await?;
        println!("ok: signed {} leaves, root {}", new.size, new.root);
        Ok(())
    }

    /// Refuses, and keeps what was shown, unless `new` continues `seen`.
    async fn continues(
        &self,
        seen: &Checkpoint,
        new: &Checkpoint,
        note: &str,
        token: &str,
        client: &Client,
    ) -> Result<(), Failure> {
        let path = if new.size > seen.size && seen.size > 0 {
            let wanted = format!("proofs/consistency?from={}&to={}", seen.size, new.size);
            let proof = self.get(&wanted, token, client).await?;
            let proof: Consistency = serde_json::from_str(&proof).map_err(outside)?;
            let hashes = proof.path.iter().map(|text| text.parse::<Hash>());
            hashes.collect::<Result<Vec<_>, _>>().map_err(outside)?
        } else {
            Vec::new()
        };
        if proof::extends(&seen.state(), &new.state(), &path) {
            return Ok(());
        }
        let evidence = self.folder.join(format!("evidence-{}", new.size));
        replace(&evidence, note)?;
        Err(Failure::No(format!(
            "the record shows another history: {} leaves with root {} do not continue {} leaves with root {}; \
             both are signed, the notes are `{}` and `seen` beside it",
            new.size,
            new.root,
            seen.size,
            seen.root,
            evidence.display()
        )))
    }

    fn signer(&self) -> Result<WitnessSigner, Failure> {
        let path = self.folder.join("key");
        let held = Zeroizing::new(read(&path)?);
        let bad = || {
            Failure::Input(format!(
                "`{}` holds no key: `audit witness new` makes one",
                path.display()
            ))
        };
        let (name, seed) = held.trim().split_once(' ').ok_or_else(bad)?;
        let seed = Zeroizing::new(hex::decode(seed).map_err(|_| bad())?);
        WitnessSigner::from_seed(name, &seed).map_err(|_| bad())
    }

    fn address(&self, path: &str) -> String {
        format!("{}/api/v1/record/{path}", self.url.trim_end_matches('/'))
    }

    async fn get(&self, path: &str, token: &str, client: &Client) -> Result<String, Failure> {
        let asked = client.get(self.address(path)).bearer_auth(token.trim());
        answer(asked.send().await.map_err(outside)?).await
    }
}

/// The text of an answer that is no refusal.
async fn answer(mut response: Response) -> Result<String, Failure> {
    let status = response.status();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(outside)? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            return Err(Failure::Outside(
                "the record's answer is longer than 1 MiB".to_owned(),
            ));
        }
    }
    let text = String::from_utf8_lossy(&body).into_owned();
    if status.is_success() {
        return Ok(text);
    }
    Err(Failure::Outside(format!(
        "the record answered {status}: {}",
        text.trim()
    )))
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|cause| unusable(path, &cause))
}

/// A new file for its owner alone.
fn secret(path: &Path, text: &str) -> Result<(), Failure> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    made.and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    })
    .map_err(|cause| unusable(path, &cause))
}

fn replace(path: &Path, text: &str) -> Result<(), Failure> {
    let fresh = path.with_extension("new");
    File::create(&fresh)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&fresh, path)
        })
        .map_err(|cause| unusable(path, &cause))
}

fn unusable(path: &Path, cause: &std::io::Error) -> Failure {
    Failure::Input(format!("`{}` cannot be used: {cause}", path.display()))
}
