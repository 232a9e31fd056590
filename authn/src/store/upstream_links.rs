// SPDX-License-Identifier: Apache-2.0
//! Whose account a person at a source opens. There is no statement that changes whom a link is of.

use chrono::{DateTime, Utc};
use countersign_directory::SourceId;
use countersign_directory::id::PersonId;
use countersign_directory::store::sql;
use sqlx::AnyConnection;

use super::{Columns, StoreError, millis};
use crate::assurance::Level;
use crate::upstream::link::{Identity, Link, Made};

/// Keeps a new link. `false`: that identity opens an account already.
pub async fn add(link: &Link, db: &mut AnyConnection) -> Result<bool, StoreError> {
    Ok(add_all(std::slice::from_ref(link), db).await? == 1)
}

/// Keeps new links, which nobody has used yet, of identities that open no account: how many are kept.
pub async fn add_all(links: &[Link], db: &mut AnyConnection) -> Result<u64, StoreError> {
    let mut kept = 0;
    for links in links.chunks(sql::batch(8)) {
        let text = format!(
            "INSERT INTO upstream_links (id, person, source, issuer, subject, label, made_by, created_at) VALUES {} \
             ON CONFLICT (source, issuer, subject) DO NOTHING",
            sql::rows(links.len(), 8),
        );
        let mut query = sqlx::query(sql::statement(text));
        for link in links {
            query = query
                .bind(link.id.as_str())
                .bind(link.person.as_str())
                .bind(link.identity.source.as_str())
                .bind(link.identity.issuer.as_str())
                .bind(link.identity.subject.as_str())
                .bind(link.label.as_str())
                .bind(link.made.word())
                .bind(millis(link.created_at));
        }
        kept += query.execute(&mut *db).await?.rows_affected();
    }
    Ok(kept)
}

/// The links of those of an issuer's `subjects` that open an account.
pub async fn of_subjects(
    source: &SourceId,
    issuer: &str,
    subjects: &[&str],
    db: &mut AnyConnection,
) -> Result<Vec<Link>, StoreError> {
    let mut found = Vec::new();
    for subjects in subjects.chunks(sql::batch(1)) {
        let text = format!(
            "SELECT * FROM upstream_links WHERE source = $1 AND issuer = $2 AND subject IN ({})",
            sql::places(3, subjects.len()),
        );
        let query = sqlx::query(sql::statement(text))
            .bind(source.as_str())
            .bind(issuer);
        let query = subjects.iter().fold(query, |query, subject| query.bind(*subject));
        for row in query.fetch_all(&mut *db).await? {
            found.push(read(&Columns::of("upstream_links", &row))?);
        }
    }
    Ok(found)
}

/// The link of an identity.
pub async fn of_identity(identity: &Identity, db: &mut AnyConnection) -> Result<Option<Link>, StoreError> {
    let row = sqlx::query("SELECT * FROM upstream_links WHERE source = $1 AND issuer = $2 AND subject = $3")
        .bind(identity.source.as_str())
        .bind(identity.issuer.as_str())
        .bind(identity.subject.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| read(&Columns::of("upstream_links", &row)))
        .transpose()
}

/// A person's links, oldest first.
pub async fn of_person(person: &PersonId, db: &mut AnyConnection) -> Result<Vec<Link>, StoreError> {
    let rows = sqlx::query("SELECT * FROM upstream_links WHERE person = $1 ORDER BY created_at, id")
        .bind(person.as_str())
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| read(&Columns::of("upstream_links", row)))
        .collect()
}

/// The links of a source, by person, behind `after` (a person and a link of hers), at most `limit`.
pub async fn of_source(
    source: &SourceId,
    after: Option<(&str, &str)>,
    limit: i64,
    db: &mut AnyConnection,
) -> Result<Vec<Link>, StoreError> {
    let (person, id) = after.unwrap_or_default();
    let rows = sqlx::query(
        "SELECT * FROM upstream_links WHERE source = $1 AND (person > $2 OR (person = $2 AND id > $3)) \
         ORDER BY person, id LIMIT $4",
    )
    .bind(source.as_str())
    .bind(person)
    .bind(id)
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| read(&Columns::of("upstream_links", row)))
        .collect()
}

/// How many links a source has.
pub async fn count_of(source: &SourceId, db: &mut AnyConnection) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT COUNT(*) AS links FROM upstream_links WHERE source = $1")
        .bind(source.as_str())
        .fetch_one(db)
        .await?;
    Columns::of("upstream_links", &row).number("links")
}

/// Notes a sign-in, and the level that it reached.
pub async fn used(
    id: &str,
    level: Level,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE upstream_links SET last_used_at = $2, level = $3 WHERE id = $1")
        .bind(id)
        .bind(millis(now))
        .bind(level.rank())
        .execute(db)
        .await?;
    Ok(())
}

/// Takes a link of a person away, and returns it. `None`: she has no such link.
pub async fn remove(id: &str, person: &PersonId, db: &mut AnyConnection) -> Result<Option<Link>, StoreError> {
    let row = sqlx::query("DELETE FROM upstream_links WHERE id = $1 AND person = $2 RETURNING *")
        .bind(id)
        .bind(person.as_str())
        .fetch_optional(db)
        .await?;
    row.map(|row| read(&Columns::of("upstream_links", &row)))
        .transpose()
}

fn read(row: &Columns<'_>) -> Result<Link, StoreError> {
    let level = row.number_option("level")?;
    let level = level.map(|rank| Level::from_rank(rank).ok_or_else(|| row.bad("level")));
    Ok(Link {
        id: row.text("id")?,
        person: row.parsed("person")?,
        identity: Identity {
            source: row.parsed::<SourceId>("source")?,
            issuer: row.text("issuer")?,
            subject: row.text("subject")?,
        },
        label: row.text("label")?,
        made: Made::named(&row.text("made_by")?).ok_or_else(|| row.bad("made_by"))?,
        level: level.transpose()?,
        created_at: row.time("created_at")?,
        last_used_at: row.time_option("last_used_at")?,
    })
}
