// SPDX-License-Identifier: Apache-2.0
//! People. Their clearances stand in a table of their own and come and go with them.

use std::collections::BTreeMap;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::line::{self, Line, Seen};
use super::row::{Columns, json, spelled};
use super::shelf::{Shelf, remove_from};
use super::{StoreError, clearances, sql};
use crate::{Contract, Country, Entity, MissionId, Noun, Person, PersonId, Role, Status};

/// The people.
#[derive(Debug)]
pub struct People;

impl Shelf for People {
    type Id = PersonId;
    type Thing = Person;

    const NOUN: Noun = Noun::Person;
    const TABLE: &'static str = "people";

    fn entity(thing: Person) -> Entity {
        Entity::Person(thing)
    }

    async fn among(ids: &[&str], db: &mut AnyConnection) -> Result<BTreeMap<PersonId, Person>, StoreError> {
        let mut found = BTreeMap::new();
        each(Some(ids), db, |id, person| drop(found.insert(id, person))).await?;
        Ok(found)
    }

    async fn put(entries: &[(&PersonId, &Person)], db: &mut AnyConnection) -> Result<(), StoreError> {
        for batch in entries.chunks(sql::batch(13)) {
            put_rows(batch, db).await?;
        }
        let ids: Vec<&str> = entries.iter().map(|(id, _)| id.as_str()).collect();
        clearances::remove_of(&ids, db).await?;
        clearances::insert(entries, db).await
    }

    async fn remove(ids: &[&str], db: &mut AnyConnection) -> Result<(), StoreError> {
        clearances::remove_of(ids, db).await?;
        remove_from("channel_members", "person", "", ids, db).await?;
        remove_from(Self::TABLE, "id", "", ids, db).await
    }
}

/// Sets whether a person may do anything at all; says whether that changed anything.
pub async fn set_status(id: &PersonId, status: Status, db: &mut AnyConnection) -> Result<bool, StoreError> {
    let status = spelled(&status)?;
    let done = sqlx::query("UPDATE people SET status = $1 WHERE id = $2 AND status <> $1")
        .bind(status)
        .bind(id.as_str())
        .execute(db)
        .await?;
    Ok(done.rows_affected() > 0)
}

/// Everybody who is disabled, for whoever has lost the thread of the change feed.
pub async fn disabled(db: &mut AnyConnection) -> Result<Vec<PersonId>, StoreError> {
    let rows = sqlx::query("SELECT id FROM people WHERE status = 'disabled' ORDER BY id")
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| Columns { table: "people", row }.parsed(0))
        .collect()
}

/// Whether nobody is on file.
pub async fn is_empty(db: &mut AnyConnection) -> Result<bool, StoreError> {
    Ok(sqlx::query("SELECT id FROM people LIMIT 1")
        .fetch_optional(db)
        .await?
        .is_none())
}

/// People in one page.
const PAGE: i64 = 512;

/// Hands over everybody, or those of `ids`, in no order. Of everybody it reads page by page: who comes or goes
/// meanwhile may be there or not, as the feed of changes tells.
pub async fn each(
    ids: Option<&[&str]>,
    db: &mut AnyConnection,
    mut take: impl FnMut(PersonId, Person) + Send,
) -> Result<(), StoreError> {
    let mut seen = Sets::default();
    let Some(ids) = ids else {
        let text = page(&format!("id > $1 ORDER BY id LIMIT {PAGE}"));
        let mut last = String::new();
        loop {
            let query = sqlx::query(sql::statement(text.clone())).bind(last.as_str());
            let row = query.fetch_one(&mut *db).await?;
            let Some(newest) = read_page(&row, &mut seen, &mut take)? else {
                return Ok(());
            };
            last = newest;
        }
    };
    for batch in ids.chunks(sql::batch(1)) {
        let text = page(&format!("id IN {}", sql::rows(1, batch.len())));
        let query = sqlx::query(sql::statement(text));
        let query = batch.iter().fold(query, |query, id| query.bind(*id));
        read_page(&query.fetch_one(&mut *db).await?, &mut seen, &mut take)?;
    }
    Ok(())
}

/// Those who meet a condition, as one text.
fn page(condition: &str) -> String {
    let (name, email, contract) = (
        line::said("display_name"),
        line::said("email"),
        line::said("contract"),
    );
    let row = line::joined(&format!(
        "id, kind, status, COALESCE(agency, ''), COALESCE(sponsor, ''), nationalities, roles, missions, briefings, \
         {name}, {email}, {contract}, COALESCE(CAST(contract_until AS TEXT), '')"
    ));
    let line = line::with_list(&row, &clearances::of_person());
    line::page(&format!(
        "SELECT id, {line} AS line FROM people WHERE {condition}"
    ))
}

/// Hands over who is in a page, and gives the last name; none: nobody is.
fn read_page(
    row: &AnyRow,
    seen: &mut Sets,
    take: &mut impl FnMut(PersonId, Person),
) -> Result<Option<String>, StoreError> {
    let columns = Columns { table: "people", row };
    let Some(text) = columns.optional_text(0)? else {
        return Ok(None);
    };
    for (line, held) in line::of_page(&text) {
        let mut line = Line::new("people", line);
        let id = line.parsed()?;
        let kind = line.word()?;
        let status = line.word()?;
        let agency = line.optional_parsed()?;
        let sponsor = line.optional_parsed()?;
        let person = Person {
            kind,
            status,
            nationalities: line.set(&mut seen.nationalities)?,
            agency,
            roles: line.set(&mut seen.roles)?,
            missions: line.set(&mut seen.missions)?,
            briefings: line.set(&mut seen.briefings)?,
            sponsor,
            display_name: line.said()?.map(str::to_owned),
            email: line.said()?.map(str::to_owned),
            contract: match (line.said()?, line.optional_moment()?) {
                (Some(reference), Some(until)) => Some(Box::new(Contract {
                    reference: reference.to_owned(),
                    until,
                })),
                _ => None,
            },
            clearances: clearances::read(held, &mut seen.compartments)?,
        };
        line.end()?;
        take(id, person);
    }
    columns.optional_text(1)
}

/// What of people comes in sets.
#[derive(Default)]
struct Sets {
    nationalities: Seen<Country>,
    roles: Seen<Role>,
    missions: Seen<MissionId>,
    briefings: Seen<String>,
    compartments: Seen<String>,
}

async fn put_rows(batch: &[(&PersonId, &Person)], db: &mut AnyConnection) -> Result<(), StoreError> {
    let text = format!(
        "INSERT INTO people (id, kind, status, agency, sponsor, nationalities, roles, missions, briefings, \
         display_name, email, contract, contract_until) VALUES {} \
         ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, status = excluded.status, agency = excluded.agency, \
         sponsor = excluded.sponsor, nationalities = excluded.nationalities, roles = excluded.roles, \
         missions = excluded.missions, briefings = excluded.briefings, display_name = excluded.display_name, \
         email = excluded.email, contract = excluded.contract, contract_until = excluded.contract_until",
        sql::rows(batch.len(), 13),
    );
    let mut query = sqlx::query(sql::statement(text));
    for (id, person) in batch {
        query = query
            .bind(id.as_str())
            .bind(spelled(&person.kind)?)
            .bind(spelled(&person.status)?)
            .bind(person.agency.as_ref().map(crate::AgencyId::as_str))
            .bind(person.sponsor.as_ref().map(PersonId::as_str))
            .bind(json(&person.nationalities)?)
            .bind(json(&person.roles)?)
            .bind(json(&person.missions)?)
            .bind(json(&person.briefings)?)
            .bind(person.display_name.as_deref())
            .bind(person.email.as_deref())
            .bind(
                person
                    .contract
                    .as_ref()
                    .map(|contract| contract.reference.as_str()),
            )
            .bind(
                person
                    .contract
                    .as_ref()
                    .map(|contract| contract.until.timestamp_millis()),
            );
    }
    query.execute(db).await?;
    Ok(())
}
