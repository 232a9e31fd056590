// SPDX-License-Identifier: Apache-2.0
//! Leaves: appending, and reading them back.

use std::ops::Range;

use chrono::{DateTime, Utc};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row};

use super::{StoreError, nodes, tree};
use crate::hash::{self, Hash};
use crate::leaf::{Facets, NewLeaf, Origin};
use crate::tree::Frontier;

/// A leaf as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLeaf {
    /// Its number in the tree, from 0.
    pub index: u64,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What kind of thing.
    pub kind: String,
    /// What a console filters by.
    pub facets: Facets,
    /// The hashed bytes: canonical JSON, see [`NewLeaf::record`].
    pub record: Vec<u8>,
    /// The leaf's hash.
    pub hash: Hash,
    /// The salt of the kept inputs.
    pub salt: Option<Vec<u8>>,
    /// The inputs, while they are kept.
    pub inputs: Option<Vec<u8>>,
}

/// Which leaves to list, newest first.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this kind.
    pub kind: Option<String>,
    /// Only about this subject.
    pub subject: Option<String>,
    /// Only with this outcome.
    pub outcome: Option<String>,
    /// Only with this reason.
    pub reason: Option<String>,
    /// Only with an index below this one.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: u32,
}

/// Appends `new` in their order and returns their indices. Call it late in the transaction: others
/// who append wait until it ends.
pub async fn append(new: &[NewLeaf], db: &mut AnyConnection) -> Result<Range<u64>, StoreError> {
    let frontier = tree::lock(&mut *db).await?;
    append_to(frontier, new.iter().map(|leaf| (leaf, None)), db).await
}

/// Appends to a tree that the caller has locked, keeping where each leaf came from.
pub(crate) async fn append_to<'a>(
    mut frontier: Frontier,
    new: impl Iterator<Item = (&'a NewLeaf, Option<&'a Origin>)>,
    db: &mut AnyConnection,
) -> Result<Range<u64>, StoreError> {
    let first = frontier.size();
    let mut rows = Vec::new();
    let mut complete = Vec::new();
    for (leaf, origin) in new {
        let index = frontier.size();
        let record = leaf.record(index, origin);
        let hash = hash::leaf(&record);
        frontier.append(hash, |level, position, hash| {
            if level > 0 && level % nodes::STRIDE == 0 {
                complete.push((level, position, hash));
            }
        });
        rows.push((index, leaf, record, hash));
    }
    if rows.is_empty() {
        return Ok(first..first);
    }
    let mut rest = rows.as_slice();
    for batch in BATCHES {
        while let Some((now, later)) = rest.split_at_checked(batch) {
            insert(now, &mut *db).await?;
            rest = later;
        }
    }
    for (level, position, hash) in complete {
        nodes::insert(level, position, &hash, &mut *db).await?;
    }
    tree::save(&frontier, db).await?;
    Ok(first..frontier.size())
}

/// The leaf with number `index`.
pub async fn leaf(index: u64, db: &mut AnyConnection) -> Result<Option<StoredLeaf>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM audit_leaves WHERE position = $1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(index as i64)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(stored).transpose()
}

/// The newest leaf that carries this decision id.
pub async fn decision(id: &str, db: &mut AnyConnection) -> Result<Option<StoredLeaf>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM audit_leaves WHERE decision_id = $1 ORDER BY position DESC LIMIT 1");
    let row = sqlx::query(AssertSqlSafe(sql))
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.as_ref().map(stored).transpose()
}

/// Leaves that fit `filter`, newest first, without their inputs.
pub async fn list(filter: &Filter, db: &mut AnyConnection) -> Result<Vec<StoredLeaf>, StoreError> {
    let facets = [
        ("kind", &filter.kind),
        ("subject", &filter.subject),
        ("outcome", &filter.outcome),
        ("reason", &filter.reason),
    ];
    let wanted = facets
        .iter()
        .filter_map(|(column, wanted)| Some((column, wanted.as_deref()?)));
    let conditions = (2..).zip(wanted.clone());
    let conditions: String = conditions
        .map(|(number, (column, _))| [" AND ", column, " = $", &number.to_string()].concat())
        .collect();
    let last = 2 + wanted.clone().count();
    let sql = format!(
        "SELECT {LISTED} FROM audit_leaves WHERE position < $1{conditions} ORDER BY position DESC LIMIT ${last}"
    );
    let before = filter.before.map_or(i64::MAX, |before| before as i64);
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(before);
    for (_, wanted) in wanted {
        query = query.bind(wanted);
    }
    let rows = query.bind(i64::from(filter.limit)).fetch_all(db).await?;
    rows.iter().map(stored).collect()
}

/// Leaves from number `from` on, oldest first, with their inputs.
pub async fn page(from: u64, limit: u32, db: &mut AnyConnection) -> Result<Vec<StoredLeaf>, StoreError> {
    rows(from, limit, db).await?.into_iter().collect()
}

/// As [`page`], each row on its own: one that somebody made unreadable hides no other.
pub(crate) async fn rows(
    from: u64,
    limit: u32,
    db: &mut AnyConnection,
) -> Result<Vec<Result<StoredLeaf, StoreError>>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM audit_leaves WHERE position >= $1 ORDER BY position LIMIT $2");
    let rows = sqlx::query(AssertSqlSafe(sql))
        .bind(from as i64)
        .bind(i64::from(limit))
        .fetch_all(db)
        .await?;
    Ok(rows.iter().map(stored).collect())
}

/// The number of the last leaf that is stored.
pub(crate) async fn last(db: &mut AnyConnection) -> Result<Option<u64>, StoreError> {
    let row = sqlx::query("SELECT MAX(position) AS last FROM audit_leaves")
        .fetch_one(db)
        .await?;
    Ok(row.try_get::<Option<i64>, _>("last")?.map(|last| last as u64))
}

/// When the newest leaf happened.
pub async fn newest_time(db: &mut AnyConnection) -> Result<Option<DateTime<Utc>>, StoreError> {
    let row = sqlx::query("SELECT at FROM audit_leaves ORDER BY position DESC LIMIT 1")
        .fetch_optional(db)
        .await?;
    let at = row.map(|row| row.try_get::<i64, _>("at")).transpose()?;
    Ok(at.and_then(DateTime::from_timestamp_millis))
}

/// Drops the inputs kept beside leaves that happened before `at`; the tree stays valid.
pub async fn forget_inputs(before: DateTime<Utc>, db: &mut AnyConnection) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE audit_leaves SET inputs = NULL, inputs_salt = NULL \
         WHERE at < $1 AND inputs IS NOT NULL",
    )
    .bind(before.timestamp_millis())
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

type NewRow<'a> = (u64, &'a NewLeaf, Vec<u8>, Hash);

async fn insert(rows: &[NewRow<'_>], db: &mut AnyConnection) -> Result<(), StoreError> {
    let values = (0..rows.len()).map(|row| {
        let numbers = (1..=WIDTH).map(|column| format!("${}", row * WIDTH + column));
        format!("({})", numbers.collect::<Vec<_>>().join(", "))
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let sql = format!("INSERT INTO audit_leaves ({COLUMNS}) VALUES {values}");
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (index, leaf, record, hash) in rows {
        let inputs = leaf.inputs.as_ref();
        query = query
            .bind(*index as i64)
            .bind(leaf.at.timestamp_millis())
            .bind(leaf.kind.as_str())
            .bind(leaf.facets.subject.as_deref())
            .bind(leaf.facets.outcome.as_deref())
            .bind(leaf.facets.reason.as_deref())
            .bind(leaf.facets.decision_id.as_deref())
            .bind(record.as_slice())
            .bind(hash.as_bytes().as_slice())
            .bind(inputs.map(|inputs| inputs.salt.to_vec()))
            .bind(inputs.map(|inputs| inputs.bytes.as_slice()));
    }
    query.execute(db).await?;
    Ok(())
}

fn stored(row: &AnyRow) -> Result<StoredLeaf, StoreError> {
    let index = row.try_get::<i64, _>("position")? as u64;
    let hash: Vec<u8> = row.try_get("leaf_hash")?;
    Ok(StoredLeaf {
        index,
        at: DateTime::from_timestamp_millis(row.try_get("at")?).unwrap_or_default(),
        kind: row.try_get("kind")?,
        facets: Facets {
            subject: row.try_get("subject")?,
            outcome: row.try_get("outcome")?,
            reason: row.try_get("reason")?,
            decision_id: row.try_get("decision_id")?,
        },
        record: row.try_get("record")?,
        hash: Hash::from_slice(&hash).ok_or(StoreError::Hash {
            level: 0,
            position: index,
        })?,
        salt: row.try_get("inputs_salt")?,
        inputs: row.try_get("inputs")?,
    })
}

const COLUMNS: &str = "position, at, kind, subject, outcome, reason, decision_id, record, \
                       leaf_hash, inputs_salt, inputs";
const LISTED: &str = "position, at, kind, subject, outcome, reason, decision_id, record, \
                      leaf_hash, NULL AS inputs_salt, NULL AS inputs";
const WIDTH: usize = 11;
/// Rows per statement: few texts, so that each stays prepared.
const BATCHES: [usize; 3] = [16, 4, 1];
