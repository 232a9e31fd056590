// SPDX-License-Identifier: Apache-2.0
//! Chains of refresh tokens, one row each: what is current, what came before it, and whether the current
//! pair was used.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use countersign_directory::store::sql;
use sqlx::AnyConnection;

use super::{Columns, StoreError, json_text, millis};
use crate::oidc::code::BoundTo;
use crate::session::SessionId;

/// A chain as found.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its name.
    pub id: String,
    /// What its access tokens have in common.
    pub grant: String,
    /// What its sign-in was.
    pub bound_to: BoundTo,
    /// How often it was rotated.
    pub generation: i64,
    /// Hash of the current refresh token.
    pub current_hash: Vec<u8>,
    /// Hash of the one before it.
    pub previous_hash: Option<Vec<u8>>,
    /// The access token issued with the current one.
    pub current_access: String,
    /// Whether either of the current pair was used.
    pub current_used: bool,
    /// When it ended, if it did.
    pub ended_at: Option<DateTime<Utc>>,
}

/// Keeps a new chain.
pub async fn insert(family: &Family, now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO refresh_families (id, grant_id, session, client, bound_to, generation, current_hash, \
         current_access, current_used, created_at, rotated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10)",
    )
    .bind(family.id.as_str())
    .bind(family.grant.as_str())
    .bind(family.bound_to.session.as_str())
    .bind(family.bound_to.client.as_str())
    .bind(json_text(&family.bound_to))
    .bind(family.generation)
    .bind(family.current_hash.clone())
    .bind(family.current_access.as_str())
    .bind(millis(now))
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(())
}

/// The chains of these names, ended or not. Until the transaction ends, nobody else moves them.
pub async fn held(ids: &[&str], db: &mut AnyConnection) -> Result<BTreeMap<String, Family>, StoreError> {
    let mut found = BTreeMap::new();
    for ids in ids.chunks(sql::batch(1)) {
        // Those who present a token of one chain at the same moment take turns, on every engine.
        let text = format!(
            "UPDATE refresh_families SET generation = generation WHERE id IN ({}) RETURNING *",
            sql::places(1, ids.len())
        );
        let mut query = sqlx::query(sql::statement(text));
        for id in ids {
            query = query.bind(*id);
        }
        for row in query.fetch_all(&mut *db).await? {
            let family = read(&Columns::of("refresh_families", &row))?;
            found.insert(family.id.clone(), family);
        }
    }
    Ok(found)
}

/// How a chain goes on.
#[derive(Debug)]
pub struct Rotation {
    /// The chain.
    pub id: String,
    /// From which generation.
    pub generation: i64,
    /// Hash of the token that was presented.
    pub presented_hash: Vec<u8>,
    /// Hash of the next one.
    pub next_hash: Vec<u8>,
    /// The access token beside it.
    pub access: String,
}

/// Puts new pairs in the place of those of their generations (compare-and-set), and tells which chains went
/// on: of the others somebody else was quicker.
pub async fn rotate<'a>(
    rotations: impl IntoIterator<Item = &'a Rotation>,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<BTreeSet<String>, StoreError> {
    let rotations: Vec<&Rotation> = rotations.into_iter().collect();
    let mut moved = BTreeSet::new();
    for rotations in rotations.chunks(sql::batch(5)) {
        let text = format!(
            "WITH next (id, generation, presented_hash, next_hash, access) AS (VALUES {}) \
             UPDATE refresh_families SET generation = refresh_families.generation + 1, \
             previous_hash = next.presented_hash, current_hash = next.next_hash, \
             current_access = next.access, current_used = 0, rotated_at = ${} FROM next \
             WHERE refresh_families.id = next.id AND refresh_families.generation = next.generation \
             AND ended_at IS NULL RETURNING refresh_families.id",
            sql::rows(rotations.len(), 5),
            rotations.len() * 5 + 1
        );
        let mut query = sqlx::query(sql::statement(text));
        for rotation in rotations {
            query = query
                .bind(rotation.id.as_str())
                .bind(rotation.generation)
                .bind(rotation.presented_hash.clone())
                .bind(rotation.next_hash.clone())
                .bind(rotation.access.as_str());
        }
        for row in query.bind(millis(now)).fetch_all(&mut *db).await? {
            moved.insert(Columns::of("refresh_families", &row).text("id")?);
        }
    }
    Ok(moved)
}

/// Notes that the pair whose access token this is, is in use.
pub async fn mark_used(access: &str, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE refresh_families SET current_used = 1 WHERE current_access = $1")
        .bind(access)
        .execute(db)
        .await?;
    Ok(())
}

/// Ends one chain. `false`: it was over already.
pub async fn end(
    id: &str,
    reason: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE refresh_families SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at IS NULL",
    )
    .bind(id)
    .bind(millis(now))
    .bind(reason)
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends the chains that came from one grant.
pub async fn end_grant(
    grant: &str,
    reason: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE refresh_families SET ended_at = $2, end_reason = $3 WHERE grant_id = $1 AND ended_at IS NULL",
    )
    .bind(grant)
    .bind(millis(now))
    .bind(reason)
    .execute(db)
    .await?;
    Ok(())
}

/// Ends the chains of a session, of all its clients or of one.
pub async fn end_session(
    session: &SessionId,
    client: Option<&str>,
    reason: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE refresh_families SET ended_at = $2, end_reason = $3 \
         WHERE session = $1 AND ended_at IS NULL AND ($4 = '' OR client = $5)",
    )
    .bind(session.as_str())
    .bind(millis(now))
    .bind(reason)
    .bind(client.unwrap_or_default())
    .bind(client.unwrap_or_default())
    .execute(db)
    .await?;
    Ok(())
}

/// Forgets chains that ended before `before`: presented again they are unknown, which is refused as well.
pub async fn forget_ended(before: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM refresh_families WHERE ended_at < $1")
        .bind(millis(before))
        .execute(db)
        .await?;
    Ok(())
}

fn read(row: &Columns<'_>) -> Result<Family, StoreError> {
    Ok(Family {
        id: row.text("id")?,
        grant: row.text("grant_id")?,
        bound_to: row.json("bound_to")?,
        generation: row.number("generation")?,
        current_hash: row.bytes("current_hash")?,
        previous_hash: row.bytes_option("previous_hash")?,
        current_access: row.text("current_access")?,
        current_used: row.flag("current_used")?,
        ended_at: row.time_option("ended_at")?,
    })
}
