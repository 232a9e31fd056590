// SPDX-License-Identifier: Apache-2.0
//! Break-glass: who asked for which channel, who answered, and who looked at it afterwards.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::row::Columns;
use super::{StoreError, sql};
use crate::{ApprovalId, ChannelId, PersonId};

const COLUMNS: &str = "id, requester, channel, minutes, reason, requested_at, expires_at, answer, answered_by, \
                       answered_at, ends_at, review_due, reviewed_by, reviewed_at, review";

/// One request on file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakGlass {
    /// Who asked.
    pub requester: PersonId,
    /// For which channel. It need not exist: who asks is not told.
    pub channel: ChannelId,
    /// For how long.
    pub minutes: i64,
    /// Why.
    pub reason: String,
    /// When it was asked.
    pub requested_at: DateTime<Utc>,
    /// Good for an answer up to and including this second.
    pub expires_at: DateTime<Utc>,
    /// `approved` or `rejected`, by whom and when.
    pub answer: Option<(String, PersonId, DateTime<Utc>)>,
    /// When the clearance that came of it ends, and when its review is due.
    pub granted: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Who reviewed it, when, and what she found.
    pub reviewed: Option<(PersonId, DateTime<Utc>, String)>,
}

/// Files a request.
pub async fn insert(id: &ApprovalId, asked: &BreakGlass, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO break_glass (id, requester, channel, minutes, reason, requested_at, expires_at, \
         overdue_noted) VALUES ($1, $2, $3, $4, $5, $6, $7, 0)",
    )
    .bind(id.as_str())
    .bind(asked.requester.as_str())
    .bind(asked.channel.as_str())
    .bind(asked.minutes)
    .bind(asked.reason.as_str())
    .bind(asked.requested_at.timestamp_millis())
    .bind(asked.expires_at.timestamp_millis())
    .execute(db)
    .await?;
    Ok(())
}

/// One request.
pub async fn load(id: &ApprovalId, db: &mut AnyConnection) -> Result<Option<BreakGlass>, StoreError> {
    let text = format!("SELECT {COLUMNS} FROM break_glass WHERE id = $1");
    let row = sqlx::query(sql::statement(text))
        .bind(id.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| from_row(&row)).transpose()
}

/// How many requests of one person wait for an answer.
pub async fn waiting_of(
    person: &PersonId,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) FROM break_glass WHERE requester = $1 AND answer IS NULL AND expires_at >= $2",
    )
    .bind(person.as_str())
    .bind(now.timestamp_millis())
    .fetch_one(db)
    .await?;
    Columns {
        table: "break_glass",
        row: &row,
    }
    .number(0)
}

/// Those that wait for an answer or a review, newest first.
pub async fn open(
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<(ApprovalId, BreakGlass)>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM break_glass WHERE (answer IS NULL AND expires_at >= $1) \
         OR (review_due IS NOT NULL AND reviewed_at IS NULL) ORDER BY requested_at DESC, id"
    );
    let rows = sqlx::query(sql::statement(text))
        .bind(now.timestamp_millis())
        .fetch_all(db)
        .await?;
    rows.iter().map(with_id).collect()
}

/// Those whose review is overdue and was not yet alarmed about.
pub async fn overdue(
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<(ApprovalId, BreakGlass)>, StoreError> {
    let text = format!(
        "SELECT {COLUMNS} FROM break_glass WHERE review_due < $1 AND reviewed_at IS NULL AND overdue_noted = 0 \
         ORDER BY review_due, id"
    );
    let rows = sqlx::query(sql::statement(text))
        .bind(now.timestamp_millis())
        .fetch_all(db)
        .await?;
    rows.iter().map(with_id).collect()
}

/// Notes that the alarm about an overdue review went out; false when it had.
pub async fn note_overdue(id: &ApprovalId, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE break_glass SET overdue_noted = 1 WHERE id = $1 AND overdue_noted = 0")
        .bind(id.as_str())
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Writes the answer; false when there was one, or the request ran out.
pub async fn answer(
    id: &ApprovalId,
    (word, by): (&str, &PersonId),
    granted: Option<(DateTime<Utc>, DateTime<Utc>)>,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE break_glass SET answer = $1, answered_by = $2, answered_at = $3, ends_at = $4, review_due = $5 \
         WHERE id = $6 AND answer IS NULL AND expires_at >= $3",
    )
    .bind(word)
    .bind(by.as_str())
    .bind(now.timestamp_millis())
    .bind(granted.map(|(ends, _)| ends.timestamp_millis()))
    .bind(granted.map(|(_, due)| due.timestamp_millis()))
    .bind(id.as_str())
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// Writes the review; false when there was one, or nothing to review.
pub async fn review(
    id: &ApprovalId,
    by: &PersonId,
    text: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE break_glass SET reviewed_by = $1, reviewed_at = $2, review = $3 \
         WHERE id = $4 AND review_due IS NOT NULL AND reviewed_at IS NULL",
    )
    .bind(by.as_str())
    .bind(now.timestamp_millis())
    .bind(text)
    .bind(id.as_str())
    .execute(db)
    .await?;
    Ok(done.rows_affected() > 0)
}

fn with_id(row: &AnyRow) -> Result<(ApprovalId, BreakGlass), StoreError> {
    let columns = Columns {
        table: "break_glass",
        row,
    };
    Ok((columns.parsed(0)?, from_row(row)?))
}

fn from_row(row: &AnyRow) -> Result<BreakGlass, StoreError> {
    let columns = Columns {
        table: "break_glass",
        row,
    };
    let given = columns.optional_parsed(8)?.zip(columns.optional_moment(9)?);
    let reviewer = columns.optional_parsed(12)?.zip(columns.optional_moment(13)?);
    Ok(BreakGlass {
        requester: columns.parsed(1)?,
        channel: columns.parsed(2)?,
        minutes: columns.number(3)?,
        reason: columns.text(4)?,
        requested_at: columns.moment(5)?,
        expires_at: columns.moment(6)?,
        answer: columns
            .optional_text(7)?
            .zip(given)
            .map(|(word, (by, at))| (word, by, at)),
        granted: columns.optional_moment(10)?.zip(columns.optional_moment(11)?),
        reviewed: reviewer
            .zip(columns.optional_text(14)?)
            .map(|((by, at), text)| (by, at, text)),
    })
}
