// SPDX-License-Identifier: Apache-2.0
//! What a source says of people is carried out, within its cap. The source stands in for the second person
//! that two people gave it the cap to be; the record names it as who acted.
//!
//! - A part within the cap is given. One beyond it is refused whole and reported; nothing is cut down to fit.
//! - What narrows is carried out, of what came from this source.
//! - What another source or an administrator said stays, unless `linking.adopt` says otherwise.
//! - Nobody becomes or ceases to be a security officer by it, and nobody whom an officer disabled, or whose
//!   clearance an officer ended, gets it back.

mod clearances;
mod plan;
mod refused;
mod told;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sqlx::AnyConnection;

use self::plan::{Around, Plan, plan};
pub use self::refused::{Barrier, Refused};
use super::mapping::Target;
use super::{Source, Sourced, State};
use crate::amend::Amendment;
use crate::operation::Outcome;
use crate::store::shelf::known;
use crate::store::{
    Agencies, Missions, People, Shelf, Sources, StoreError, changes, load, person_sources, tombstones,
};
use crate::{Actor, AgencyId, Change, ChangeKind, MissionId, Noun, Permit, Person, PersonId, SourceId};

/// Above this many changes the feed says `world` once: whoever tails it loads the world again.
const RELOAD_ABOVE: usize = 10_000;
/// The most people at once.
pub const MOST_PEOPLE: usize = 1_000_000;

/// One person of whom a source speaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Under which name she is on file, or will be.
    pub person: PersonId,
    /// Whether she is on file.
    pub tie: Tie,
    /// What it says of her.
    pub said: Sourced,
}

/// How a person belongs to a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tie {
    /// She is on file, and whoever calls knows by a link of hers, or because the source brought her in, that
    /// it is she.
    Linked,
    /// She is not on file.
    New,
}

/// What became of what a source said.
#[derive(Debug)]
#[must_use = "the events belong on record"]
pub struct Applied {
    /// For the record, and the revision at which it holds.
    pub outcome: Outcome,
    /// Who is new.
    pub created: Vec<PersonId>,
    /// Of whom something changed.
    pub changed: Vec<PersonId>,
    /// Who is disabled by it, and whose sessions end therefore.
    pub disabled: Vec<PersonId>,
    /// What was refused, of whom.
    pub refused: BTreeMap<PersonId, Vec<Refused>>,
}

/// Why nothing is carried out.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The source is disabled.
    #[error("the source `{0}` is disabled")]
    Disabled(SourceId),
    /// The permit is not this source's.
    #[error("the permit is not that of the source `{0}`")]
    Permit(SourceId),
    /// The store did not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Too many people at once.
    #[error("at most {MOST_PEOPLE} people at once")]
    TooMany,
    /// There is no such source.
    #[error("no source has the id `{0}`")]
    Unknown(SourceId),
}

/// Carries out what the source of `permit` says of people, all in the caller's transaction.
pub async fn apply(
    source: &SourceId,
    entries: &[Entry],
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Applied, ApplyError> {
    if *permit.by() != Actor::Source(source.clone()) {
        return Err(ApplyError::Permit(source.clone()));
    }
    if entries.len() > MOST_PEOPLE {
        return Err(ApplyError::TooMany);
    }
    changes::lock(db).await?;
    // As it is now: who began with a wider cap does not end with it.
    let source = load::<Sources>(source.as_str(), db)
        .await?
        .ok_or_else(|| ApplyError::Unknown(source.clone()))?;
    if source.state != State::Active {
        return Err(ApplyError::Disabled(source.id));
    }
    let is_approved = permit.approved_by().is_some();
    let plans = plans(&source, entries, is_approved, now, db).await?;
    write(&source, plans, permit, now, db).await
}

/// What would be carried out for one person, and what would be refused. Nothing is written. `is_approved`: a
/// second person agrees that somebody new is let in.
pub async fn would_apply(
    source: &Source,
    entry: &Entry,
    is_approved: bool,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Would, ApplyError> {
    let mut plans = plans(source, std::slice::from_ref(entry), is_approved, now, db).await?;
    let (_, old, plan) = plans.pop().ok_or(ApplyError::TooMany)?;
    Ok(Would {
        acts: plan.acts,
        disables: plan.disables,
        person: plan.after.or(old),
        refused: plan.refused,
    })
}

/// What would be carried out for one person.
#[derive(Debug)]
pub struct Would {
    /// The acts.
    pub acts: Vec<Amendment>,
    /// She would be disabled.
    pub disables: bool,
    /// She as she then would be; none, when she would not be let in.
    pub person: Option<Person>,
    /// What would be refused.
    pub refused: Vec<Refused>,
}

type Planned = (PersonId, Option<Person>, Plan);

async fn plans(
    source: &Source,
    entries: &[Entry],
    is_approved: bool,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Vec<Planned>, ApplyError> {
    let ids: Vec<&str> = entries.iter().map(|entry| entry.person.as_str()).collect();
    let mut people = People::among(&ids, db).await?;
    let mut given = person_sources::given(&source.id, &ids, db).await?;
    let new: Vec<&str> = entries
        .iter()
        .filter(|entry| entry.tie == Tie::New)
        .map(|entry| entry.person.as_str())
        .collect();
    let gone: BTreeSet<String> = tombstones::among(Noun::Person, &new, db)
        .await?
        .into_iter()
        .collect();
    let mut world = AroundAll::read(source, entries, db).await?;
    let mut seen = BTreeSet::new();
    let mut plans = Vec::with_capacity(entries.len());
    for entry in entries {
        let old = people.remove(&entry.person);
        let around = Around {
            source,
            agencies: &world.agencies,
            missions: &world.missions,
            addresses: &world.addresses,
            is_approved,
            now,
        };
        let given = given.remove(&entry.person).unwrap_or_default();
        // One of whom it makes no sense does not stop the others.
        let mistaken = if gone.contains(entry.person.as_str()) {
            Some(Barrier::Gone)
        } else if old.is_some() != (entry.tie == Tie::Linked) || !seen.insert(&entry.person) {
            Some(Barrier::Mistaken)
        } else {
            None
        };
        let plan = match mistaken {
            Some(barrier) => Plan::nothing(
                given,
                Refused::new(Target::Username, barrier, entry.person.as_str()),
            ),
            None => plan(&entry.person, old.as_ref(), given.clone(), &entry.said, &around).unwrap_or_else(
                |fault| {
                    Plan::nothing(
                        given,
                        Refused::new(Target::Username, Barrier::Unfit, &fault.to_string()),
                    )
                },
            ),
        };
        // The next one must not get an address that this one has got.
        if let Some(address) = plan.after.as_ref().and_then(|after| after.email.as_ref()) {
            let held = world.addresses.entry(address.to_lowercase()).or_default();
            held.insert(entry.person.clone());
        }
        plans.push((entry.person.clone(), old, plan));
    }
    Ok(plans)
}

/// What there is besides people, read once for all of them.
struct AroundAll {
    agencies: BTreeSet<AgencyId>,
    missions: BTreeSet<MissionId>,
    addresses: BTreeMap<String, BTreeSet<PersonId>>,
}

impl AroundAll {
    async fn read(source: &Source, entries: &[Entry], db: &mut AnyConnection) -> Result<Self, StoreError> {
        let cap = &source.cap;
        let agencies: Vec<&str> = cap.agencies.iter().map(AsRef::as_ref).collect();
        let found = known::<Agencies>(&agencies, db).await?;
        let agencies = cap
            .agencies
            .iter()
            .filter(|id| found.iter().any(|found| found == id.as_str()));
        let agencies = agencies.cloned().collect();
        let missions: Vec<&str> = cap.missions.iter().map(AsRef::as_ref).collect();
        let found = known::<Missions>(&missions, db).await?;
        let missions = cap
            .missions
            .iter()
            .filter(|id| found.iter().any(|found| found == id.as_str()));
        let missions = missions.cloned().collect();
        let said: BTreeSet<String> = entries
            .iter()
            .filter_map(|entry| entry.said.email.as_ref())
            .map(|address| address.to_lowercase())
            .collect();
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let addresses = person_sources::having_addresses(&said, db).await?;
        Ok(Self {
            agencies,
            missions,
            addresses,
        })
    }
}

async fn write(
    source: &Source,
    plans: Vec<Planned>,
    permit: &Permit,
    now: DateTime<Utc>,
    db: &mut AnyConnection,
) -> Result<Applied, ApplyError> {
    let mut told = told::Telling::new(source, permit, plans.len());
    let (mut created, mut changed, mut disabled) = (Vec::new(), Vec::new(), Vec::new());
    let mut refused = BTreeMap::new();
    let mut after = Vec::new();
    let mut given = Vec::new();
    let mut feed = Vec::new();
    for (id, old, mut plan) in plans {
        let words: BTreeSet<String> = plan.refused.iter().map(Refused::word).collect();
        let is_news = words != plan.given.parts.refused;
        told.person(&id, old.as_ref(), &plan, is_news);
        // One who is named twice has her row already, and one who is nobody gets none.
        let is_mistaken = plan
            .refused
            .iter()
            .any(|refused| refused.cap == Barrier::Mistaken);
        if is_news {
            plan.given.parts.refused = words;
        }
        if !plan.refused.is_empty() {
            refused.insert(id.clone(), plan.refused);
        }
        if let Some(person) = plan.after {
            let was = old.as_ref().map(|old| old.status);
            feed.push((id.clone(), kind(was, person.status)));
            match old {
                None => created.push(id.clone()),
                Some(_) => changed.push(id.clone()),
            }
            if plan.disables {
                disabled.push(id.clone());
            }
            after.push((id.clone(), person));
            given.push((id, plan.given));
        } else if is_news && !is_mistaken {
            given.push((id, plan.given));
        }
    }
    let rows: Vec<(&PersonId, &Person)> = after.iter().map(|(id, person)| (id, person)).collect();
    People::put(&rows, db).await?;
    let rows: Vec<_> = given.iter().map(|(id, given)| (id, given)).collect();
    person_sources::put(&source.id, &rows, db).await?;
    let revision = changes::record(&recorded(feed), now, db).await?;
    Ok(Applied {
        outcome: Outcome {
            events: told.events(),
            revision,
        },
        created,
        changed,
        disabled,
        refused,
    })
}

fn kind(was: Option<crate::Status>, is: crate::Status) -> ChangeKind {
    match (was, is) {
        (Some(crate::Status::Active), crate::Status::Disabled) => ChangeKind::Ended,
        (Some(crate::Status::Disabled), crate::Status::Active) => ChangeKind::Active,
        _ => ChangeKind::Put,
    }
}

/// What the feed says. Who ended or came back is always said by name.
fn recorded(feed: Vec<(PersonId, ChangeKind)>) -> Vec<Change> {
    let is_long = feed.len() > RELOAD_ABOVE;
    let mut told: Vec<Change> = feed
        .iter()
        .filter(|(_, kind)| !is_long || *kind != ChangeKind::Put)
        .map(|(id, kind)| Change::new(Noun::Person, id.as_str(), *kind))
        .collect();
    if is_long {
        told.push(Change::put(Noun::World, "*"));
    }
    told
}
