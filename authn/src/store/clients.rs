// SPDX-License-Identifier: Apache-2.0
//! Clients of the OpenID provider.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Columns, StoreError, json_text, millis, saml_services};
use crate::oidc::client::{Client, ClientRecord};

/// Adds a client, or replaces its record and keeps its secret.
pub async fn put(
    record: &ClientRecord,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO clients (id, record, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (id) DO UPDATE SET record = excluded.record",
    )
    .bind(record.id.as_str())
    .bind(json_text(record))
    .bind(millis(now))
    .execute(&mut *db)
    .await?;
    let entity_id = record.saml.as_ref().map(|provider| provider.entity_id.as_str());
    saml_services::name_client(&record.id, entity_id, db).await
}

/// Sets, replaces or takes away the hash of a client's secret.
pub async fn set_secret(id: &str, hash: Option<Vec<u8>>, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let done = sqlx::query("UPDATE clients SET secret_hash = $2 WHERE id = $1")
        .bind(id)
        .bind(hash)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

/// The client named `id`.
pub async fn by_id(id: &str, db: &mut AnyConnection) -> Result<Option<Client>, StoreError> {
    let row = sqlx::query("SELECT record, secret_hash FROM clients WHERE id = $1")
        .bind(id)
        .fetch_optional(db)
        .await?;
    row.map(|row| read(&Columns::of("clients", &row))).transpose()
}

/// All clients, by id.
pub async fn all(db: &mut AnyConnection) -> Result<Vec<Client>, StoreError> {
    let rows = sqlx::query("SELECT record, secret_hash FROM clients ORDER BY id")
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| read(&Columns::of("clients", row)))
        .collect()
}

/// Notes that the configuration keeps a client.
pub async fn keep_configured(id: &str, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE clients SET configured = 1 WHERE id = $1")
        .bind(id)
        .execute(db)
        .await?;
    Ok(())
}

/// The ids of the clients that the configuration keeps.
pub async fn configured(db: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query("SELECT id FROM clients WHERE configured = 1 ORDER BY id")
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| Columns::of("clients", row).text("id"))
        .collect()
}

/// Whether the configuration keeps a client.
pub async fn is_configured(id: &str, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT id FROM clients WHERE id = $1 AND configured = 1")
        .bind(id)
        .fetch_optional(db)
        .await?;
    Ok(row.is_some())
}

/// Removes a client.
pub async fn remove(id: &str, db: &mut AnyConnection) -> Result<bool, StoreError> {
    saml_services::name_client(id, None, db).await?;
    let done = sqlx::query("DELETE FROM clients WHERE id = $1")
        .bind(id)
        .execute(db)
        .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &Columns<'_>) -> Result<Client, StoreError> {
    Ok(Client {
        record: row.json("record")?,
        secret_hash: row.bytes_option("secret_hash")?,
    })
}
