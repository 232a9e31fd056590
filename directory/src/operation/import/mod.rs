// SPDX-License-Identifier: Apache-2.0
//! A world file comes into the store: upsert by id, all or nothing in the caller's transaction.
//!
//! First the plan: what differs, what dangles, what of it may let somebody do more. Then the writes, one
//! revision in the feed, one event for the record. A dry run stops after the plan.
//!
//! What widens in a store that holds people takes a second person. She approves the file by its hash, with
//! everything that it widens as things stood; the proposal is filed with [`compare`].

mod plan;
mod wider;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::AnyConnection;

use self::plan::Plan;
pub use self::wider::{LISTED, MOST, Wider, parameters};
use super::approval::{ApprovalError, Use, consume};
use crate::amend::Amendment;
use crate::store::{StoreError, changes};
use crate::{
    Actor, ApprovalId, Event, Fault, ParametersHash, Permit, PermitError, PersonId, Revision, World,
};

/// The action under which an import is allowed and approved.
pub const ACTION: &str = "clearance.import";
/// Type and identifier of what it acts on.
pub const RESOURCE: (&str, &str) = ("import", "directory");

/// A file, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// What it says: [`crate::world::read`].
    pub world: World,
    /// The hash of its bytes: what an approval is bound to.
    pub hash: ParametersHash,
}

impl Source {
    /// Reads a file, or names its faults.
    pub fn read(bytes: &[u8]) -> Result<Self, Vec<Fault>> {
        Ok(Self {
            world: crate::world::read(bytes)?,
            hash: ParametersHash::of_bytes(bytes),
        })
    }
}

/// How to import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Say what would happen, and change nothing.
    pub dry_run: bool,
    /// Remove what the file does not have. The identifiers stay tombstoned. Channels that a
    /// connected server registered, and the servers themselves, are not the file's to remove.
    pub replace: bool,
    /// The second person's approval, needed for what widens in a store that already holds people.
    pub approval: Option<ApprovalId>,
}

/// How many entries of one map.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// Were not on file.
    pub created: usize,
    /// Were on file, and differ.
    pub updated: usize,
    /// Were on file just so.
    pub unchanged: usize,
    /// Were on file, and are not in the file to replace it.
    pub removed: usize,
}

/// What an import did, or would do.
#[derive(Debug, Clone, PartialEq)]
#[must_use = "the events belong on record"]
pub struct Report {
    /// Per map of the file, in its order.
    pub counts: Vec<(&'static str, Counts)>,
    /// Whether it needs a second person's approval. Told by a dry run; otherwise it had one.
    pub needs_approval: bool,
    /// What may let somebody do more than before, at most [`MOST`]. Nothing, into a store without people.
    pub wider: Vec<Wider>,
    /// How many such things there are in all.
    pub wider_in_all: usize,
    /// For the record. Empty when nothing changed.
    pub events: Vec<Event>,
    /// The revision at which the file holds. The present one, when nothing changed.
    pub revision: Revision,
}

impl Report {
    /// Whether anything differed.
    pub fn changes_anything(&self) -> bool {
        self.counts
            .iter()
            .any(|(_, counts)| counts.created + counts.updated + counts.removed > 0)
    }

    /// The act that a second person is asked to approve: this file, and what it was found to change.
    pub fn act(&self, file: ParametersHash, replace: bool) -> Result<Amendment, ImportError> {
        self.is_within_bounds()?;
        Ok(Amendment::DirectoryImport {
            file,
            replace,
            counts: self.counted(),
            wider: self.wider.clone(),
        })
    }

    /// The counts by the name of the map.
    pub fn counted(&self) -> BTreeMap<String, Counts> {
        let named = self.counts.iter();
        named.map(|(map, counts)| ((*map).to_owned(), *counts)).collect()
    }

    fn is_within_bounds(&self) -> Result<(), ImportError> {
        match self.wider_in_all {
            within if within <= MOST => Ok(()),
            beyond => Err(ImportError::TooMuch(beyond)),
        }
    }
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The approval does not count.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// It lets people do more than before, in a store that holds people.
    #[error(
        "the file lets people do more than before, and the store is not empty: a second person must approve it \
         (hash {}; {})", String::from(*.file), named(.wider, *.in_all)
    )]
    ApprovalMissing {
        /// The hash of the file.
        file: ParametersHash,
        /// The first of what widens.
        wider: Vec<Wider>,
        /// How many such things there are in all.
        in_all: usize,
    },
    /// The approval is for something else.
    #[error(
        "approval `{0}` is for another file, for another way to import it, or the store has changed since: have it \
         approved anew"
    )]
    Changed(ApprovalId),
    /// The file names things that do not exist or are gone for good.
    #[error("{} faults", .0.len())]
    Faults(Vec<Fault>),
    /// Who approved it gets more by it.
    #[error("`{0}` gets more by this file: somebody else must approve it")]
    Own(PersonId),
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// More than one approval may be for.
    #[error(
        "the file lets people do more than before by {0} things, and one approval is for at most {MOST}: split it"
    )]
    TooMuch(usize),
}

/// The first few of them, in words.
fn named(wider: &[Wider], in_all: usize) -> String {
    const FEW: usize = 5;
    let mut words: Vec<String> = wider.iter().take(FEW).map(Wider::to_string).collect();
    if in_all > words.len() {
        words.push(format!("and {} more", in_all - words.len()));
    }
    words.join("; ")
}

/// Says what a file would do. Nothing is done.
pub async fn compare(
    source: &Source,
    replace: bool,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Report, ImportError> {
    let mut world = source.world.clone();
    let plan = Plan::of(&mut world, replace, now, db).await?;
    report(&plan, db).await
}

/// Imports a file. On an error the caller rolls back and the store is as before.
pub async fn import(
    source: Source,
    options: &Options,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Report, ImportError> {
    permit.covers(ACTION, RESOURCE.1)?;
    if !options.dry_run {
        changes::lock(db).await?;
    }
    let Source { mut world, hash } = source;
    let plan = Plan::of(&mut world, options.replace, now, db).await?;
    let mut report = report(&plan, db).await?;
    if options.dry_run || !report.changes_anything() {
        return Ok(report);
    }
    // One that is named is spent, needed or not.
    let approved_by = if report.needs_approval || options.approval.is_some() {
        let (approver, events) = approved(&report, hash, options, permit, now, db).await?;
        report.events.extend(events);
        Some(approver)
    } else {
        None
    };
    let (changed, removed) = plan.named(LISTED);
    report.revision = plan.carry_out(&world, now, db).await?;
    let wider: Vec<Wider> = report.wider.iter().take(LISTED).map(Wider::in_short).collect();
    let detail = json!({
        "by": permit.by().to_string(), "approved_by": approved_by, "file": hash, "replace": options.replace,
        "counts": report.counted(), "changed": changed, "removed": removed, "wider": wider,
        "wider_in_all": report.wider_in_all, "names_at_most": LISTED,
    });
    report
        .events
        .push(Event::new("directory.imported", RESOURCE.1, detail));
    Ok(report)
}

/// Spends the approval of exactly this, and gives the second person.
async fn approved(
    report: &Report,
    file: ParametersHash,
    options: &Options,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(PersonId, Vec<Event>), ImportError> {
    report.is_within_bounds()?;
    let Some(approval) = &options.approval else {
        return Err(ImportError::ApprovalMissing {
            file,
            wider: report.wider.iter().take(LISTED).map(Wider::in_short).collect(),
            in_all: report.wider_in_all,
        });
    };
    let by = match permit.by() {
        Actor::Person(person) => Some(person),
        _ => None,
    };
    let wanted = Use {
        action: ACTION,
        resource: RESOURCE,
        parameters: parameters(file, options.replace, &report.wider),
        by,
    };
    let (approver, outcome) = match consume(approval, wanted, now, db).await {
        Err(ApprovalError::Mismatch(id)) => return Err(ImportError::Changed(id)),
        spent => spent?,
    };
    // The decision was asked about this very approver.
    let is_decided = by.is_none() || permit.approved_by() == Some(&approver);
    if !is_decided || report.wider.iter().any(|thing| thing.is(&approver)) {
        return Err(ImportError::Own(approver));
    }
    Ok((approver, outcome.events))
}

/// What a plan comes to, unless it has faults.
async fn report(plan: &Plan, db: &mut AnyConnection) -> Result<Report, ImportError> {
    if !plan.faults.is_empty() {
        return Err(ImportError::Faults(plan.faults.clone()));
    }
    Ok(Report {
        counts: plan.counts.clone(),
        needs_approval: plan.wider_in_all > 0,
        wider: plan.wider.clone(),
        wider_in_all: plan.wider_in_all,
        events: Vec::new(),
        revision: changes::head(db).await?,
    })
}
