// SPDX-License-Identifier: Apache-2.0
//! Keys and rooms of a server of the Matrix federation.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};
use crate::matrix::version::RoomVersion;

/// Keeps a sealed seed for `purpose` unless there is one, and returns the one that is kept.
pub async fn keep_key(
    server_name: &str,
    purpose: &str,
    sealed: &[u8],
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<u8>, StoreError> {
    sqlx::query(
        "INSERT INTO matrix_keys (server_name, purpose, sealed, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (server_name, purpose) DO NOTHING",
    )
    .bind(server_name)
    .bind(purpose)
    .bind(sealed.to_vec())
    .bind(millis(now))
    .execute(&mut *db)
    .await?;
    let row = sqlx::query("SELECT sealed FROM matrix_keys WHERE server_name = $1 AND purpose = $2")
        .bind(server_name)
        .bind(purpose)
        .fetch_one(db)
        .await?;
    Columns::of("matrix_keys", &row).bytes("sealed")
}

/// A room that the server was invited to or is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Room {
    /// Its identifier.
    pub id: String,
    /// Its version.
    pub version: RoomVersion,
    /// The server by which it was met.
    pub via: String,
    /// Whether the server is in it.
    pub joined: bool,
}

/// Notes a room. One that was joined stays joined.
pub async fn put_room(
    server_name: &str,
    room: &Room,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO matrix_rooms (server_name, room, version, via, joined, since) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (server_name, room) DO UPDATE SET \
         version = excluded.version, via = excluded.via, since = excluded.since, \
         joined = CASE WHEN matrix_rooms.joined = 1 THEN 1 ELSE excluded.joined END",
    )
    .bind(server_name)
    .bind(room.id.as_str())
    .bind(room.version.to_string())
    .bind(room.via.as_str())
    .bind(i64::from(room.joined))
    .bind(millis(now))
    .execute(db)
    .await?;
    Ok(())
}

/// A room by its identifier.
pub async fn room(server_name: &str, id: &str, db: &mut AnyConnection) -> Result<Option<Room>, StoreError> {
    let row = sqlx::query("SELECT * FROM matrix_rooms WHERE server_name = $1 AND room = $2")
        .bind(server_name)
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        let row = Columns::of("matrix_rooms", &row);
        Ok(Room {
            id: row.text("room")?,
            version: row.parsed("version")?,
            via: row.text("via")?,
            joined: row.flag("joined")?,
        })
    })
    .transpose()
}
