// SPDX-License-Identifier: Apache-2.0
//! Acts that wait for a second person. The second person's word itself is an approval of the same id.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::{Columns, json};
use super::{StoreError, approvals, sql};
use crate::amend::Amendment;
use crate::{Approval, ApprovalId, PersonId};

const COLUMNS: &str = "id, act, widens, ended_as, ended_by, ended_at";

/// An act on file, its approval, and how it ended if it did not go through.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// What is to be done.
    pub act: Amendment,
    /// Which parts of it may widen.
    pub widens: Vec<String>,
    /// The second person's word, or that it is missing.
    pub approval: Approval,
    /// Rejected or withdrawn, by whom and when.
    pub ended: Option<Ended>,
}

/// How a proposal ended that did not go through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// `rejected` or `withdrawn`.
    pub as_what: String,
    /// By whom.
    pub by: PersonId,
    /// When.
    pub at: DateTime<Utc>,
}

/// Files the act of an approval that was requested.
pub async fn insert(
    id: &ApprovalId,
    act: &Amendment,
    widens: &[&str],
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO proposals (id, act, widens) VALUES ($1, $2, $3)")
        .bind(id.as_str())
        .bind(json(act)?)
        .bind(json(&widens)?)
        .execute(db)
        .await?;
    Ok(())
}

/// One proposal.
pub async fn load(id: &ApprovalId, db: &mut AnyConnection) -> Result<Option<Proposal>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM proposals WHERE id = $1");
    let row = sqlx::query(sql::statement(text))
        .bind(id.as_str())
        .fetch_optional(&mut *db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let Some(approval) = approvals::load(id, db).await? else {
        return Ok(None);
    };
    from_row(&row, approval).map(Some)
}

/// Those that wait for a second person or to be carried out, newest first.
pub async fn open(
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<(ApprovalId, Proposal)>, StoreError> {
    let mut found = Vec::new();
    for (id, _) in approvals::open(now, &mut *db).await? {
        if let Some(proposal) = load(&id, db).await?
            && proposal.ended.is_none()
        {
            found.push((id, proposal));
        }
    }
    Ok(found)
}

/// Ends a proposal; false when it had ended.
pub async fn end(id: &ApprovalId, ended: &Ended, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE proposals SET ended_as = $1, ended_by = $2, ended_at = $3 WHERE id = $4 AND ended_at IS NULL",
    )
    .bind(ended.as_what.as_str())
    .bind(ended.by.as_str())
    .bind(ended.at.timestamp_millis())
    .bind(id.as_str())
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

fn from_row(row: &AnyRow, approval: Approval) -> Result<Proposal, StoreError> {
    let columns = Columns {
        table: "proposals",
        row,
    };
    let ended = match (
        columns.optional_text(3)?,
        columns.optional_parsed(4)?,
        columns.optional_moment(5)?,
    ) {
        (Some(as_what), Some(by), Some(at)) => Some(Ended { as_what, by, at }),
        (None, None, None) => None,
        _ => {
            return Err(StoreError::BadRow {
                table: "proposals",
                row: columns.text(0)?,
                message: "half an end".to_owned(),
            });
        }
    };
    Ok(Proposal {
        act: columns.json(1)?,
        widens: columns.json(2)?,
        approval,
        ended,
    })
}
