// SPDX-License-Identifier: Apache-2.0
//! A world file comes into the store: upsert by id, all or nothing in the caller's transaction.
//!
//! First the plan: what differs, what dangles, whether a second person is needed. Then the writes,
//! one revision in the feed, one event for the record. A dry run stops after the plan.

mod plan;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::json;
use sqlx::AnyConnection;

use self::plan::Plan;
use super::approval::{ApprovalError, Use, consume};
use crate::store::{StoreError, changes};
use crate::{Actor, ApprovalId, Event, Fault, ParametersHash, Permit, PermitError, Revision, World};

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
    /// The second person's approval, needed for clearances into a store that already holds people.
    pub approval: Option<ApprovalId>,
}

/// How many entries of one map.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
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
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The approval does not count.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// Clearances, and disabled people made active, into a store that holds people need a second person.
    #[error("the file grants clearances or reactivates people in a store that is not empty: a second person must approve it (hash {})", String::from(*.0))]
    ApprovalMissing(ParametersHash),
    /// The file names things that do not exist or are gone for good.
    #[error("{} faults", .0.len())]
    Faults(Vec<Fault>),
    /// The permit is for something else.
    #[error(transparent)]
    Permit(#[from] PermitError),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
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
    let plan = Plan::of(&mut world, options.replace, db).await?;
    if !plan.faults.is_empty() {
        return Err(ImportError::Faults(plan.faults));
    }
    let mut report = Report {
        counts: plan.counts.clone(),
        needs_approval: plan.needs_approval,
        events: Vec::new(),
        revision: changes::head(db).await?,
    };
    if options.dry_run || !report.changes_anything() {
        return Ok(report);
    }
    let approved_by = if plan.needs_approval {
        let Some(approval) = &options.approval else {
            return Err(ImportError::ApprovalMissing(hash));
        };
        let by = match permit.by() {
            Actor::Person(person) => Some(person),
            _ => None,
        };
        let wanted = Use {
            action: ACTION,
            resource: RESOURCE,
            parameters: hash,
            by,
        };
        let (approver, outcome) = consume(approval, wanted, now, db).await?;
        report.events.extend(outcome.events);
        Some(approver)
    } else {
        None
    };
    report.revision = plan.carry_out(&world, now, db).await?;
    let counts: serde_json::Map<_, _> = report
        .counts
        .iter()
        .map(|(map, counts)| ((*map).to_owned(), json!(counts)))
        .collect();
    let detail = json!({
        "by": permit.by().to_string(), "approved_by": approved_by, "file": hash, "replace": options.replace, "counts": counts,
    });
    report
        .events
        .push(Event::new("directory.imported", RESOURCE.1, detail));
    Ok(report)
}
