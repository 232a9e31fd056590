// SPDX-License-Identifier: Apache-2.0
//! Checks an export, line by line, in the memory of one line and of what was kept elsewhere.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{LONGEST_LINE, Line};
use crate::canonical;
use crate::checkpoint::cosignature::WitnessKey;
use crate::checkpoint::note::{Note, VerifierKey};
use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::{self, Hash};
use crate::leaf::Origin;
use crate::tree::Frontier;

/// What an export is held against.
#[derive(Clone, Debug, Default)]
pub struct Checks {
    /// The key that must have signed every checkpoint of its log.
    pub key: Option<VerifierKey>,
    /// Witnesses; how many checkpoints each of them signed is counted.
    pub witnesses: Vec<WitnessKey>,
    /// Checkpoints that were kept elsewhere: the export must pass through each of them.
    pub kept: Vec<Checkpoint>,
    /// The leaf hashes of an export that was kept elsewhere: the new one must begin with them.
    pub earlier: Vec<Hash>,
}

/// Reads an export.
#[derive(Debug)]
pub struct Checker {
    checks: Checks,
    begun: bool,
    ended: bool,
    line: u64,
    tree: Frontier,
    hashes: Vec<Hash>,
    keeps_hashes: bool,
    /// Up to here a checkpoint has confirmed the leaves.
    confirmed: u64,
    journals: BTreeMap<(String, u64), u64>,
    report: ExportReport,
}

/// What was found in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExportReport {
    /// Leaves recomputed.
    pub leaves: u64,
    /// Leaves whose inputs are in the file and fit.
    pub inputs_kept: u64,
    /// Checkpoints in the file that the tree passes through.
    pub checkpoints: u64,
    /// How many of them are signed by the key that was asked for.
    pub signed: u64,
    /// How many of them each witness signed.
    pub cosigned: BTreeMap<String, u64>,
    /// Checkpoints from elsewhere that the tree passes through.
    pub kept: u64,
    /// The root of the whole tree.
    pub root: Option<Hash>,
}

/// The first thing in an export that does not fit.
#[derive(Debug, thiserror::Error)]
pub enum ExportFault {
    /// Not a line of an export.
    #[error("line {line} is no line of an export: {why}")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong.
        why: String,
    },
    /// One leaf is wrong in itself.
    #[error("leaf {index} does not fit: {why}")]
    Leaf {
        /// Its number.
        index: u64,
        /// What is wrong with it.
        why: String,
    },
    /// Each leaf fits its own hash, but together they do not give a root that was signed.
    #[error("leaf {from} or one after it, up to leaf {last}, was replaced: {what} has another root")]
    Range {
        /// The first leaf that may be wrong.
        from: u64,
        /// The last.
        last: u64,
        /// Which root.
        what: String,
    },
    /// Leaves are gone from the end.
    #[error("leaf {size} is missing: {what} is over {signed} leaves, the file holds {size}")]
    Truncated {
        /// The leaves that are left.
        size: u64,
        /// The leaves that there must be.
        signed: u64,
        /// Who says so.
        what: String,
    },
    /// A checkpoint is not signed by the key, or not a checkpoint.
    #[error("the checkpoint in line {line} is not to be believed: {cause}")]
    Checkpoint {
        /// Counted from 1.
        line: u64,
        /// Why.
        cause: CheckpointError,
    },
}

impl Checker {
    /// A checker that has read nothing.
    pub fn new(checks: Checks) -> Self {
        Self {
            checks,
            begun: false,
            ended: false,
            line: 0,
            tree: Frontier::default(),
            hashes: Vec::new(),
            keeps_hashes: false,
            confirmed: 0,
            journals: BTreeMap::new(),
            report: ExportReport::default(),
        }
    }

    /// Keeps the leaves' hashes, for [`Checks::earlier`] of a later export: 32 bytes each.
    #[must_use]
    pub fn keeping_hashes(self) -> Self {
        Self {
            keeps_hashes: true,
            ..self
        }
    }

    /// Reads the next line, without its newline.
    pub fn line(&mut self, text: &[u8]) -> Result<(), ExportFault> {
        self.line += 1;
        if text.len() > LONGEST_LINE {
            return Err(self.no_line("it is too long"));
        }
        if self.ended {
            return Err(self.no_line("it stands after the end"));
        }
        let line: Line = serde_json::from_slice(text).map_err(|cause| self.no_line(cause))?;
        match line {
            Line::Head { version: 1, .. } if !self.begun => {
                self.begun = true;
                self.pass_kept(0)
            }
            Line::Head { version: 1, .. } => Err(self.no_line("the file begins a second time")),
            Line::Head { version, .. } => Err(self.no_line(format_args!("version {version} is not known"))),
            _ if !self.begun => Err(self.no_line("the file does not begin as an export")),
            Line::Leaf {
                hash,
                record,
                salt,
                inputs,
            } => self.leaf(&hash, record.as_bytes(), salt.as_deref(), inputs.as_deref()),
            Line::Checkpoint { note } => self.checkpoint(&note),
            Line::End { size, root } => self.end(size, &root),
        }
    }

    /// After the last line: what was found, or what is missing.
    pub fn finish(self) -> Result<(ExportReport, Vec<Hash>), ExportFault> {
        let size = self.tree.size();
        for kept in &self.checks.kept {
            if kept.size > size {
                return Err(Self::truncated(size, kept.size, kept_name(kept)));
            }
        }
        if self.checks.earlier.len() as u64 > size {
            let what = "the earlier export".to_owned();
            return Err(Self::truncated(size, self.checks.earlier.len() as u64, what));
        }
        if !self.ended {
            return Err(ExportFault::Line {
                line: self.line + 1,
                why: "the file stops before its end".to_owned(),
            });
        }
        let report = ExportReport {
            leaves: size,
            root: Some(self.tree.root()),
            ..self.report
        };
        Ok((report, self.hashes))
    }

    fn leaf(
        &mut self,
        hash: &str,
        record: &[u8],
        salt: Option<&str>,
        inputs: Option<&str>,
    ) -> Result<(), ExportFault> {
        let index = self.tree.size();
        let wrong = |why: &str| ExportFault::Leaf {
            index,
            why: why.to_owned(),
        };
        let computed = hash::leaf(record);
        if hash.parse::<Hash>().ok() != Some(computed) {
            return Err(wrong("its record does not give its hash"));
        }
        let value: Value = serde_json::from_slice(record).map_err(|_| wrong("its record is not JSON"))?;
        if canonical::bytes(&value) != record {
            return Err(wrong("its record is not written canonically"));
        }
        match value.get("index").and_then(Value::as_u64) {
            Some(own) if own == index => {}
            Some(own) => return Err(wrong(&format!("its record says that it is leaf {own}"))),
            None => return Err(wrong("its record does not say which leaf it is")),
        }
        let hashed = value.get("inputs_hash").and_then(Value::as_str);
        match (hashed, salt.map(hex::decode), inputs) {
            (_, None, None) => {}
            (Some(hashed), Some(Ok(salt)), Some(inputs)) => {
                if hash::inputs(&salt, inputs.as_bytes()).to_string() != hashed {
                    return Err(wrong("its inputs do not give the hash in its record"));
                }
                self.report.inputs_kept += 1;
            }
            _ => return Err(wrong("its inputs, their salt and their hash do not go together")),
        }
        if let Some(text) = value.get("journal").and_then(Value::as_str) {
            let origin = Origin::parse(text).ok_or_else(|| wrong("its place in a journal cannot be read"))?;
            let before = self
                .journals
                .entry((origin.process.clone(), origin.epoch))
                .or_default();
            if origin.sequence != *before + 1 {
                return Err(wrong(&format!(
                    "it is frame {origin} of its journal, but frame {before} came before"
                )));
            }
            *before = origin.sequence;
        }
        if let Some(earlier) = usize::try_from(index)
            .ok()
            .and_then(|at| self.checks.earlier.get(at))
            && *earlier != computed
        {
            return Err(wrong("the earlier export holds another leaf in its place"));
        }
        self.tree.append(computed, |_, _, _| {});
        if self.keeps_hashes {
            self.hashes.push(computed);
        }
        self.pass_kept(index + 1)
    }

    /// Whether the tree has the root that a kept checkpoint of this size says.
    fn pass_kept(&mut self, size: u64) -> Result<(), ExportFault> {
        let root = self.tree.root();
        for kept in self.checks.kept.iter().filter(|kept| kept.size == size) {
            if kept.root != root {
                return Err(self.replaced(kept_name(kept)));
            }
            self.report.kept += 1;
        }
        if self.checks.kept.iter().any(|kept| kept.size == size) {
            self.confirmed = size;
        }
        Ok(())
    }

    fn checkpoint(&mut self, note: &str) -> Result<(), ExportFault> {
        let line = self.line;
        let fault = |cause| ExportFault::Checkpoint { line, cause };
        let parsed = Note::parse(note).map_err(|cause| fault(cause.into()))?;
        let checkpoint = Checkpoint::parse(parsed.text()).map_err(fault)?;
        let size = self.tree.size();
        if let Some(key) = self
            .checks
            .key
            .as_ref()
            .filter(|key| key.name() == checkpoint.origin)
        {
            Checkpoint::verify(note, key).map_err(fault)?;
            self.report.signed += 1;
        }
        if checkpoint.size > size {
            let what = format!("the checkpoint in line {line}");
            return Err(Self::truncated(size, checkpoint.size, what));
        }
        if checkpoint.size < size {
            return Err(self.no_line("it is a checkpoint over fewer leaves than stand before it"));
        }
        if checkpoint.root != self.tree.root() {
            return Err(self.replaced(format!("the checkpoint of size {size}")));
        }
        for witness in &self.checks.witnesses {
            let signed = |signature| witness.signed_at(parsed.text(), signature).is_some();
            if parsed.signatures().iter().any(signed) {
                *self.report.cosigned.entry(witness.name().to_owned()).or_default() += 1;
            }
        }
        self.report.checkpoints += 1;
        self.confirmed = size;
        Ok(())
    }

    fn end(&mut self, size: u64, root: &str) -> Result<(), ExportFault> {
        self.ended = true;
        let found = self.tree.size();
        if size > found {
            return Err(Self::truncated(found, size, "the end of the file".to_owned()));
        }
        if size < found {
            return Err(self.no_line("it ends a file of fewer leaves"));
        }
        if root.parse::<Hash>().ok() != Some(self.tree.root()) {
            return Err(self.replaced("the end of the file".to_owned()));
        }
        Ok(())
    }

    fn replaced(&self, what: String) -> ExportFault {
        let last = self.tree.size().saturating_sub(1);
        ExportFault::Range {
            from: self.confirmed.min(last),
            last,
            what,
        }
    }

    fn truncated(size: u64, signed: u64, what: String) -> ExportFault {
        ExportFault::Truncated { size, signed, what }
    }

    fn no_line(&self, why: impl std::fmt::Display) -> ExportFault {
        ExportFault::Line {
            line: self.line,
            why: why.to_string(),
        }
    }
}

fn kept_name(kept: &Checkpoint) -> String {
    format!("the kept checkpoint of size {}", kept.size)
}
