// SPDX-License-Identifier: Apache-2.0
//! Hashes of complete subtrees, kept at every eighth level, and what proofs need from them.

use sqlx::{AnyConnection, Row};

use super::StoreError;
use crate::hash::Hash;
use crate::tree::proof;
use crate::tree::range::{self, Range, Subtree};

/// Every how many levels a complete subtree's hash is kept: 8 costs a row per 256 leaves, and a
/// subtree between two kept levels folds from at most 128 hashes.
pub(crate) const STRIDE: u32 = 8;

/// The hashes that prove that leaf `index` is in the tree of `size`; `None` if it is not.
pub async fn inclusion(
    index: u64,
    size: u64,
    db: &mut AnyConnection,
) -> Result<Option<Vec<Hash>>, StoreError> {
    match proof::inclusion(index, size) {
        Some(ranges) => hashes(&ranges, db).await.map(Some),
        None => Ok(None),
    }
}

/// The hashes that prove that the tree of `old` leaves is the start of the one of `new` leaves;
/// `None` unless `old` is at least 1 and at most `new`.
pub async fn consistency(
    old: u64,
    new: u64,
    db: &mut AnyConnection,
) -> Result<Option<Vec<Hash>>, StoreError> {
    match proof::consistency(old, new) {
        Some(ranges) => hashes(&ranges, db).await.map(Some),
        None => Ok(None),
    }
}

/// The root of the tree's first `size` leaves.
pub async fn root(size: u64, db: &mut AnyConnection) -> Result<Hash, StoreError> {
    of_range(Range { from: 0, to: size }, db).await
}

pub(super) async fn insert(
    level: u32,
    position: u64,
    hash: &Hash,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO audit_nodes (level, position, hash) VALUES ($1, $2, $3)")
        .bind(i64::from(level))
        .bind(position as i64)
        .bind(hash.as_bytes().as_slice())
        .execute(db)
        .await?;
    Ok(())
}

/// The kept hashes of one level from position `first` on, at most `count`.
pub(crate) async fn level(
    level: u32,
    first: u64,
    count: u64,
    db: &mut AnyConnection,
) -> Result<Vec<Hash>, StoreError> {
    kept(level, first, count, db).await
}

async fn hashes(ranges: &[Range], db: &mut AnyConnection) -> Result<Vec<Hash>, StoreError> {
    let mut hashes = Vec::with_capacity(ranges.len());
    for range in ranges {
        hashes.push(of_range(*range, &mut *db).await?);
    }
    Ok(hashes)
}

async fn of_range(range: Range, db: &mut AnyConnection) -> Result<Hash, StoreError> {
    let mut complete = Vec::new();
    for subtree in range.subtrees() {
        complete.push(of_subtree(subtree, &mut *db).await?);
    }
    Ok(range::join(&complete))
}

async fn of_subtree(subtree: Subtree, db: &mut AnyConnection) -> Result<Hash, StoreError> {
    let level = subtree.level - subtree.level % STRIDE;
    let count = 1_u64 << (subtree.level - level);
    let first = subtree.position * count;
    let kept = kept(level, first, count, db).await?;
    let missing = StoreError::Hash {
        level,
        position: first + kept.len() as u64,
    };
    if kept.len() as u64 == count {
        range::fold(kept).ok_or(missing)
    } else {
        Err(missing)
    }
}

async fn kept(level: u32, first: u64, count: u64, db: &mut AnyConnection) -> Result<Vec<Hash>, StoreError> {
    let (first, end) = (first as i64, (first + count) as i64);
    let query = if level == 0 {
        sqlx::query(
            "SELECT leaf_hash AS hash FROM audit_leaves \
             WHERE position >= $1 AND position < $2 ORDER BY position",
        )
    } else {
        sqlx::query(
            "SELECT hash FROM audit_nodes \
             WHERE position >= $1 AND position < $2 AND level = $3 ORDER BY position",
        )
    };
    let query = query.bind(first).bind(end);
    let query = if level == 0 {
        query
    } else {
        query.bind(i64::from(level))
    };
    let mut hashes = Vec::with_capacity(count as usize);
    for (position, row) in (first as u64..).zip(query.fetch_all(db).await?) {
        let bytes: Vec<u8> = row.try_get("hash")?;
        hashes.push(Hash::from_slice(&bytes).ok_or(StoreError::Hash { level, position })?);
    }
    Ok(hashes)
}
