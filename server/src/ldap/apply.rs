// SPDX-License-Identifier: Apache-2.0
//! Entries of a directory become people: some hundred in one transaction, in which sessions of whom it
//! closes end too. A dry run does the same and takes it back.

use std::collections::{BTreeMap, BTreeSet};

use authn::Happened;
use authn::session::end;
use authn::upstream::link::{self, Brought, Identity};
use chrono::{DateTime, Utc};
use countersign_authn as authn;
use countersign_directory::ldap::entry::Entry;
use countersign_directory::ldap::report::{MOST_NAMED, Report};
use countersign_directory::ldap::sync::{BadEntry, OnFile, Read};
use countersign_directory::source::apply::{self, Barrier, Refused, Tie, apply};
use countersign_directory::source::mapping::Whom;
use countersign_directory::source::name::named;
use countersign_directory::source::{Gone, Source, Sourced, Sync};
use countersign_directory::store::source_entries::{self, Applied};
use countersign_directory::store::{People, Shelf as _, changes, source_syncs, tombstones};
use countersign_directory::{Actor, Noun, Permit, PersonId};
use sqlx::AnyConnection;

use super::sync::{LEASE, SyncFault};
use crate::app::House;
use crate::database::WriteTransaction;
use crate::record;

/// Writes a plan, part by part.
pub(super) struct Applier<'a> {
    house: &'a House,
    source: &'a Source,
    sync: &'a Sync,
    dry_run: bool,
    report: &'a mut Report,
    /// Names given in this pass: in a dry run they do not stay in the store.
    named: BTreeSet<PersonId>,
}

/// What an entry says in our words, or why it cannot be used; whose account it is, and the entry.
type Mapped = (Result<Sourced, String>, Option<PersonId>, Read<Entry>);

/// One entry on its way.
struct OnItsWay {
    dn: String,
    subject: String,
    on_file: OnFile,
    entry: apply::Entry,
}

impl<'a> Applier<'a> {
    pub(super) fn new(
        house: &'a House,
        source: &'a Source,
        sync: &'a Sync,
        dry_run: bool,
        report: &'a mut Report,
    ) -> Self {
        Self {
            house,
            source,
            sync,
            dry_run,
            report,
            named: BTreeSet::new(),
        }
    }

    /// Entries that are no longer in the directory.
    pub(super) async fn gone(&mut self, subjects: &[String]) -> Result<(), SyncFault> {
        let said = nothing_any_more(self.sync.gone == Gone::Disable);
        self.leave(subjects, &said, true).await
    }

    /// Entries whose account closed by itself.
    pub(super) async fn lapsed(&mut self, subjects: &[String]) -> Result<(), SyncFault> {
        let said = Sourced {
            is_active: Some(false),
            ..Sourced::default()
        };
        self.leave(subjects, &said, false).await
    }

    async fn leave(&mut self, subjects: &[String], said: &Sourced, forget: bool) -> Result<(), SyncFault> {
        let now = self.house.now();
        let mut transaction = self.begin().await?;
        let subjects: Vec<&str> = subjects.iter().map(String::as_str).collect();
        let known = source_entries::among(&self.source.id, &subjects, &mut transaction).await?;
        let entries: Vec<apply::Entry> = known
            .values()
            .map(|applied| linked_to(&applied.person, said.clone()))
            .collect();
        let _on_record = self.carry_out(&entries, now, &mut transaction).await?;
        if forget {
            source_entries::remove(&self.source.id, &subjects, &mut transaction).await?;
        } else {
            let closed: Vec<(&str, Applied)> = known
                .iter()
                .map(|(subject, applied)| {
                    let on_file = OnFile {
                        is_active: false,
                        applied_at: now,
                        ..applied.on_file.clone()
                    };
                    let person = applied.person.clone();
                    (subject.as_str(), Applied { person, on_file })
                })
                .collect();
            source_entries::put(&self.source.id, &closed, &mut transaction).await?;
        }
        self.end(transaction).await
    }

    /// Entries that are new, say something else, or are closed.
    pub(super) async fn read(&mut self, reads: Vec<Read<Entry>>) -> Result<(), SyncFault> {
        let now = self.house.now();
        let mut transaction = self.begin().await?;
        let subjects: Vec<&str> = reads.iter().map(|read| read.subject.as_str()).collect();
        let known = source_entries::among(&self.source.id, &subjects, &mut transaction).await?;
        let unknown: Vec<&str> = subjects
            .into_iter()
            .filter(|subject| !known.contains_key(*subject))
            .collect();
        // Those whom a link of theirs, and not this synchronisation, ties to an entry.
        let linked = self.linked(&unknown, &mut transaction).await?;
        let mut mapped = Vec::with_capacity(reads.len());
        for read in reads {
            let synchronised = known.get(&read.subject);
            // She has signed in since this was read, and it was read again for that.
            if synchronised.is_some_and(|applied| applied.on_file.applied_at > self.report.began_at) {
                continue;
            }
            let synchronised = synchronised.map(|applied| &applied.person);
            let person = synchronised.or_else(|| linked.get(&read.subject)).cloned();
            mapped.push((self.said(&read, person.is_some()), person, read));
        }
        let taken = self.taken(&mapped, &mut transaction).await?;
        let mut coming = Vec::with_capacity(mapped.len());
        for (said, person, read) in mapped {
            let dn = read.content.dn.to_string();
            let entry = said.and_then(|said| match person {
                Some(person) => Ok(linked_to(&person, said)),
                None => self.newcomer(said, &taken),
            });
            match entry {
                Ok(entry) => coming.push(OnItsWay {
                    dn,
                    subject: read.subject,
                    on_file: OnFile {
                        hash: read.hash,
                        is_active: read.is_active,
                        applied_at: now,
                        until: read.until,
                    },
                    entry,
                }),
                Err(reason) => self.bad(dn, reason),
            }
        }
        let entries: Vec<apply::Entry> = coming.iter().map(|one| one.entry.clone()).collect();
        let outcome = self.carry_out(&entries, now, &mut transaction).await?;
        let created: BTreeSet<&PersonId> = outcome.created.iter().collect();
        let mut filed = Vec::with_capacity(coming.len());
        for one in &coming {
            let person = &one.entry.person;
            let refused = outcome.refused.get(person).map_or(&[][..], Vec::as_slice);
            if one.entry.tie == Tie::New && !created.contains(person) {
                self.left_out(one, refused);
                continue;
            }
            let applied = Applied {
                person: person.clone(),
                on_file: one.on_file.clone(),
            };
            filed.push((one.subject.as_str(), applied));
        }
        let new = coming.iter().filter(|one| created.contains(&one.entry.person));
        self.link(new, now, &mut transaction).await?;
        source_entries::put(&self.source.id, &filed, &mut transaction).await?;
        self.end(transaction).await
    }

    /// What an entry says in our words. `Err`: it cannot be used, for this reason.
    fn said(&self, read: &Read<Entry>, is_known: bool) -> Result<Sourced, String> {
        let whom = if is_known { Whom::Known } else { Whom::New };
        let mapped = self.source.mapping.apply(&read.content.attributes, whom);
        let mut said = mapped.map_err(|fault| fault.to_string())?.sourced;
        // What the directory itself says of the account stands beside what the mapping makes of it.
        if said.is_active.is_none() || !read.is_active {
            said.is_active = Some(read.is_active);
        }
        Ok(said)
    }

    /// Those of `subjects` whose link opens an account.
    async fn linked(
        &self,
        subjects: &[&str],
        db: &mut AnyConnection,
    ) -> Result<BTreeMap<String, PersonId>, SyncFault> {
        let source = &self.source.id;
        Ok(link::holders(source, source.as_str(), subjects, db).await?)
    }

    /// The names among those of newcomers that somebody has or had.
    async fn taken(
        &self,
        mapped: &[Mapped],
        db: &mut AnyConnection,
    ) -> Result<BTreeSet<PersonId>, SyncFault> {
        let names: BTreeSet<PersonId> = mapped
            .iter()
            .filter(|(_, person, _)| person.is_none())
            .filter_map(|(said, ..)| name(said.as_ref().ok()?).ok())
            .collect();
        let texts: Vec<&str> = names.iter().map(PersonId::as_str).collect();
        let had = tombstones::among(Noun::Person, &texts, db).await?;
        let mut taken: BTreeSet<PersonId> = People::among(&texts, db).await?.into_keys().collect();
        taken.extend(had.iter().filter_map(|id| id.parse().ok()));
        Ok(taken)
    }

    /// Somebody new, under what the mapping calls her if nobody has or had that name. By a name alone nobody
    /// is taken for somebody who is here.
    fn newcomer(&mut self, said: Sourced, taken: &BTreeSet<PersonId>) -> Result<apply::Entry, String> {
        let person = name(&said)?;
        if taken.contains(&person) || !self.named.insert(person.clone()) {
            return Err(format!("the name `{person}` is another's: link them by hand"));
        }
        Ok(apply::Entry {
            person,
            tie: Tie::New,
            said,
        })
    }

    fn left_out(&mut self, one: &OnItsWay, refused: &[Refused]) {
        if refused.iter().any(|refused| refused.cap == Barrier::Create) {
            self.report.skipped += 1;
            return;
        }
        let reasons: Vec<String> = refused.iter().map(ToString::to_string).collect();
        self.bad(
            one.dn.clone(),
            format!("she is not let in: {}", reasons.join("; ")),
        );
    }

    fn bad(&mut self, dn: String, reason: String) {
        self.report.counts.bad += 1;
        if self.report.bad.len() < MOST_NAMED {
            self.report.bad.push(BadEntry { dn, reason });
        }
    }

    /// Who an entry is, by the names that never change.
    fn identity(&self, subject: &str) -> Identity {
        Identity {
            source: self.source.id.clone(),
            issuer: self.source.id.to_string(),
            subject: subject.to_owned(),
        }
    }

    /// Whom the directory brought in, it lets in.
    async fn link(
        &self,
        new: impl Iterator<Item = &OnItsWay>,
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<(), SyncFault> {
        let brought = new.map(|one| {
            let person = &one.entry.person;
            Brought {
                identity: self.identity(&one.subject),
                person,
                label: one.entry.said.display_name.as_deref().unwrap_or(person.as_str()),
            }
        });
        let mut log = Happened::new();
        let rng = &mut self.house.rng();
        let without = link::make_for_brought(brought.collect(), now, rng, &mut log, db).await?;
        for person in without {
            tracing::warn!(source = %self.source.id, person = %person, "no link to her entry: what the directory calls her cannot be kept");
        }
        let actor = Actor::Source(self.source.id.clone());
        record::happened(&actor, &log, now, db).await?;
        Ok(())
    }

    async fn carry_out(
        &self,
        entries: &[apply::Entry],
        now: DateTime<Utc>,
        db: &mut AnyConnection,
    ) -> Result<apply::Applied, SyncFault> {
        let permit = Permit::source(self.source.id.clone(), None);
        let actor = Actor::Source(self.source.id.clone());
        let applied = apply(&self.source.id, entries, &permit, now, db).await?;
        // Whose account is closed is out at once, as if she had been revoked.
        let mut log = Happened::new();
        let rng = &mut self.house.rng();
        for person in &applied.disabled {
            end::end_all(person, None, end::Reason::Revoked, now, rng, &mut log, db).await?;
        }
        record::happened(&actor, &log, now, db).await?;
        record::append(&actor, &applied.outcome.events, now, db).await?;
        Ok(applied)
    }

    async fn begin(&self) -> Result<WriteTransaction, SyncFault> {
        let now = self.house.now();
        let mut transaction = self.house.database.begin_write().await?;
        let process = self.house.directories.process();
        if !source_syncs::take(&self.source.id, process, now, now + LEASE, &mut transaction).await? {
            return Err(SyncFault::Taken);
        }
        changes::lock(&mut transaction).await?;
        Ok(transaction)
    }

    async fn end(&self, transaction: WriteTransaction) -> Result<(), SyncFault> {
        if self.dry_run {
            transaction.rollback().await?;
        } else {
            self.house.commit(transaction).await?;
        }
        Ok(())
    }
}

fn linked_to(person: &PersonId, said: Sourced) -> apply::Entry {
    apply::Entry {
        person: person.clone(),
        tie: Tie::Linked,
        said,
    }
}

fn name(said: &Sourced) -> Result<PersonId, String> {
    named(said.username.as_deref()).map_err(|fault| fault.to_string())
}

/// What a directory says of somebody who is gone: she has nothing from it any more.
fn nothing_any_more(closes: bool) -> Sourced {
    Sourced {
        missions: Some([].into_iter().collect()),
        briefings: Some([].into_iter().collect()),
        roles: Some([].into_iter().collect()),
        clearances: Some(Vec::new()),
        is_active: closes.then_some(false),
        ..Sourced::default()
    }
}
