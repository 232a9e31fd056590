// SPDX-License-Identifier: Apache-2.0
//! Who came from a source and waits for an account: the latest proposal about her.

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, Row as _};

use super::StoreError;
use super::row::Columns;
use crate::amend::UpstreamLink;
use crate::{ApprovalId, SourceId};

/// The latest proposal about somebody at a source.
pub async fn latest(who: &UpstreamLink, db: &mut AnyConnection) -> Result<Option<ApprovalId>, StoreError> {
    let row =
        sqlx::query("SELECT proposal FROM admissions WHERE source = $1 AND issuer = $2 AND subject = $3")
            .bind(who.source.as_str())
            .bind(who.issuer.as_str())
            .bind(who.subject.as_str())
            .fetch_optional(db)
            .await?;
    row.map(|row| {
        let columns = Columns {
            table: "admissions",
            row: &row,
        };
        columns.parsed(0)
    })
    .transpose()
}

/// From here on it is this one.
pub async fn put(
    who: &UpstreamLink,
    proposal: &ApprovalId,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO admissions (source, issuer, subject, proposal) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (source, issuer, subject) DO UPDATE SET proposal = excluded.proposal",
    )
    .bind(who.source.as_str())
    .bind(who.issuer.as_str())
    .bind(who.subject.as_str())
    .bind(proposal.as_str())
    .execute(db)
    .await?;
    Ok(())
}

/// How many people of a source wait at this moment.
pub async fn waiting(
    source: &SourceId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM admissions \
         JOIN approvals ON approvals.id = admissions.proposal \
         JOIN proposals ON proposals.id = admissions.proposal \
         WHERE admissions.source = $1 AND approvals.used_at IS NULL AND approvals.expires_at >= $2 \
         AND proposals.ended_at IS NULL",
    )
    .bind(source.as_str())
    .bind(now.timestamp_millis())
    .fetch_one(db)
    .await?;
    Ok(row.try_get(0)?)
}
