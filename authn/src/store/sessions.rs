// SPDX-License-Identifier: Apache-2.0
//! Sessions, and their names towards clients.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::SourceId;
use countersign_directory::id::{DeviceId, PersonId};
use countersign_directory::store::sql;
use sqlx::AnyConnection;

use super::{Columns, StoreError, json_text, millis};
use crate::assurance::{Level, Method};
use crate::evidence::Evidence;
use crate::session::board::AtClient;
use crate::session::{Place, Session, SessionId, Sid};

/// Keeps a new session under the hash of its secret.
pub async fn insert(session: &Session, secret_hash: &[u8], db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sessions (id, secret_hash, person, level, methods, attested, auth_time, \
         started_at, last_activity_at, ends_at, idle_seconds, device, agent, csrf, evidence) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind(session.id.as_str())
    .bind(secret_hash.to_vec())
    .bind(session.person.as_str())
    .bind(session.level.rank())
    .bind(json_text(&session.methods))
    .bind(i64::from(session.attested))
    .bind(millis(session.auth_time))
    .bind(millis(session.started_at))
    .bind(millis(session.last_activity))
    .bind(millis(session.ends_at))
    .bind(session.idle.num_seconds())
    .bind(
        session
            .place
            .device
            .as_ref()
            .map(|device| device.as_str().to_owned()),
    )
    .bind(session.place.agent.clone())
    .bind(session.csrf.as_str())
    .bind(json_text(&session.evidence))
    .execute(db)
    .await?;
    Ok(())
}

/// Replaces assurance, ends and secret of a session that is not over. `false`: it is.
pub async fn renew(
    session: &Session,
    secret_hash: &[u8],
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE sessions SET secret_hash = $2, level = $3, methods = $4, attested = $5, \
         auth_time = $6, last_activity_at = $7, ends_at = $8, csrf = $9, device = $10, evidence = $11, \
         idle_seconds = $12 \
         WHERE id = $1 AND ended_at IS NULL",
    )
    .bind(session.id.as_str())
    .bind(secret_hash.to_vec())
    .bind(session.level.rank())
    .bind(json_text(&session.methods))
    .bind(i64::from(session.attested))
    .bind(millis(session.auth_time))
    .bind(millis(session.last_activity))
    .bind(millis(session.ends_at))
    .bind(session.csrf.as_str())
    .bind(
        session
            .place
            .device
            .as_ref()
            .map(|device| device.as_str().to_owned()),
    )
    .bind(json_text(&session.evidence))
    .bind(session.idle.num_seconds())
    .execute(db)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The session whose secret has this hash, ended or not.
pub async fn by_secret(hash: &[u8], db: &mut AnyConnection) -> Result<Option<Session>, StoreError> {
    let row = sqlx::query("SELECT * FROM sessions WHERE secret_hash = $1")
        .bind(hash.to_vec())
        .fetch_optional(db)
        .await?;
    row.map(|row| read(&Columns::of("sessions", &row))).transpose()
}

/// The session named `id`, ended or not.
pub async fn by_id(id: &SessionId, db: &mut AnyConnection) -> Result<Option<Session>, StoreError> {
    Ok(among(&[id], db).await?.remove(id))
}

/// Those of these sessions that are on file, ended or not.
pub async fn among(
    ids: &[&SessionId],
    db: &mut AnyConnection,
) -> Result<BTreeMap<SessionId, Session>, StoreError> {
    let mut found = BTreeMap::new();
    for ids in ids.chunks(sql::batch(1)) {
        let text = format!(
            "SELECT * FROM sessions WHERE id IN ({})",
            sql::places(1, ids.len())
        );
        let mut query = sqlx::query(sql::statement(text));
        for id in ids {
            query = query.bind(id.as_str());
        }
        for row in query.fetch_all(&mut *db).await? {
            let session = read(&Columns::of("sessions", &row))?;
            found.insert(session.id.clone(), session);
        }
    }
    Ok(found)
}

/// The session of an access token that was not revoked, ended or not; and whether the token is half of a pair
/// of which nobody has seen a half yet. One statement: it is asked at every use of a token.
pub async fn of_token(access: &str, db: &mut AnyConnection) -> Result<Option<(Session, bool)>, StoreError> {
    let row = sqlx::query(
        "SELECT sessions.*, (SELECT COUNT(*) FROM refresh_families \
         WHERE current_access = access_tokens.id AND current_used = 0) AS unseen \
         FROM access_tokens JOIN sessions ON sessions.id = access_tokens.session \
         WHERE access_tokens.id = $1 AND access_tokens.revoked_at IS NULL",
    )
    .bind(access)
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        let row = Columns::of("sessions", &row);
        Ok((read(&row)?, row.number("unseen")? > 0))
    })
    .transpose()
}

/// A person's sessions that were not ended, newest sign-in first.
pub async fn open_of_person(person: &PersonId, db: &mut AnyConnection) -> Result<Vec<Session>, StoreError> {
    let rows =
        sqlx::query("SELECT * FROM sessions WHERE person = $1 AND ended_at IS NULL ORDER BY auth_time DESC")
            .bind(person.as_str())
            .fetch_all(db)
            .await?;
    rows.iter()
        .map(|row| read(&Columns::of("sessions", row)))
        .collect()
}

/// The sessions on a device that were not ended.
pub async fn open_on_device(device: &DeviceId, db: &mut AnyConnection) -> Result<Vec<Session>, StoreError> {
    let rows = sqlx::query("SELECT * FROM sessions WHERE device = $1 AND ended_at IS NULL ORDER BY id")
        .bind(device.as_str())
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| read(&Columns::of("sessions", row)))
        .collect()
}

/// Which sessions: those at a client, those that came from a source, or those of an earlier sign-in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Scope {
    /// Signed in before this moment.
    Before(DateTime<Utc>),
    /// With a part at this client.
    Client(String),
    /// From this source.
    Source(SourceId),
}

/// The first `most` sessions of `scope` after the one called `after`, born no later than `until`, that were not
/// ended; in the order of their names.
pub async fn open_within(
    scope: &Scope,
    until: DateTime<Utc>,
    after: Option<&SessionId>,
    most: i64,
    db: &mut AnyConnection,
) -> Result<Vec<SessionId>, StoreError> {
    let which = match scope {
        Scope::Before(_) => "auth_time < $1",
        Scope::Client(_) => "id IN (SELECT session FROM client_sessions WHERE client = $1)",
        Scope::Source(_) => "id IN (SELECT session FROM upstream_sessions WHERE source = $1)",
    };
    let text = format!(
        "SELECT id FROM sessions WHERE {which} AND ended_at IS NULL AND started_at <= $2 AND id > $3 \
         ORDER BY id LIMIT $4"
    );
    let query = sqlx::query(sql::statement(text));
    let query = match scope {
        Scope::Before(moment) => query.bind(millis(*moment)),
        Scope::Client(client) => query.bind(client.clone()),
        Scope::Source(source) => query.bind(source.as_str().to_owned()),
    };
    let rows = query
        .bind(millis(until))
        .bind(after.map_or("", SessionId::as_str).to_owned())
        .bind(most)
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| Ok(SessionId::from_text(Columns::of("sessions", row).text("id")?)))
        .collect()
}

/// All sessions that belong on the board: open ones, and ended ones that a client may not know of.
pub async fn for_board(db: &mut AnyConnection) -> Result<Vec<(Session, Vec<AtClient>)>, StoreError> {
    let rows = sqlx::query(
        "SELECT * FROM sessions WHERE ended_at IS NULL OR id IN \
         (SELECT session FROM client_sessions WHERE end_confirmed_at IS NULL)",
    )
    .fetch_all(&mut *db)
    .await?;
    let ties = sqlx::query("SELECT session, sid, client, end_confirmed_at FROM client_sessions")
        .fetch_all(&mut *db)
        .await?;
    let mut clients: BTreeMap<SessionId, Vec<AtClient>> = BTreeMap::new();
    for tie in &ties {
        let tie = Columns::of("client_sessions", tie);
        let session = SessionId::from_text(tie.text("session")?);
        clients.entry(session).or_default().push(read_tie(&tie)?);
    }
    rows.iter()
        .map(|row| {
            let session = read(&Columns::of("sessions", row))?;
            let ties = clients.remove(&session.id).unwrap_or_default();
            Ok((session, ties))
        })
        .collect()
}

/// The names of a session towards clients.
pub async fn clients_of(id: &SessionId, db: &mut AnyConnection) -> Result<Vec<AtClient>, StoreError> {
    let rows = sqlx::query(
        "SELECT sid, client, end_confirmed_at FROM client_sessions WHERE session = $1 ORDER BY sid",
    )
    .bind(id.as_str())
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| read_tie(&Columns::of("client_sessions", row)))
        .collect()
}

/// The name of a session towards `client`, if it has one.
pub async fn tied(
    session: &SessionId,
    client: &str,
    db: &mut AnyConnection,
) -> Result<Option<Sid>, StoreError> {
    let row = sqlx::query("SELECT sid FROM client_sessions WHERE session = $1 AND client = $2")
        .bind(session.as_str())
        .bind(client)
        .fetch_optional(db)
        .await?;
    row.map(|row| Ok(Sid::from_text(Columns::of("client_sessions", &row).text("sid")?)))
        .transpose()
}

/// Names a session towards `client`: `fresh`, unless somebody was quicker.
pub async fn tie(
    session: &Session,
    client: &str,
    fresh: Sid,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Sid, StoreError> {
    sqlx::query(
        "INSERT INTO client_sessions (sid, session, client, person, created_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (session, client) DO NOTHING",
    )
    .bind(fresh.as_str())
    .bind(session.id.as_str())
    .bind(client)
    .bind(session.person.as_str())
    .bind(millis(now))
    .execute(&mut *db)
    .await?;
    tied(&session.id, client, db).await?.ok_or(StoreError::Row {
        table: "client_sessions",
        column: "sid",
    })
}

/// The session that a client knows as `sid`.
pub async fn by_sid(
    client: &str,
    sid: &Sid,
    db: &mut AnyConnection,
) -> Result<Option<SessionId>, StoreError> {
    let row = sqlx::query("SELECT session FROM client_sessions WHERE sid = $1 AND client = $2")
        .bind(sid.as_str())
        .bind(client)
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Ok(SessionId::from_text(
            Columns::of("client_sessions", &row).text("session")?,
        ))
    })
    .transpose()
}

/// Notes that a client knows that its session `sid` is over.
pub async fn confirm_end(
    sid: &Sid,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Option<SessionId>, StoreError> {
    let row = sqlx::query(
        "UPDATE client_sessions SET end_confirmed_at = $2 \
         WHERE sid = $1 AND end_confirmed_at IS NULL RETURNING session",
    )
    .bind(sid.as_str())
    .bind(millis(now))
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        Ok(SessionId::from_text(
            Columns::of("client_sessions", &row).text("session")?,
        ))
    })
    .transpose()
}

/// Ends a session. `false`: it was over already.
pub async fn end(
    id: &SessionId,
    reason: &str,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE sessions SET ended_at = $2, end_reason = $3 WHERE id = $1 AND ended_at IS NULL")
            .bind(id.as_str())
            .bind(millis(now))
            .bind(reason)
            .execute(db)
            .await?;
    Ok(done.rows_affected() == 1)
}

/// Writes down activity; never moves it back.
pub async fn touch(id: &SessionId, at: DateTime<Utc>, db: &mut AnyConnection) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET last_activity_at = $2 WHERE id = $1 AND last_activity_at < $3")
        .bind(id.as_str())
        .bind(millis(at))
        .bind(millis(at))
        .execute(db)
        .await?;
    Ok(())
}

fn read_tie(row: &Columns<'_>) -> Result<AtClient, StoreError> {
    Ok(AtClient {
        sid: Sid::from_text(row.text("sid")?),
        client: row.text("client")?,
        end_confirmed: row.time_option("end_confirmed_at")?.is_some(),
    })
}

fn read(row: &Columns<'_>) -> Result<Session, StoreError> {
    let methods: BTreeSet<Method> = row.json("methods")?;
    let evidence: Vec<Evidence> = row.json("evidence")?;
    let device: Option<DeviceId> = row
        .text_option("device")?
        .map(|text| text.parse().map_err(|_| row.bad("device")))
        .transpose()?;
    Ok(Session {
        id: SessionId::from_text(row.text("id")?),
        person: row.parsed("person")?,
        level: Level::from_rank(row.number("level")?).ok_or_else(|| row.bad("level"))?,
        methods,
        attested: row.flag("attested")?,
        evidence,
        auth_time: row.time("auth_time")?,
        started_at: row.time("started_at")?,
        last_activity: row.time("last_activity_at")?,
        ends_at: row.time("ends_at")?,
        idle: TimeDelta::seconds(row.number("idle_seconds")?),
        place: Place {
            device,
            agent: row.text_option("agent")?,
        },
        csrf: row.text("csrf")?,
        ended_at: row.time_option("ended_at")?,
    })
}
