// SPDX-License-Identifier: Apache-2.0
//! `countersign label parse|convert|join|roll-up`: labels in their formats, with no server and no store.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};
use countersign_labels::{Agreement, Format, Label, Portion, Schemes, Scribe, join, roll_up};

use super::Failure;
use crate::clock::Clock;

/// Label commands.
#[derive(Debug, Subcommand)]
pub enum LabelCommand {
    /// Reads a label and prints it as JSON.
    Parse {
        /// The format: ch, de, eu, fr, json, nato, opentdf, stanag4774, uk, us or us-portion. Left out, the one that fits.
        #[arg(long)]
        format: Option<Format>,
        #[command(flatten)]
        beside: Beside,
        /// The label, or `-` to read it from standard input.
        text: String,
    },
    /// Reads a label and writes it in another format.
    Convert {
        /// The format it is in. Left out, the one that fits.
        #[arg(long)]
        from: Option<Format>,
        /// The format to write.
        #[arg(long)]
        to: Format,
        /// A world file with the agreements by which a label may cross from one scheme to another.
        #[arg(long)]
        agreement: Option<PathBuf>,
        #[command(flatten)]
        beside: Beside,
        /// The label, or `-` to read it from standard input.
        text: String,
    },
    /// Prints the least label that holds all of these, as JSON.
    Join {
        /// The format that all are in. Left out, for each the one that fits.
        #[arg(long)]
        format: Option<Format>,
        #[command(flatten)]
        beside: Beside,
        /// The labels.
        #[arg(required = true, num_args = 2..)]
        labels: Vec<String>,
    },
    /// Prints the US banner line over these portion marks.
    RollUp {
        /// The banner that is there already: what a bare `REL` in a mark refers to.
        #[arg(long)]
        banner: Option<String>,
        /// The format to write it in.
        #[arg(long, default_value = "us")]
        to: Format,
        #[command(flatten)]
        beside: Beside,
        /// The marks of the portions, as in `(S//NF)`.
        #[arg(required = true, num_args = 1..)]
        portions: Vec<String>,
    },
}

/// What is known besides the text.
#[derive(Args, Debug)]
pub struct Beside {
    /// A codeword in use; may be given more than once.
    #[arg(long = "codeword")]
    codewords: Vec<String>,
    /// The agency meant by a marking that says "originator controlled" and not by whom.
    #[arg(long)]
    originator: Option<String>,
    /// The moment meant by a marking that says "embargoed" and not until when, in RFC 3339.
    #[arg(long)]
    not_before: Option<DateTime<Utc>>,
}

impl Beside {
    fn scribe(self) -> Scribe<'static> {
        let mut scribe = Scribe::new(Schemes::builtin());
        scribe.codewords = self.codewords.into_iter().collect();
        scribe.originator = self.originator;
        scribe.not_before = self.not_before;
        scribe
    }
}

impl LabelCommand {
    pub(super) fn run(self) -> Result<(), Failure> {
        let (scribe, label, to) = match self {
            Self::Parse { format, beside, text } => {
                let scribe = beside.scribe();
                let label = read(&scribe, format, &given(&scribe, text)?)?;
                (scribe, label, Format::Json)
            }
            Self::Convert {
                from,
                to,
                agreement,
                beside,
                text,
            } => {
                let scribe = beside.scribe();
                let mut label = read(&scribe, from, &given(&scribe, text)?)?;
                if let Some(scheme) = to.scheme().filter(|scheme| *scheme != label.scheme()) {
                    let agreements = agreement.as_deref().map_or(Ok(Vec::new()), agreements)?;
                    label = crossed(&label, scheme, &agreements)?;
                }
                (scribe, label, to)
            }
            Self::Join {
                format,
                beside,
                labels,
            } => {
                let scribe = beside.scribe();
                let label = joined(&scribe, format, &labels)?;
                (scribe, label, Format::Json)
            }
            Self::RollUp {
                banner,
                to,
                beside,
                portions,
            } => {
                let scribe = beside.scribe();
                let label = rolled_up(&scribe, banner.as_deref(), &portions)?;
                (scribe, label, to)
            }
        };
        let text = scribe
            .write(to, &label)
            .map_err(|refusal| Failure::No(refusal.to_string()))?;
        println!("{text}");
        Ok(())
    }
}

fn read(scribe: &Scribe<'_>, format: Option<Format>, text: &str) -> Result<Label, Failure> {
    match format {
        Some(format) => scribe.read(format, text),
        None => scribe.detect(text).map(|(_, label)| label),
    }
    .map_err(|refusal| Failure::Input(refusal.to_string()))
}

/// The text itself, or what standard input holds, read no further than a label may be long.
fn given(scribe: &Scribe<'_>, text: String) -> Result<String, Failure> {
    if text != "-" {
        return Ok(text);
    }
    let most = u64::try_from(scribe.limits.bytes).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    std::io::stdin()
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(|cause| Failure::Outside(format!("standard input cannot be read: {cause}")))?;
    String::from_utf8(bytes).map_err(|fault| {
        let byte = fault.utf8_error().valid_up_to();
        Failure::Input(format!(
            "standard input is no text (at byte {byte}): send it in UTF-8"
        ))
    })
}

fn agreements(file: &Path) -> Result<Vec<Agreement>, Failure> {
    let name = file.display();
    let bytes =
        std::fs::read(file).map_err(|cause| Failure::Input(format!("`{name}` cannot be read: {cause}")))?;
    let world = countersign_directory::world::parse(&bytes).map_err(|faults| {
        let lines: Vec<_> = faults.iter().map(|fault| format!("`{name}`: {fault}")).collect();
        Failure::Input(lines.join("\n"))
    })?;
    world
        .agreements
        .iter()
        .map(|(id, agreement)| {
            agreement
                .understood(id, Schemes::builtin())
                .map_err(|fault| Failure::Input(format!("`{name}`: agreements.{id}: {fault}")))
        })
        .collect()
}

/// The label as it reads in `scheme`. Two agreements that read it differently are none.
fn crossed(label: &Label, scheme: &str, agreements: &[Agreement]) -> Result<Label, Failure> {
    let now = Clock::system().now();
    let mut read = agreements
        .iter()
        .filter(|agreement| agreement.terms().to == scheme && agreement.in_force(now))
        .filter_map(|agreement| agreement.label_in(label, Schemes::builtin()));
    let from = label.scheme();
    let Some(first) = read.next() else {
        return Err(Failure::No(format!(
            "no agreement in force brings this label from `{from}` to `{scheme}`: name a file with one by --agreement, that covers labels and carries its compartments"
        )));
    };
    if read.any(|other| !other.says_the_same(&first)) {
        return Err(Failure::No(format!(
            "two agreements read this label differently in `{scheme}`: name a file with the one that is meant"
        )));
    }
    Ok(first)
}

fn joined(scribe: &Scribe<'_>, format: Option<Format>, texts: &[String]) -> Result<Label, Failure> {
    let mut whole: Option<Label> = None;
    for (number, text) in texts.iter().enumerate() {
        let label = read(scribe, format, text)
            .map_err(|fault| Failure::Input(format!("label {}: {fault}", number + 1)))?;
        whole = Some(match whole {
            None => label,
            Some(other) => join(&other, &label, Schemes::builtin())
                .map_err(|fault| Failure::No(format!("they have no common label: {fault}")))?,
        });
    }
    let whole = whole.ok_or_else(|| Failure::Input("no label is given".to_owned()))?;
    if whole.audience().nations().is_some_and(BTreeSet::is_empty) {
        return Err(Failure::No(
            "they have no common label: nobody may receive it".to_owned(),
        ));
    }
    Ok(whole)
}

fn rolled_up(scribe: &Scribe<'_>, banner: Option<&str>, marks: &[String]) -> Result<Label, Failure> {
    let banner = banner
        .map(|line| read(scribe, Some(Format::Us), line))
        .transpose()
        .map_err(|fault| Failure::Input(format!("banner: {fault}")))?;
    let portions = marks
        .iter()
        .enumerate()
        .map(|(number, mark)| {
            Portion::read(scribe, mark)
                .map_err(|fault| Failure::Input(format!("portion {}: {fault}", number + 1)))
        })
        .collect::<Result<Vec<_>, _>>()?;
    roll_up(scribe, &portions, banner.as_ref())
        .map_err(|refusal| Failure::No(format!("they have no banner: {refusal}")))
}
