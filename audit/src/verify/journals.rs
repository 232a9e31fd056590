// SPDX-License-Identifier: Apache-2.0
//! The journal files that are still on disk: every frame against the chain.

use std::path::Path;

use crate::journal::{self, Damage, EpochReader, JournalError, Step};

/// What the journals of a folder hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct JournalReport {
    /// Epochs read.
    pub epochs: u64,
    /// Frames that fit.
    pub frames: u64,
    /// Epochs that end in a frame cut short, as a killed process leaves them.
    pub torn: u64,
    /// Places that do not fit.
    pub damages: Vec<Damage>,
}

/// Reads all journals in `folder`. A living process may go on writing meanwhile.
pub fn journals(folder: &Path) -> Result<JournalReport, JournalError> {
    let mut report = JournalReport::default();
    for process in journal::processes(folder)? {
        for epoch in journal::epochs(folder, &process)? {
            report.epochs += 1;
            let first = epoch.segments.first().map_or(1, |(first, _)| *first);
            let after = first.saturating_sub(1);
            match EpochReader::open(folder, &process, epoch.number, after)? {
                Ok(reader) => walk(reader, &mut report)?,
                Err(damage) => report.damages.push(damage),
            }
        }
    }
    Ok(report)
}

fn walk(mut reader: EpochReader, report: &mut JournalReport) -> Result<(), JournalError> {
    loop {
        match reader.step()? {
            Step::Entry(_) => report.frames += 1,
            Step::End => return Ok(()),
            Step::Torn => {
                report.torn += 1;
                return Ok(());
            }
            Step::Damage(damage) => {
                report.damages.push(damage);
                return Ok(());
            }
        }
    }
}
