// SPDX-License-Identifier: Apache-2.0
//! Approvals. A used one stays on file.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{StoreError, sql};
use crate::{Approval, ApprovalId, ApprovalState, ParametersHash, PersonId};

const COLUMNS: &str = "id, action, resource_kind, resource_id, parameters, requester, requested_at, expires_at, \
                       reason, approver, approved_at, used_at";

/// Files a request.
pub async fn insert(id: &ApprovalId, approval: &Approval, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO approvals (id, action, resource_kind, resource_id, parameters, requester, requested_at, \
         expires_at, reason) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id.as_str())
    .bind(approval.action.as_str())
    .bind(approval.resource_kind.as_str())
    .bind(approval.resource_id.as_str())
    .bind(approval.parameters.0.to_vec())
    .bind(approval.requester.as_ref().map(PersonId::as_str))
    .bind(approval.requested_at.timestamp_millis())
    .bind(approval.expires_at.timestamp_millis())
    .bind(approval.reason.as_str())
    .execute(db)
    .await?;
    Ok(())
}

/// One approval.
pub async fn load(id: &ApprovalId, db: &mut AnyConnection) -> Result<Option<Approval>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM approvals WHERE id = $1");
    let row = sqlx::query(sql::statement(text))
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| from_row(&row)).transpose()
}

/// Those that wait for a second person or for their use, newest first.
pub async fn open(
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<(ApprovalId, Approval)>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM approvals WHERE used_at IS NULL AND expires_at >= $1 ORDER BY requested_at DESC, id"
    );
    let rows = sqlx::query(sql::statement(text))
        .bind(now.timestamp_millis())
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| {
            Ok((
                Columns {
                    table: "approvals",
                    row,
                }
                .parsed(0)?,
                from_row(row)?,
            ))
        })
        .collect()
}

/// Writes the second person's word; false when somebody has already given it, or it ran out.
pub async fn approve(
    id: &ApprovalId,
    approver: &PersonId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE approvals SET approver = $1, approved_at = $2 \
         WHERE id = $3 AND approver IS NULL AND used_at IS NULL AND expires_at >= $2",
    )
    .bind(approver.as_str())
    .bind(now.timestamp_millis())
    .bind(id.as_str())
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Spends an approval; false when it is not given, spent, or ran out, or what it is for was rejected or withdrawn
/// since. Of two who try, one succeeds.
pub async fn spend(id: &ApprovalId, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE approvals SET used_at = $1 \
         WHERE id = $2 AND approver IS NOT NULL AND used_at IS NULL AND expires_at >= $1 \
         AND NOT EXISTS (SELECT 1 FROM proposals WHERE proposals.id = approvals.id AND ended_at IS NOT NULL)",
    )
    .bind(now.timestamp_millis())
    .bind(id.as_str())
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

fn from_row(row: &AnyRow) -> Result<Approval, StoreError> {
    let columns = Columns {
        table: "approvals",
        row,
    };
    let given = columns.optional_parsed(9)?.zip(columns.optional_moment(10)?);
    let state = match (given, columns.optional_moment(11)?) {
        (None, None) => ApprovalState::Requested,
        (Some((approver, at)), None) => ApprovalState::Approved { approver, at },
        (Some((approver, at)), Some(used_at)) => ApprovalState::Used {
            approver,
            at,
            used_at,
        },
        (None, Some(_)) => {
            return Err(StoreError::BadRow {
                table: "approvals",
                row: columns.text(0)?,
                message: "spent, but never given".to_owned(),
            });
        }
    };
    Ok(Approval {
        action: columns.text(1)?,
        resource_kind: columns.text(2)?,
        resource_id: columns.text(3)?,
        parameters: ParametersHash(columns.bytes(4)?),
        requester: columns.optional_parsed(5)?,
        requested_at: columns.moment(6)?,
        expires_at: columns.moment(7)?,
        reason: columns.text(8)?,
        state,
    })
}
