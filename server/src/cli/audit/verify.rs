// SPDX-License-Identifier: Apache-2.0
//! `countersign audit verify`: recomputes the whole record, in its store or in an export, and names the
//! first leaf that does not fit.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_audit::Hash;
use countersign_audit::checkpoint::Checkpoint;
use countersign_audit::checkpoint::cosignature::WitnessKey;
use countersign_audit::checkpoint::note::{Note, VerifierKey};
use countersign_audit::export::{Checker, Checks, ExportFault, ExportReport, LONGEST_LINE};
use countersign_audit::verify::{self, Fault};

use super::super::Failure;
use super::super::opened::{Store, outside};
use crate::database::Database;
use crate::record;

/// Recomputes the record.
#[derive(Args, Debug)]
pub struct Verify {
    #[command(flatten)]
    store: Store,
    /// Checks this export and needs no store.
    #[arg(long, value_name = "FILE")]
    export: Option<PathBuf>,
    /// The key that must have signed the checkpoints: `name+keyid+base64`, or a file that holds it.
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// A checkpoint (signed note) of the same time as the export; as --kept, and it needs --key.
    #[arg(long, value_name = "FILE", requires = "key")]
    checkpoint: Vec<PathBuf>,
    /// What was kept earlier: a signed note in a file, an earlier export, or SIZE:ROOT as an earlier
    /// run printed it. That record must be the start of this one.
    #[arg(long, value_name = "FILE|SIZE:ROOT")]
    kept: Vec<String>,
    /// A witness's key; how many checkpoints of the export it signed is told.
    #[arg(long, value_name = "KEY", requires = "export")]
    witness: Vec<WitnessKey>,
}

impl Verify {
    pub(super) async fn run(self) -> Result<(), Failure> {
        let key = self.key.as_deref().map(key).transpose()?;
        let mut checks = Checks {
            key,
            witnesses: self.witness.clone(),
            ..Checks::default()
        };
        for path in &self.checkpoint {
            let kept = note(path, checks.key.as_ref())?;
            checks.kept.push(kept);
        }
        for kept in &self.kept {
            self.read_kept(kept, &mut checks)?;
        }
        match &self.export {
            Some(file) => offline(file, checks),
            None => in_store(&self.store, &checks.kept).await,
        }
    }

    fn read_kept(&self, kept: &str, checks: &mut Checks) -> Result<(), Failure> {
        let path = Path::new(kept);
        if !path.exists() {
            let checkpoint = size_and_root(kept).map_err(|why| {
                Failure::Input(format!("--kept `{kept}` is neither a file nor SIZE:ROOT: {why}"))
            })?;
            checks.kept.push(checkpoint);
            return Ok(());
        }
        let mut first = [0_u8; 1];
        let length = open(path)?.read(&mut first).map_err(outside)?;
        if length == 1 && first == *b"{" {
            if self.export.is_none() {
                return Err(Failure::Input(format!(
                    "`{kept}` is an export: it can be held against another one, named with --export"
                )));
            }
            let against = Checks {
                key: checks.key.clone(),
                ..Checks::default()
            };
            let (_, hashes) = read(path, Checker::new(against).keeping_hashes())?;
            if hashes.len() > checks.earlier.len() {
                checks.earlier = hashes;
            }
            return Ok(());
        }
        let checkpoint = note(path, checks.key.as_ref())?;
        checks.kept.push(checkpoint);
        Ok(())
    }
}

async fn in_store(store: &Store, kept: &[Checkpoint]) -> Result<(), Failure> {
    let config = store.existing()?;
    let durability = config.record.durability;
    let database = Database::open(config.database.url(), 2, durability).await?;
    let mut db = database.pool.acquire().await.map_err(outside)?;
    let report = verify::database(&mut db, |_, _| {}).await.map_err(no)?;
    for earlier in kept {
        verify::kept(earlier, &mut db).await.map_err(no)?;
    }
    let journals = verify::journals(&record::folder(&config.data_dir)).map_err(outside)?;
    if let Some(damage) = journals.damages.first() {
        return Err(Failure::No(format!("a journal does not verify: {damage}")));
    }
    println!(
        "ok: {} leaves, {} with their inputs, {} checkpoints, root {}; {} journal epochs",
        report.leaves, report.inputs_kept, report.checkpoints, report.root, journals.epochs
    );
    println!(
        "to be kept elsewhere, for --kept: {}:{}",
        report.leaves, report.root
    );
    Ok(())
}

fn offline(file: &Path, checks: Checks) -> Result<(), Failure> {
    let with_key = checks.key.is_some();
    let (report, _) = read(file, Checker::new(checks))?;
    let root = report.root.map(|root| root.to_string()).unwrap_or_default();
    let checked = if with_key {
        format!("{} of them signed by the key", report.signed)
    } else {
        "their signatures not checked (no --key)".to_owned()
    };
    println!(
        "ok: {} leaves, {} with their inputs, {} checkpoints, {checked}, {} kept ones passed, root {root}",
        report.leaves, report.inputs_kept, report.checkpoints, report.kept
    );
    for (witness, count) in &report.cosigned {
        println!("witness {witness}: {count} checkpoints");
    }
    println!("to be kept elsewhere, for --kept: {}:{root}", report.leaves);
    Ok(())
}

/// Reads a whole export, a line at a time.
fn read(file: &Path, mut checker: Checker) -> Result<(ExportReport, Vec<Hash>), Failure> {
    let named = |fault: ExportFault| match fault {
        ExportFault::Line { line: 1, .. } => Failure::Input(format!("`{}`: {fault}", file.display())),
        fault => Failure::No(format!("`{}` does not verify: {fault}", file.display())),
    };
    let mut reader = BufReader::new(open(file)?);
    let mut line = Vec::new();
    loop {
        line.clear();
        let longest = LONGEST_LINE as u64 + 2;
        let length = reader
            .by_ref()
            .take(longest)
            .read_until(b'\n', &mut line)
            .map_err(outside)?;
        if length == 0 {
            break;
        }
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        checker.line(text).map_err(named)?;
    }
    checker.finish().map_err(named)
}

fn open(path: &Path) -> Result<File, Failure> {
    File::open(path).map_err(|cause| Failure::Input(format!("`{}` cannot be read: {cause}", path.display())))
}

/// A checkpoint from a file; with a key, only a signed one.
fn note(path: &Path, key: Option<&VerifierKey>) -> Result<Checkpoint, Failure> {
    let fault = |cause: &dyn std::fmt::Display| Failure::Input(format!("`{}`: {cause}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|cause| fault(&cause))?;
    if let Some(key) = key {
        return Checkpoint::verify(&text, key).map_err(|cause| fault(&cause));
    }
    let note = Note::parse(&text).map_err(|cause| fault(&cause))?;
    Checkpoint::parse(note.text()).map_err(|cause| fault(&cause))
}

/// A key as it is, or in a file.
fn key(text: &str) -> Result<VerifierKey, Failure> {
    let held = match std::fs::read_to_string(text) {
        Ok(held) => held,
        Err(_) => text.to_owned(),
    };
    held.trim()
        .parse()
        .map_err(|fault| Failure::Input(format!("--key `{text}`: {fault}")))
}

fn no(fault: Fault) -> Failure {
    match fault {
        Fault::Store(cause) => outside(cause),
        fault => Failure::No(format!("the record does not verify: {fault}")),
    }
}

/// Reads `SIZE:ROOT`.
fn size_and_root(text: &str) -> Result<Checkpoint, String> {
    let (size, root) = text.split_once(':').ok_or("expected SIZE:ROOT")?;
    Ok(Checkpoint {
        origin: "(kept)".to_owned(),
        size: size
            .parse()
            .map_err(|_| format!("`{size}` is no number of leaves"))?,
        root: root.parse().map_err(|fault| format!("`{root}`: {fault}"))?,
    })
}
