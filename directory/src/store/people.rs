// SPDX-License-Identifier: Apache-2.0
//! People. Their clearances stand in a table of their own and come and go with them.

use std::collections::BTreeMap;

use sqlx::AnyConnection;

use super::line::{self, Line, Seen};
use super::row::{Columns, json, spelled};
use super::shelf::{self, Shelf, remove_from};
use super::{StoreError, clearances, sql};
use crate::{Contract, Country, MissionId, Noun, Person, PersonId, Role, Status};

/// The people.
#[derive(Debug)]
pub struct People;

impl Shelf for People {
    type Id = PersonId;
    type Thing = Person;

    const NOUN: Noun = Noun::Person;
    const TABLE: &'static str = "people";

    async fn among(ids: &[&str], db: &mut AnyConnection) -> Result<BTreeMap<PersonId, Person>, StoreError> {
        let mut found = BTreeMap::new();
        each(Some(ids), db, |id, person| drop(found.insert(id, person))).await?;
        Ok(found)
    }

    async fn put(entries: &[(&PersonId, &Person)], db: &mut AnyConnection) -> Result<(), StoreError> {
        for batch in entries.chunks(sql::BATCH) {
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

/// Hands over everybody, or those of `ids`, in no order.
pub async fn each(
    ids: Option<&[&str]>,
    db: &mut AnyConnection,
    mut take: impl FnMut(PersonId, Person) + Send,
) -> Result<(), StoreError> {
    let line = line::joined(
        "id, kind, status, COALESCE(agency, ''), COALESCE(sponsor, ''), nationalities, roles, missions, briefings",
    );
    let columns = format!(
        "{line}, display_name, email, contract, contract_until, {}",
        clearances::of_person()
    );
    let mut seen = Sets::default();
    shelf::each::<People>(&columns, ids, db, |row| {
        let columns = Columns { table: "people", row };
        let line = columns.text(0)?;
        let mut line = Line::new("people", &line);
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
            contract: match (columns.optional_text(3)?, columns.optional_moment(4)?) {
                (Some(reference), Some(until)) => Some(Box::new(Contract { reference, until })),
                _ => None,
            },
            clearances: match columns.optional_text(5)? {
                Some(list) => clearances::read(&list, &mut seen.compartments)?,
                None => Vec::new(),
            },
            display_name: columns.optional_text(1)?,
            email: columns.optional_text(2)?,
        };
        line.end()?;
        take(id, person);
        Ok(())
    })
    .await
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
