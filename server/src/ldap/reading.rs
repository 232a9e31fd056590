// SPDX-License-Identifier: Apache-2.0
//! A directory is read: all of it page by page, or what changed since the last time. Either way the
//! outcome is a plan, and marks from which the next reading goes on.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use countersign_directory::ldap::account::{self, Standing};
use countersign_directory::ldap::entry::{self, Bad, Entry, Raw};
use countersign_directory::ldap::groups::Group;
use countersign_directory::ldap::settings::Settings;
use countersign_directory::ldap::sync::{Brake, Diff, Filed, Mode, OnFile, Plan, Read, Rest};
use serde::{Deserialize, Serialize};

use super::changes::{Changed, asked};
use super::connection::{Connection, LdapFault};
use super::desk::Desk;
use super::filing::Filing;
use super::group_tree;
use super::paging::Pages;
use super::sign_in::{people, reader};
pub use super::since::Since;
use super::since::moment_of;
use super::sync::SyncFault;

/// Above so many changed entries the groups are read once in place of being asked for each.
const ASK_FOR_EACH: usize = 200;
/// The most memory that what is to be written may take.
const MOST_KEPT: usize = 1024 * 1024 * 1024;

/// From where the next reading goes on. Kept with what was applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marks {
    /// From where changes are told.
    pub since: Option<Since>,
    /// What the groups came to.
    pub groups: Option<String>,
    /// What the rules of the source came to. By other ones, what is on file has to be made anew.
    pub rules: Option<String>,
}

/// How a reading is to be done.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// What is asked for. An incremental one becomes full when the directory cannot tell what changed.
    pub mode: Mode,
    /// Changes are asked for by the protocol for it where the directory has one (RFC 4533), and not by
    /// moments.
    pub by_protocol: bool,
    /// When to stop for a person to look.
    pub brake: Brake,
    /// What was applied before is applied anew.
    pub renew_before: DateTime<Utc>,
}

/// A reading.
#[derive(Debug)]
pub struct Reading {
    /// What it was in the end.
    pub mode: Mode,
    /// What is to be done.
    pub plan: Plan<Entry>,
    /// From where the next one goes on.
    pub marks: Marks,
    /// How many values were left out because they are no text, too long or too many.
    pub dropped: u64,
}

/// How far a reading is, for those who watch.
#[derive(Debug, Default)]
pub struct Progress {
    read: AtomicU64,
}

impl Progress {
    /// Entries read so far.
    pub fn read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

impl Desk {
    /// Reads the directory and compares it with what is on file.
    pub async fn read(
        &self,
        filing: Filing<'_>,
        marks: &Marks,
        how: &How,
        now: DateTime<Utc>,
        progress: &Progress,
    ) -> Result<Reading, SyncFault> {
        let mut lent = self.borrow_fresh().await?;
        let mut pass = Pass {
            settings: self.settings(),
            connection: &mut lent.connection,
            filing,
            how,
            now,
            progress,
            dropped: 0,
            kept: 0,
        };
        let reading = pass.run(marks).await?;
        lent.give_back();
        Ok(reading)
    }
}

/// A reading under way.
pub(super) struct Pass<'a> {
    pub(super) settings: &'a Settings,
    pub(super) connection: &'a mut Connection,
    filing: Filing<'a>,
    pub(super) how: &'a How,
    now: DateTime<Utc>,
    progress: &'a Progress,
    dropped: u64,
    /// Memory that the plan takes so far.
    kept: usize,
}

/// An entry that was seen: what it says, or which one it is and why it cannot be used.
struct Seen<'a> {
    dn: &'a str,
    read: Result<Read<Entry>, (Option<String>, Bad)>,
}

impl Seen<'_> {
    /// Its lasting name, where that can be read.
    fn subject(&self) -> Option<&str> {
        match &self.read {
            Ok(read) => Some(&read.subject),
            Err((subject, _)) => subject.as_deref(),
        }
    }
}

impl Pass<'_> {
    async fn run(&mut self, marks: &Marks) -> Result<Reading, SyncFault> {
        if self.how.mode == Mode::Incremental
            && marks.rules.as_ref() == Some(&self.rules())
            && let Some(since) = &marks.since
        {
            let active = self.filing.active().await?;
            let tree = group_tree::all(self.settings, false, self.connection).await?;
            let groups = Some(hex::encode(tree.mark));
            // Who is in a group that changed cannot be told from her own entry: then all are read.
            if active > 0
                && (self.settings.groups.is_none() || groups == marks.groups)
                && let Some((changed, since)) = self.changed(since).await?
            {
                let mut reading = self.incremental(changed, active).await?;
                reading.marks.since = Some(since);
                reading.marks.groups = groups;
                return Ok(reading);
            }
        }
        self.full().await
    }

    fn rules(&self) -> String {
        hex::encode(self.settings.rules.all)
    }

    /// Everything, page by page. From where changes are told is asked first: what changes while we read
    /// is told again, and nothing is missed.
    async fn full(&mut self) -> Result<Reading, SyncFault> {
        let begin = self.begin().await?;
        let filed = self.filing.all().await?;
        let tree = group_tree::all(self.settings, true, self.connection).await?;
        let mut diff = Diff::new(self.how.renew_before);
        tree.bad.iter().for_each(|bad| diff.unusable(bad));
        let attributes = asked(self.settings);
        let search = people(self.settings, self.settings.people.as_str(), &attributes);
        let mut pages = Pages::of(search, self.settings.page);
        let mut newest = None;
        while let Some(page) = pages.next(self.connection).await? {
            for raw in &page {
                newest = newest.max(moment_of(raw));
                let groups = group_tree::of_entry(raw, self.settings, &tree.graph);
                let seen = self.see(raw, groups);
                let on_file = seen.subject().and_then(|subject| filed.get(subject));
                self.take(seen, on_file, &mut diff)?;
            }
            self.progress.read.store(diff.counts().read, Ordering::Relaxed);
        }
        let active = filed.values().filter(|on_file| on_file.is_active).count();
        let rest = Rest {
            filed: &filed,
            active,
        };
        let mut reading = self.done(diff, Mode::Full, Mode::Full, &rest);
        reading.marks.since = begin.or_else(|| newest.map(Since::Moment));
        reading.marks.groups = self.settings.groups.is_some().then(|| hex::encode(tree.mark));
        Ok(reading)
    }

    /// What changed is held against what is on file of it, and of nobody else.
    async fn incremental(&mut self, changed: Changed, active: usize) -> Result<Reading, SyncFault> {
        let mut diff = Diff::new(DateTime::<Utc>::MIN_UTC);
        let tree = if changed.sent.len() > ASK_FOR_EACH {
            Some(group_tree::all(self.settings, true, self.connection).await?)
        } else {
            None
        };
        let mut all_seen = Vec::with_capacity(changed.sent.len());
        for raw in &changed.sent {
            let groups = match &tree {
                Some(tree) => group_tree::of_entry(raw, self.settings, &tree.graph),
                None => group_tree::of_person(raw, self.settings, self.connection).await?,
            };
            all_seen.push(self.see(raw, groups));
        }
        let subjects: Vec<&str> = all_seen.iter().filter_map(Seen::subject).collect();
        let known = self.filing.among(&subjects).await?;
        for seen in all_seen {
            let on_file = seen.subject().and_then(|subject| known.get(subject));
            self.take(seen, on_file, &mut diff)?;
        }
        self.progress.read.store(diff.counts().read, Ordering::Relaxed);
        for subject in &changed.present {
            diff.present(subject);
        }
        for subject in &changed.gone {
            diff.gone(subject);
        }
        let (compare, filed) = if changed.is_whole {
            (Mode::Full, self.filing.all().await?)
        } else {
            let said_gone: Vec<&str> = diff.said_gone().collect();
            let mut filed: Filed = self.filing.among(&said_gone).await?;
            filed.extend(self.filing.lapsed(self.now).await?);
            (Mode::Incremental, filed)
        };
        let rest = Rest {
            filed: &filed,
            active,
        };
        Ok(self.done(diff, compare, Mode::Incremental, &rest))
    }

    /// Reads an entry with its groups.
    fn see<'r>(&mut self, raw: &'r Raw, groups: Result<Vec<Group>, Bad>) -> Seen<'r> {
        let kind = self.settings.subject;
        let read = groups.and_then(|groups| reader(self.settings).read(raw, &groups));
        let read = match read {
            Ok(entry) => {
                self.dropped += entry.dropped.len() as u64;
                let standing = account::standing(raw, self.now);
                let until = match standing {
                    Standing::Active { until, .. } => until,
                    Standing::Closed(_) => None,
                };
                Ok(Read {
                    subject: entry.subject.clone(),
                    hash: entry::digest(&entry, standing, &self.settings.rules),
                    is_active: standing.is_active(),
                    until,
                    content: entry,
                })
            }
            Err(bad) => {
                let subject = kind.read(raw.values(kind.attribute()).unwrap_or_default()).ok();
                Err((subject, bad))
            }
        };
        Seen { dn: &raw.dn, read }
    }

    /// Holds an entry against what is on file of it.
    fn take(
        &mut self,
        seen: Seen<'_>,
        on_file: Option<&OnFile>,
        diff: &mut Diff<Entry>,
    ) -> Result<(), LdapFault> {
        match seen.read {
            Ok(read) => {
                let cost = read.content.cost();
                if diff.read(seen.dn, read, on_file) {
                    self.kept = self.kept.saturating_add(cost);
                }
            }
            Err((subject, bad)) => diff.bad(seen.dn, subject.as_deref(), bad.to_string()),
        }
        if self.kept > MOST_KEPT {
            return Err(self.connection.too_large(MOST_KEPT));
        }
        Ok(())
    }

    /// The end of a reading; from where the next one goes on is still to be said.
    fn done(&self, diff: Diff<Entry>, compare: Mode, mode: Mode, rest: &Rest<'_>) -> Reading {
        Reading {
            mode,
            plan: diff.finish(compare, rest, self.how.brake, self.now),
            marks: Marks {
                rules: Some(self.rules()),
                ..Marks::default()
            },
            dropped: self.dropped,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_from_before_they_told_of_rules_are_read_and_stand_for_none() {
        let old = r#"{"since":{"moment":"2026-11-23T12:00:00Z"},"groups":"00"}"#;
        let marks: Marks = serde_json::from_str(old).unwrap();
        assert!(marks.since.is_some() && marks.groups.is_some());
        assert_eq!(marks.rules, None);
    }
}
