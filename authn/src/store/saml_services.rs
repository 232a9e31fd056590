// SPDX-License-Identifier: Apache-2.0
//! What the identity provider keeps: service providers by their entity id, frozen requests on their
//! way to a sign-in, names of people by session, logouts under way.

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use super::{Columns, StoreError, json_text, millis};
use crate::saml::idp::Request;
use crate::saml::idp::chain::Chain;
use crate::saml::idp::name_id::{Format, Name};
use crate::session::Sid;

/// The client that is the service provider of that name.
pub async fn client_of(entity_id: &str, db: &mut AnyConnection) -> Result<Option<String>, StoreError> {
    let row = sqlx::query("SELECT client FROM saml_services WHERE entity_id = $1")
        .bind(entity_id)
        .fetch_optional(db)
        .await?;
    row.map(|row| Columns::of("saml_services", &row).text("client"))
        .transpose()
}

/// Says which service provider a client is; none: it is none any more. One name is one client's.
pub(super) async fn name_client(
    client: &str,
    entity_id: Option<&str>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM saml_services WHERE client = $1")
        .bind(client)
        .execute(&mut *db)
        .await?;
    if let Some(entity_id) = entity_id {
        sqlx::query("INSERT INTO saml_services (entity_id, client) VALUES ($1, $2)")
            .bind(entity_id)
            .bind(client)
            .execute(db)
            .await?;
    }
    Ok(())
}

/// Keeps a frozen request for the next step of the browser.
pub async fn freeze(
    id: &str,
    request: &Request,
    expires_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO saml_frozen (id, request, expires_at) VALUES ($1, $2, $3)")
        .bind(id)
        .bind(json_text(request))
        .bind(millis(expires_at))
        .execute(db)
        .await?;
    Ok(())
}

/// Takes a frozen request: once.
pub async fn thaw(
    id: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Request>, StoreError> {
    let row = sqlx::query("DELETE FROM saml_frozen WHERE id = $1 AND expires_at >= $2 RETURNING request")
        .bind(id)
        .bind(millis(now))
        .fetch_optional(db)
        .await?;
    row.map(|row| Columns::of("saml_frozen", &row).json("request"))
        .transpose()
}

/// Keeps what somebody is called at a client, for the session that has this name there.
pub async fn put_name(
    sid: &Sid,
    client: &str,
    name: &Name,
    expires_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO saml_service_names (sid, client, name, format, expires_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (sid) DO UPDATE SET name = excluded.name, format = excluded.format, \
         expires_at = excluded.expires_at",
    )
    .bind(sid.as_str())
    .bind(client)
    .bind(name.value.as_str())
    .bind(name.format.uri())
    .bind(millis(expires_at))
    .execute(db)
    .await?;
    Ok(())
}

/// What the person of this session is called at this client.
pub async fn name_of(sid: &Sid, client: &str, db: &mut AnyConnection) -> Result<Option<Name>, StoreError> {
    let row = sqlx::query("SELECT name, format FROM saml_service_names WHERE sid = $1 AND client = $2")
        .bind(sid.as_str())
        .bind(client)
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        let row = Columns::of("saml_service_names", &row);
        Ok(Name {
            value: row.text("name")?,
            format: Format::named(&row.text("format")?).ok_or_else(|| row.bad("format"))?,
        })
    })
    .transpose()
}

/// The sessions of whoever is called so at a client.
pub async fn sessions_of(client: &str, name: &str, db: &mut AnyConnection) -> Result<Vec<Sid>, StoreError> {
    let rows = sqlx::query("SELECT sid FROM saml_service_names WHERE client = $1 AND name = $2 ORDER BY sid")
        .bind(client)
        .bind(name)
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(Sid::from_text(
                Columns::of("saml_service_names", row).text("sid")?,
            ))
        })
        .collect()
}

/// Keeps a logout as it stands. `asked` is the request that waits for its answer.
pub async fn put_chain(
    chain: &Chain,
    expires_at: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO saml_logouts (id, asked, chain, expires_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (id) DO UPDATE SET asked = excluded.asked, chain = excluded.chain",
    )
    .bind(chain.id.as_str())
    .bind(chain.asked().map(str::to_owned))
    .bind(json_text(chain))
    .bind(millis(expires_at))
    .execute(db)
    .await?;
    Ok(())
}

/// The logout of that name.
pub async fn chain(
    id: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Chain>, StoreError> {
    let row = sqlx::query("SELECT chain FROM saml_logouts WHERE id = $1 AND expires_at >= $2")
        .bind(id)
        .bind(millis(now))
        .fetch_optional(db)
        .await?;
    row.map(|row| Columns::of("saml_logouts", &row).json("chain"))
        .transpose()
}

/// The logout that waits for the answer to this request.
pub async fn chain_that_asked(
    request: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<Chain>, StoreError> {
    let row = sqlx::query("SELECT chain FROM saml_logouts WHERE asked = $1 AND expires_at >= $2")
        .bind(request)
        .bind(millis(now))
        .fetch_optional(db)
        .await?;
    row.map(|row| Columns::of("saml_logouts", &row).json("chain"))
        .transpose()
}

/// Forgets what has run out.
pub async fn forget_expired(now: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    for statement in [
        "DELETE FROM saml_frozen WHERE expires_at < $1",
        "DELETE FROM saml_service_names WHERE expires_at < $1",
        "DELETE FROM saml_logouts WHERE expires_at < $1",
    ] {
        sqlx::query(statement).bind(millis(now)).execute(&mut *db).await?;
    }
    Ok(())
}
