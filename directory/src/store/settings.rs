// SPDX-License-Identifier: Apache-2.0
//! The settings, one row per setting.

use serde_json::{Map, Value};
use sqlx::AnyConnection;

use super::StoreError;
use super::row::{Columns, json};
use crate::Settings;

/// The settings on file; nothing when none were ever written.
pub async fn load(db: &mut AnyConnection) -> Result<Option<Settings>, StoreError> {
    let rows = sqlx::query("SELECT name, value FROM settings")
        .fetch_all(db)
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut fields = Map::new();
    for row in &rows {
        let columns = Columns {
            table: "settings",
            row,
        };
        fields.insert(columns.text(0)?, columns.json::<Value>(1)?);
    }
    serde_json::from_value(Value::Object(fields))
        .map(Some)
        .map_err(|error| StoreError::BadRow {
            table: "settings",
            row: "*".to_owned(),
            message: error.to_string(),
        })
}

/// Writes the settings in place of those on file.
pub async fn put(settings: &Settings, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM settings").execute(&mut *db).await?;
    let fields: Map<String, Value> = serde_json::from_str(&json(settings)?)
        .map_err(|error| StoreError::Database(sqlx::Error::Encode(error.into())))?;
    for (name, value) in fields {
        sqlx::query("INSERT INTO settings (name, value) VALUES ($1, $2)")
            .bind(name)
            .bind(value.to_string())
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}
