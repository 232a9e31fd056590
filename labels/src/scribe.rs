// SPDX-License-Identifier: Apache-2.0
//! Reads and writes labels in every format, with what the reader knows besides the text.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use crate::marking::{eu, national, nato, uk, us};
use crate::{Format, Label, Portion, RawLabel, Refusal, Schemes, opentdf, stanag4774};

/// Stands for the agency of a marking that says "originator controlled" and not by whom. No agency
/// has this id, so that nobody may extend the audience until the originator is named.
pub const UNNAMED_ORIGINATOR: &str = "(unnamed originator)";

/// How much a text from a stranger may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The size of the text.
    pub bytes: usize,
    /// How deep elements may stand in each other.
    pub depth: usize,
    /// How many values a label may name.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 64 * 1024,
            depth: 16,
            values: 256,
        }
    }
}

/// Reads and writes labels.
#[derive(Debug, Clone)]
pub struct Scribe<'s> {
    /// The schemes in use.
    pub schemes: &'s Schemes,
    /// How much a text may hold.
    pub limits: Limits,
    /// Compartments in use besides those that a scheme names.
    pub codewords: BTreeSet<String>,
    /// The agency meant by a marking that says "originator controlled" and not by whom.
    pub originator: Option<String>,
    /// The moment meant by a marking that says "embargoed" and not until when.
    pub not_before: Option<DateTime<Utc>>,
    /// The namespace of OpenTDF attributes.
    pub namespace: String,
}

impl<'s> Scribe<'s> {
    /// A scribe who knows the schemes and nothing else.
    pub fn new(schemes: &'s Schemes) -> Self {
        Self {
            schemes,
            limits: Limits::default(),
            codewords: BTreeSet::new(),
            originator: None,
            not_before: None,
            namespace: "labels.countersign.example".to_owned(),
        }
    }

    /// Understands `text`, or says what is not understood, where, and what to do.
    pub fn read(&self, format: Format, text: &str) -> Result<Label, Refusal> {
        if text.len() > self.limits.bytes {
            return Err(self.too_long());
        }
        let label = match format {
            Format::Ch => national::read(self, "CH", text),
            Format::De => national::read(self, "DE", text),
            Format::Eu => eu::read(self, text),
            Format::Fr => national::read(self, "FR", text),
            Format::Json => self.read_json(text),
            Format::Nato => nato::read(self, text),
            Format::OpenTdf => opentdf::read(self, text),
            Format::Stanag4774 => stanag4774::read(self, text).map(|read| read.label),
            Format::Uk => uk::read(self, text),
            Format::Us => us::read(self, text),
            Format::UsPortion => Portion::read(self, text).and_then(|portion| portion.label(None)),
        }?;
        self.counted(label)
    }

    /// Writes `label` in the one canonical form of a format, or says what the format cannot hold.
    pub fn write(&self, format: Format, label: &Label) -> Result<String, Refusal> {
        if label.audience().nations().is_some_and(BTreeSet::is_empty) && format != Format::Json {
            return Err(Refusal::whole(
                "the label is for nobody, and no marking says that",
                "write it as json, or name who may receive it",
            ));
        }
        let text = self.written(format, label)?;
        // What two words could be read as is not handed out.
        let mut reader = self.clone();
        reader.originator = label.originator_controlled_by().map(str::to_owned);
        reader.not_before = label.not_before();
        match reader.read(format, &text) {
            Ok(read) if read.says_the_same(label) => Ok(text),
            _ => Err(Refusal::whole(
                format!("written as {format}, the label would be read as another one"),
                "write it as json",
            )),
        }
    }

    fn written(&self, format: Format, label: &Label) -> Result<String, Refusal> {
        match format {
            Format::Ch => national::write(self, "CH", label),
            Format::De => national::write(self, "DE", label),
            Format::Eu => eu::write(self, label),
            Format::Fr => national::write(self, "FR", label),
            Format::Json => write_json(label),
            Format::Nato => nato::write(self, label),
            Format::OpenTdf => opentdf::write(self, label),
            Format::Stanag4774 => stanag4774::write(self, label),
            Format::Uk => uk::write(self, label),
            Format::Us => us::write(self, label),
            Format::UsPortion => Portion::write(self, label),
        }
    }

    /// Understands `text` in the one format that fits it. What two formats understand differently
    /// is refused: `SECRET` is a level of three nations.
    pub fn detect(&self, text: &str) -> Result<(Format, Label), Refusal> {
        if text.len() > self.limits.bytes {
            return Err(self.too_long());
        }
        let beginning = text.trim_start_matches('\u{feff}').trim_start();
        if let Some(format) = Format::by_beginning(beginning) {
            return Ok((format, self.read(format, text)?));
        }
        let mut read = Format::MARKINGS
            .into_iter()
            .filter_map(|format| Some((format, self.read(format, text).ok()?)));
        match (read.next(), read.next()) {
            (Some(one), None) => Ok(one),
            (None, _) => Err(Refusal::at(
                0,
                format!("`{}` is a marking of no scheme in use", text.trim()),
                "name the format, to be told what it does not understand",
            )),
            (Some((one, _)), Some((other, _))) => Err(Refusal::at(
                0,
                format!("`{}` is a marking of `{one}` and of `{other}`", text.trim()),
                "name the format",
            )),
        }
    }

    /// Understands a raw label and holds it against the constraints of its scheme: what comes from
    /// outside must be a label that somebody may have written.
    pub(crate) fn understand(&self, raw: &RawLabel) -> Result<Label, Refusal> {
        let label = self.schemes.label(raw)?;
        let faults = self
            .schemes
            .scheme(label.scheme())
            .map(|scheme| {
                let mut faults = scheme.faults(&label);
                faults.extend(scheme.marking_faults(&label));
                faults
            })
            .unwrap_or_default();
        match faults.first() {
            None => Ok(label),
            Some(fault) => Err(Refusal::whole(
                fault.to_string(),
                "raise the level or leave the compartment out",
            )),
        }
    }

    fn read_json(&self, text: &str) -> Result<Label, Refusal> {
        let raw = RawLabel::parse(text.as_bytes()).map_err(|fault| {
            Refusal::at(
                byte_of(text, fault.line(), fault.column()),
                format!("not a label in JSON: {fault}"),
                "write an object with `scheme`, `level` and the members of docs/labels.md",
            )
        })?;
        self.understand(&raw)
    }

    fn counted(&self, label: Label) -> Result<Label, Refusal> {
        let raw = label.to_raw();
        let values =
            raw.compartments.len() + raw.caveats.len() + raw.releasable_to.as_ref().map_or(0, BTreeSet::len);
        if values > self.limits.values {
            return Err(Refusal::whole(
                format!(
                    "the label names {values} values, at most {} are read",
                    self.limits.values
                ),
                "name fewer values",
            ));
        }
        Ok(label)
    }

    pub(crate) fn too_long(&self) -> Refusal {
        Refusal::at(
            self.limits.bytes,
            format!("the text is longer than {} bytes", self.limits.bytes),
            "a label is short: check what was sent",
        )
    }
}

fn write_json(label: &Label) -> Result<String, Refusal> {
    serde_json::to_string(&label.to_raw())
        .map_err(|fault| Refusal::whole(fault.to_string(), "report this label as a defect"))
}

pub(crate) fn byte_of(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    (before + column.saturating_sub(1)).min(text.len())
}
