// SPDX-License-Identifier: Apache-2.0
//! Synchronisation with a directory: read, compare, look at who would vanish, write. What is written
//! goes in parts, each a transaction that holds people, links and what was read of them, the last one also
//! the marks from which the next pass goes on: a pass that dies is taken up where it stood.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::ldap::entry::Entry;
use countersign_directory::ldap::report::{Asked, Becomes, MOST_NAMED, Named, Report};
use countersign_directory::ldap::sync::{Brake, Braked, Counts, Mode, Plan, Read};
use countersign_directory::source::{Changes, Source, State, Sync, purpose};
use countersign_directory::store::source_syncs::{self, Standing};
use countersign_directory::store::{StoreError, source_entries, sources};
use countersign_directory::{Actor, Event, SourceId};
use secrecy::SecretString;
use serde_json::json;
use tokio::task::JoinHandle;

use super::apply::Applier;
use super::connection::LdapFault;
use super::desk::Desk;
use super::due::{due, renew_before};
use super::filing::Filing;
use super::own_task::in_a_task_of_its_own;
use super::reading::{How, Marks, Progress, Reading};
use crate::app::{App, House};
use crate::record;

/// A process that is at a synchronisation says so again within this time, or another takes it up.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(60);
const SAYS_SO: Duration = Duration::from_secs(15);
/// So many may vanish whatever the share: two leavers of a small office are no accident.
const FREE: usize = 3;
/// People in one transaction.
const TOGETHER: usize = 500;

/// A pass did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum SyncFault {
    /// The directory.
    #[error(transparent)]
    Ldap(#[from] LdapFault),
    /// What the directory says cannot be carried out.
    #[error(transparent)]
    Apply(#[from] countersign_directory::source::apply::ApplyError),
    /// The store of the directory's room.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store of sign-in.
    #[error(transparent)]
    SignIn(#[from] countersign_authn::store::StoreError),
    /// What happened could not be put on record.
    #[error(transparent)]
    Record(#[from] record::RecordError),
    /// The record did not take it.
    #[error(transparent)]
    Audit(#[from] countersign_audit::store::StoreError),
    /// The store is gone.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
    /// A state of its own cannot be read.
    #[error("what is kept of the synchronisation of `{0}` cannot be read")]
    State(SourceId),
    /// It went wrong in a way nobody thought of.
    #[error("the synchronisation stopped unexpectedly: {0}")]
    Panic(String),
    /// Another process took it up meanwhile.
    #[error("another process is at this synchronisation")]
    Taken,
    /// There is no such source, or it is not synchronised.
    #[error("`{0}` is no directory that is synchronised")]
    Unknown(SourceId),
}

impl House {
    /// The desk of a source that is a directory.
    pub fn directory(&self, source: &Source) -> Result<Desk, LdapFault> {
        self.directories.desk(source, || self.password_of(source))
    }

    fn password_of(&self, source: &Source) -> Result<Option<SecretString>, LdapFault> {
        let Some(sealed) = source.protocol.secret() else {
            return Ok(None);
        };
        let lost = || LdapFault::Settings(format!("the password for `{}` does not open", source.id));
        let plain = self
            .sealer
            .open(&purpose(&source.id), sealed.as_bytes())
            .map_err(|_| lost())?;
        let text = std::str::from_utf8(&plain).map_err(|_| lost())?;
        Ok(Some(SecretString::from(text)))
    }

    /// The directories that count, with their records as they are now.
    pub async fn directory_sources(&self) -> Result<Vec<Source>, StoreError> {
        let mut db = self.database.pool.acquire().await.map_err(StoreError::from)?;
        let all = sources::all(&mut db).await?;
        let counts = |source: &Source| source.ldap().is_some() && source.state == State::Active;
        Ok(all.into_iter().map(|(source, _)| source).filter(counts).collect())
    }

    fn process(&self) -> &str {
        self.directories.process()
    }
}

impl App {
    /// Begins to synchronise with each directory where that is due, each in a task of its own: one that fails,
    /// panics or is slow does so alone. They go on whether anybody waits for them or not.
    pub async fn synchronise_directories(&self) -> Result<Vec<JoinHandle<()>>, SyncFault> {
        let now = self.now();
        let mut begun = Vec::new();
        for source in self.directory_sources().await? {
            let sync = source.ldap().and_then(|ldap| ldap.sync.as_ref());
            let Some(sync) = sync.filter(|_| source.trust.attributes) else {
                continue;
            };
            if self.directories.progress(&source.id).is_some() {
                continue;
            }
            let mut db = self.database.pool.acquire().await?;
            let standing = source_syncs::standing(&source.id, &mut db).await?;
            drop(db);
            let Some(asked) = due(sync, standing.as_ref(), now) else {
                continue;
            };
            let app = self.clone();
            begun.push(tokio::spawn(async move {
                match app.synchronise(&source.id, &asked).await {
                    Ok(_) | Err(SyncFault::Taken) => {}
                    Err(fault) => {
                        tracing::error!(source = %source.id, error = %fault, "a directory could not be synchronised");
                    }
                }
            }));
        }
        Ok(begun)
    }

    /// One pass over a directory. Its fault, also a panic, is in the report and on record.
    pub async fn synchronise(&self, id: &SourceId, asked: &Asked) -> Result<Report, SyncFault> {
        let unknown = || SyncFault::Unknown(id.clone());
        let source = self
            .directory_sources()
            .await?
            .into_iter()
            .find(|source| source.id == *id);
        let source = source
            .filter(|source| source.trust.attributes)
            .ok_or_else(unknown)?;
        let sync = source
            .ldap()
            .and_then(|ldap| ldap.sync.clone())
            .ok_or_else(unknown)?;
        let running = self.directories.begin(id).ok_or(SyncFault::Taken)?;
        let now = self.now();
        let mut transaction = self.database.begin_write().await?;
        if !source_syncs::take(id, self.process(), now, now + LEASE, &mut transaction).await? {
            return Err(SyncFault::Taken);
        }
        let standing = source_syncs::standing(id, &mut transaction)
            .await?
            .unwrap_or_default();
        // A look is no pass: the next one is due as if nobody had looked.
        if !asked.dry_run {
            source_syncs::begun(id, now, &mut transaction).await?;
        }
        transaction.commit().await?;

        let pass = {
            let (app, source, standing) = (self.clone(), source.clone(), standing.clone());
            let (asked, progress) = (asked.clone(), running.progress.clone());
            async move { app.pass(&source, &sync, &standing, &asked, now, &progress).await }
        };
        let outcome = tokio::select! {
            outcome = in_a_task_of_its_own(pass) => outcome,
            fault = self.keep_taken(id) => Err(fault),
        };
        let report = match outcome {
            Ok(report) => report,
            Err(fault @ SyncFault::Taken) => return Err(fault),
            Err(fault) => Report {
                mode: asked.mode,
                dry_run: asked.dry_run,
                began_at: now,
                ended_at: self.now(),
                counts: Counts::default(),
                skipped: 0,
                dropped: 0,
                bad: Vec::new(),
                named: Vec::new(),
                braked: None,
                fault: Some(fault.to_string()),
            },
        };
        self.report(&source, &standing, asked, &report).await?;
        Ok(report)
    }
}

impl House {
    /// Says again and again that this process is at it.
    async fn keep_taken(&self, id: &SourceId) -> SyncFault {
        loop {
            tokio::time::sleep(SAYS_SO).await;
            match self.take_again(id).await {
                Ok(true) => {}
                Ok(false) => return SyncFault::Taken,
                Err(fault) => return fault,
            }
        }
    }

    async fn take_again(&self, id: &SourceId) -> Result<bool, SyncFault> {
        let now = self.now();
        let mut transaction = self.database.begin_write().await?;
        let is_ours = source_syncs::take(id, self.process(), now, now + LEASE, &mut transaction).await?;
        transaction.commit().await?;
        Ok(is_ours)
    }

    async fn pass(
        &self,
        source: &Source,
        sync: &Sync,
        standing: &Standing,
        asked: &Asked,
        now: DateTime<Utc>,
        progress: &Progress,
    ) -> Result<Report, SyncFault> {
        let marks: Marks = match standing.marks.as_str() {
            "" | "{}" => Marks::default(),
            text => serde_json::from_str(text).map_err(|_| SyncFault::State(source.id.clone()))?,
        };
        let filing = Filing {
            source: &source.id,
            pool: &self.database.pool,
        };
        let how = How {
            mode: asked.mode,
            by_protocol: sync.changes == Changes::Protocol,
            brake: Brake {
                percent: sync.most_gone_percent,
                free: if sync.most_gone_percent == 0 { 0 } else { FREE },
            },
            renew_before: renew_before(source, now),
        };
        let desk = self.directory(source)?;
        let mut reading = desk.read(filing, &marks, &how, now, progress).await?;
        let released = reading.plan.braked.as_ref().map(|braked| braked.seal.as_str());
        if released.is_some() && released == standing.released.as_deref() {
            reading.plan.braked = None;
        }
        let mut report = Report {
            mode: reading.mode,
            dry_run: asked.dry_run,
            began_at: now,
            ended_at: now,
            counts: reading.plan.counts,
            skipped: 0,
            dropped: reading.dropped,
            bad: reading.plan.bad.iter().take(MOST_NAMED).cloned().collect(),
            named: Vec::new(),
            braked: reading.plan.braked.clone(),
            fault: None,
        };
        if asked.dry_run || report.braked.is_some() {
            report.named = self.named(source, &reading.plan).await?;
        }
        if report.braked.is_none() {
            self.write_plan(source, sync, reading, asked.dry_run, &mut report)
                .await?;
        }
        report.ended_at = self.now();
        Ok(report)
    }

    /// At whom something would be changed.
    async fn named(&self, source: &Source, plan: &Plan<Entry>) -> Result<Vec<Named>, SyncFault> {
        let read = |reads: &[Read<Entry>], becomes| -> Vec<Named> {
            let one = |read: &Read<Entry>| Named {
                who: read.content.dn.to_string(),
                becomes,
            };
            reads.iter().take(MOST_NAMED).map(one).collect()
        };
        let subjects = |of: &'_ [String]| -> Vec<String> { of.iter().take(MOST_NAMED).cloned().collect() };
        let mut named = Vec::new();
        let mut db = self.database.pool.acquire().await?;
        for (gone, becomes) in [
            (subjects(&plan.removed), Becomes::Removed),
            (subjects(&plan.lapsed), Becomes::Disabled),
        ] {
            let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
            let known = source_entries::among(&source.id, &gone, &mut db).await?;
            named.extend(known.into_values().map(|applied| Named {
                who: applied.person.to_string(),
                becomes,
            }));
        }
        named.extend(read(&plan.disable, Becomes::Disabled));
        named.extend(read(&plan.change, Becomes::Changed));
        named.extend(read(&plan.create, Becomes::Created));
        named.truncate(MOST_NAMED);
        Ok(named)
    }

    /// Writes a plan, those first who lose something.
    async fn write_plan(
        &self,
        source: &Source,
        sync: &Sync,
        reading: Reading,
        dry_run: bool,
        report: &mut Report,
    ) -> Result<(), SyncFault> {
        let Reading {
            mode, plan, marks, ..
        } = reading;
        let mut applier = Applier::new(self, source, sync, dry_run, report);
        for some in plan.removed.chunks(TOGETHER) {
            applier.gone(some).await?;
        }
        for some in plan.lapsed.chunks(TOGETHER) {
            applier.lapsed(some).await?;
        }
        for reads in [plan.disable, plan.change, plan.create] {
            let mut reads = reads.into_iter();
            loop {
                let some: Vec<_> = reads.by_ref().take(TOGETHER).collect();
                if some.is_empty() {
                    break;
                }
                applier.read(some).await?;
            }
        }
        if dry_run {
            return Ok(());
        }
        let now = self.now();
        let marks = serde_json::to_string(&marks).map_err(|_| SyncFault::State(source.id.clone()))?;
        let full_at = (mode == Mode::Full).then_some(now);
        let mut transaction = self.database.begin_write().await?;
        source_syncs::applied(&source.id, &marks, full_at, &mut transaction).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Keeps a report, and puts on record what an auditor would ask about.
    async fn report(
        &self,
        source: &Source,
        before: &Standing,
        asked: &Asked,
        report: &Report,
    ) -> Result<(), SyncFault> {
        let last: Option<Report> = before
            .report
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok());
        let text = serde_json::to_string(report).map_err(|_| SyncFault::State(source.id.clone()))?;
        // What somebody asked for is done if this was it, and not if it was another pass.
        let is_it = |text: &&str| serde_json::from_str::<Asked>(text).is_ok_and(|before| before == *asked);
        let done = before.asked.as_deref().filter(is_it);
        let mut transaction = self.database.begin_write().await?;
        source_syncs::reported(&source.id, &text, done, &mut transaction).await?;
        let event = event(source, last.as_ref(), report);
        if let Some(event) = &event {
            let now = self.now();
            record::append(&Actor::Nobody, std::slice::from_ref(event), now, &mut transaction).await?;
        }
        transaction.commit().await?;
        match (&report.fault, &report.braked) {
            (Some(fault), _) => tracing::error!(source = %source.id, fault, "a synchronisation failed"),
            (None, Some(Braked { vanish, of, .. })) => tracing::error!(
                source = %source.id, vanish, of, "a synchronisation stopped: too many people would vanish"
            ),
            (None, None) if report.counts.bad > 0 => tracing::warn!(
                source = %source.id, bad = report.counts.bad, "a synchronisation could not use some entries"
            ),
            (None, None) => tracing::debug!(source = %source.id, read = report.counts.read, "synchronised"),
        }
        Ok(())
    }
}

/// What of a report goes on record: what changed anything, and the first of faults that are alike.
fn event(source: &Source, last: Option<&Report>, report: &Report) -> Option<Event> {
    let id = source.id.as_str();
    if let Some(fault) = &report.fault {
        let is_new = last.and_then(|last| last.fault.as_ref()) != Some(fault);
        return is_new.then(|| Event::new("source.sync_failed", id, json!({ "fault": fault })));
    }
    if let Some(braked) = &report.braked {
        let is_new = last.and_then(|last| last.braked.as_ref()) != Some(braked);
        return is_new.then(|| Event::new("source.sync_braked", id, json!(braked)));
    }
    let counts = &report.counts;
    let changed = counts.created + counts.changed + counts.disabled + counts.removed;
    let is_told = changed > 0 && !report.dry_run;
    is_told.then(|| {
        Event::new(
            "source.synchronised",
            id,
            json!({ "mode": report.mode, "counts": counts }),
        )
    })
}
