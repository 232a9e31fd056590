// SPDX-License-Identifier: Apache-2.0
//! People. Their clearances stand in a table of their own and come and go with them.

use std::collections::{BTreeMap, HashMap};

use serde::de::DeserializeOwned;
use sqlx::AnyConnection;

use super::row::{Columns, json, spelled};
use super::shelf::{Shelf, each, remove_from};
use super::{StoreError, clearances, sql};
use crate::{Contract, Country, MissionId, Noun, Person, PersonId, Role, Set, Status};

/// The people.
#[derive(Debug)]
pub struct People;

impl Shelf for People {
    type Id = PersonId;
    type Thing = Person;

    const NOUN: Noun = Noun::Person;
    const TABLE: &'static str = "people";

    async fn among(ids: &[&str], db: &mut AnyConnection) -> Result<BTreeMap<PersonId, Person>, StoreError> {
        read(Some(ids), db).await
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

/// The people of `ids`, or all.
pub(super) async fn read(
    ids: Option<&[&str]>,
    db: &mut AnyConnection,
) -> Result<BTreeMap<PersonId, Person>, StoreError> {
    let mut people = BTreeMap::new();
    let mut seen = Seen::default();
    let columns = "id, kind, status, agency, sponsor, nationalities, roles, missions, briefings, display_name, email, \
         contract, contract_until";
    each::<People>(columns, ids, db, |row| {
        let columns = Columns { table: "people", row };
        let person = Person {
            kind: columns.word(1)?,
            status: columns.word(2)?,
            nationalities: shared(&mut seen.nationalities, columns, 5)?,
            agency: columns.optional_parsed(3)?,
            roles: shared(&mut seen.roles, columns, 6)?,
            missions: shared(&mut seen.missions, columns, 7)?,
            briefings: shared(&mut seen.briefings, columns, 8)?,
            sponsor: columns.optional_parsed(4)?,
            contract: match (columns.optional_text(11)?, columns.optional_moment(12)?) {
                (Some(reference), Some(until)) => Some(Box::new(Contract { reference, until })),
                _ => None,
            },
            clearances: Vec::new(),
            display_name: columns.optional_text(9)?,
            email: columns.optional_text(10)?,
        };
        people.insert(columns.parsed(0)?, person);
        Ok(())
    })
    .await?;
    clearances::read_into(&mut people, ids, db).await?;
    Ok(people)
}

/// Lists that were read before. A million people hold few different ones, and share them.
#[derive(Default)]
struct Seen {
    nationalities: HashMap<String, Set<Country>>,
    roles: HashMap<String, Set<Role>>,
    missions: HashMap<String, Set<MissionId>>,
    briefings: HashMap<String, Set<String>>,
}

fn shared<T: Ord + Clone + DeserializeOwned>(
    seen: &mut HashMap<String, Set<T>>,
    columns: Columns<'_>,
    column: usize,
) -> Result<Set<T>, StoreError> {
    let text = columns.text(column)?;
    if let Some(set) = seen.get(&text) {
        return Ok(set.clone());
    }
    let set: Set<T> = columns.json(column)?;
    seen.insert(text, set.clone());
    Ok(set)
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
