// SPDX-License-Identifier: Apache-2.0
//! A directory is read: all of it page by page, or what changed since the last time. Either way the
//! outcome is a plan, and marks from which the next reading goes on.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::ldap::account::{self, Standing};
use countersign_directory::ldap::content_sync::{Done, Info, State};
use countersign_directory::ldap::entry::{self, Bad, Entry, Raw};
use countersign_directory::ldap::groups::Group;
use countersign_directory::ldap::settings::{Flavour, Settings};
use countersign_directory::ldap::subject;
use countersign_directory::ldap::sync::{Brake, Diff, Filed, Mode, Plan, Read};
use ldap3::Scope;
use serde::{Deserialize, Serialize};

use super::connection::{Connection, LdapFault, Search, Told};
use super::desk::Desk;
use super::group_tree::{self, Tree};
use super::sign_in::{people, reader, wanted};

/// Above so many changed entries the groups are read once in place of being asked for each.
const ASK_FOR_EACH: usize = 200;
/// Moments of change are asked for again from this much earlier: servers of one directory hear of
/// changes at different times.
const OVERLAP: TimeDelta = TimeDelta::minutes(10);

/// From where the next reading goes on. Kept with what was applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marks {
    /// From where changes are told.
    pub since: Option<Since>,
    /// What the groups came to.
    pub groups: Option<String>,
}

/// From where changes are told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Since {
    /// A cookie of RFC 4533, in hexadecimal.
    Cookie(String),
    /// A number of Active Directory, good at one server as it was set up at one time.
    Number {
        /// Which server, by its `invocationId` or, where that cannot be read, its `dsServiceName`.
        server: String,
        /// `highestCommittedUSN` before the reading.
        highest: i64,
    },
    /// The newest `modifyTimestamp` that was met.
    Moment(DateTime<Utc>),
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
        filed: &Filed,
        marks: &Marks,
        how: &How,
        now: DateTime<Utc>,
        progress: &Progress,
    ) -> Result<Reading, LdapFault> {
        let mut lent = self.borrow_fresh().await?;
        let mut pass = Pass {
            settings: self.settings(),
            connection: &mut lent.connection,
            filed,
            how,
            now,
            progress,
            dropped: 0,
        };
        let reading = pass.run(marks).await?;
        lent.give_back();
        Ok(reading)
    }
}

/// What is asked for of each entry: also when it changed.
fn asked(settings: &Settings) -> Vec<&str> {
    let mut attributes = wanted(settings);
    attributes.push("modifyTimestamp");
    attributes
}

struct Pass<'a> {
    settings: &'a Settings,
    connection: &'a mut Connection,
    filed: &'a Filed,
    how: &'a How,
    now: DateTime<Utc>,
    progress: &'a Progress,
    dropped: u64,
}

impl Pass<'_> {
    async fn run(&mut self, marks: &Marks) -> Result<Reading, LdapFault> {
        if self.how.mode == Mode::Incremental
            && let Some(since) = &marks.since
            && !self.filed.is_empty()
        {
            let tree = group_tree::all(self.settings, false, self.connection).await?;
            let groups = Some(hex::encode(tree.mark));
            // Who is in a group that changed cannot be told from her own entry: then all are read.
            if (self.settings.groups.is_none() || groups == marks.groups)
                && let Some(reading) = self.changed(since, groups).await?
            {
                return Ok(reading);
            }
        }
        self.full().await
    }

    /// Everything, page by page. From where changes are told is asked first: what changes while we read
    /// is told again, and nothing is missed.
    async fn full(&mut self) -> Result<Reading, LdapFault> {
        let begin = self.begin().await?;
        let tree = group_tree::all(self.settings, true, self.connection).await?;
        let filed = self.filed;
        let mut diff = Diff::new(filed, self.how.renew_before);
        let attributes = asked(self.settings);
        let search = people(self.settings, self.settings.people.as_str(), &attributes);
        let mut newest = None;
        let mut cookie = Vec::new();
        loop {
            let page = self.connection.page(&search, self.settings.page, cookie).await?;
            for raw in &page.entries {
                newest = newest.max(moment_of(raw));
                let groups = group_tree::of_entry(raw, self.settings, &tree.graph);
                self.take(raw, groups, &mut diff);
            }
            self.progress.read.store(diff.counts().read, Ordering::Relaxed);
            cookie = page.next;
            if cookie.is_empty() {
                break;
            }
        }
        let since = begin.or_else(|| newest.map(Since::Moment));
        Ok(self.done(diff, Mode::Full, Mode::Full, since, &tree))
    }

    /// What changed. `None`: the directory cannot tell.
    async fn changed(&mut self, since: &Since, groups: Option<String>) -> Result<Option<Reading>, LdapFault> {
        let filed = self.filed;
        let mut diff = Diff::new(filed, DateTime::<Utc>::MIN_UTC);
        let (compare, since) = match since {
            Since::Cookie(cookie) => {
                let Some((compare, since)) = self.by_cookie(cookie, &mut diff).await? else {
                    return Ok(None);
                };
                (compare, since)
            }
            Since::Number { server, highest } => {
                let Some(since) = self.by_number(server, *highest, &mut diff).await? else {
                    return Ok(None);
                };
                (Mode::Incremental, since)
            }
            Since::Moment(moment) => (Mode::Incremental, self.by_moment(*moment, &mut diff).await?),
        };
        let mut reading = self.done(diff, compare, Mode::Incremental, Some(since), &Tree::default());
        reading.marks.groups = groups;
        Ok(Some(reading))
    }

    async fn by_cookie(
        &mut self,
        cookie: &str,
        diff: &mut Diff<'_, Entry>,
    ) -> Result<Option<(Mode, Since)>, LdapFault> {
        let Ok(bytes) = hex::decode(cookie) else {
            return Ok(None);
        };
        let attributes = asked(self.settings);
        let search = people(self.settings, self.settings.people.as_str(), &attributes);
        let mut sent = Vec::new();
        let (mut present, mut gone) = (Vec::new(), Vec::new());
        let mut by_presence = false;
        let hear = |told: Told| {
            match told {
                Told::Entry(raw, state) => match state.state {
                    State::Sent => sent.push(raw),
                    State::Present => present.push(state.uuid),
                    State::Deleted => gone.push(state.uuid),
                },
                Told::Info(Info::Set { deletes: true, uuids }) => gone.extend(uuids),
                Told::Info(Info::Set {
                    deletes: false,
                    uuids,
                }) => {
                    by_presence = true;
                    present.extend(uuids);
                }
                Told::Info(Info::Phase { .. } | Info::Cookie(_)) => {}
            }
            Ok(())
        };
        let done = self.connection.changed(&search, Some(bytes), hear).await?;
        let Some(Done {
            cookie: next,
            deletes,
        }) = done
        else {
            return Ok(None);
        };
        self.take_all(sent, diff).await?;
        for uuid in present {
            diff.present(&subject::uuid(uuid));
        }
        for uuid in gone {
            diff.gone(&subject::uuid(uuid));
        }
        // Without a phase of deletions, whatever was not mentioned is gone (RFC 4533, 3.3.1).
        let compare = if deletes && !by_presence {
            Mode::Incremental
        } else {
            Mode::Full
        };
        let next = next.map_or_else(|| cookie.to_owned(), hex::encode);
        Ok(Some((compare, Since::Cookie(next))))
    }

    async fn by_number(
        &mut self,
        server: &str,
        highest: i64,
        diff: &mut Diff<'_, Entry>,
    ) -> Result<Option<Since>, LdapFault> {
        let Some(now) = self.number().await? else {
            return Ok(None);
        };
        let Since::Number { server: here, .. } = &now else {
            return Ok(None);
        };
        if here != server {
            // The numbers of two servers have nothing to do with each other.
            return Ok(None);
        }
        let after = highest.saturating_add(1);
        let filter = format!("(&{}(uSNChanged>={after}))", self.settings.people);
        let changed = self.paged(&filter).await?;
        self.take_all(changed, diff).await?;
        for subject in self.tombstones(after).await? {
            diff.gone(&subject);
        }
        Ok(Some(now))
    }

    async fn by_moment(
        &mut self,
        moment: DateTime<Utc>,
        diff: &mut Diff<'_, Entry>,
    ) -> Result<Since, LdapFault> {
        let from = (moment - OVERLAP).format("%Y%m%d%H%M%SZ");
        let filter = format!("(&{}(modifyTimestamp>={from}))", self.settings.people);
        let changed = self.paged(&filter).await?;
        let newest = changed.iter().filter_map(moment_of).max();
        self.take_all(changed, diff).await?;
        Ok(Since::Moment(newest.map_or(moment, |newest| newest.max(moment))))
    }

    async fn paged(&mut self, filter: &str) -> Result<Vec<Raw>, LdapFault> {
        let attributes = asked(self.settings);
        let search = people(self.settings, filter, &attributes);
        let mut found = Vec::new();
        let mut cookie = Vec::new();
        loop {
            let page = self.connection.page(&search, self.settings.page, cookie).await?;
            found.extend(page.entries);
            cookie = page.next;
            if cookie.is_empty() {
                return Ok(found);
            }
        }
    }

    /// Deleted entries of Active Directory, where we may see them. Where we may not, the next full
    /// reading finds out.
    async fn tombstones(&mut self, after: i64) -> Result<Vec<String>, LdapFault> {
        let Some(root) = self.root_entry(&["defaultNamingContext"]).await? else {
            return Ok(Vec::new());
        };
        let Some(context) = root.text("defaultNamingContext") else {
            return Ok(Vec::new());
        };
        let base = format!("CN=Deleted Objects,{context}");
        let filter = format!("(&(isDeleted=TRUE)(uSNChanged>={after}))");
        let attributes = [self.settings.subject.attribute()];
        let search = Search {
            base: &base,
            scope: Scope::OneLevel,
            filter: &filter,
            attributes: &attributes,
        };
        let mut gone = Vec::new();
        let mut cookie = Vec::new();
        loop {
            let page = match self
                .connection
                .page_of_deleted(&search, self.settings.page, cookie)
                .await
            {
                Ok(page) => page,
                Err(LdapFault::Refused { cause, .. }) => {
                    tracing::debug!(error = %cause, "deleted entries may not be seen");
                    return Ok(gone);
                }
                Err(fault) => return Err(fault),
            };
            for raw in &page.entries {
                let values = raw.values(self.settings.subject.attribute()).unwrap_or_default();
                gone.extend(self.settings.subject.read(values).ok());
            }
            cookie = page.next;
            if cookie.is_empty() {
                return Ok(gone);
            }
        }
    }

    /// From where changes will be told after this reading.
    async fn begin(&mut self) -> Result<Option<Since>, LdapFault> {
        match self.settings.flavour {
            Flavour::ActiveDirectory => self.number().await,
            Flavour::OpenLdap if self.how.by_protocol => self.cookie().await,
            Flavour::OpenLdap | Flavour::Ds389 => Ok(None),
        }
    }

    async fn number(&mut self) -> Result<Option<Since>, LdapFault> {
        let Some(root) = self.root_entry(&["highestCommittedUSN", "dsServiceName"]).await? else {
            return Ok(None);
        };
        let highest = root
            .text("highestCommittedUSN")
            .and_then(|number| number.parse().ok());
        let (Some(highest), Some(service)) = (highest, root.text("dsServiceName")) else {
            return Ok(None);
        };
        let server = self
            .invocation(service)
            .await?
            .unwrap_or_else(|| service.to_owned());
        Ok(Some(Since::Number { server, highest }))
    }

    /// Changes when a server is set up anew from a copy: its numbers then begin elsewhere.
    async fn invocation(&mut self, service: &str) -> Result<Option<String>, LdapFault> {
        let search = Search {
            base: service,
            scope: Scope::Base,
            filter: "(objectClass=*)",
            attributes: &["invocationId"],
        };
        match self.connection.few(&search, 1).await {
            Ok(found) => Ok(found
                .first()
                .and_then(|raw| raw.values("invocationId")?.first().map(hex::encode))),
            Err(LdapFault::Refused { .. }) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// A cookie for what holds now: the state of the database that holds the branch (`contextCSN`).
    async fn cookie(&mut self) -> Result<Option<Since>, LdapFault> {
        let Some(root) = self.root_entry(&["namingContexts"]).await? else {
            return Ok(None);
        };
        let contexts = root.names("namingContexts").unwrap_or_default();
        let mut holding: Vec<_> = contexts
            .iter()
            .filter(|context| self.settings.base.is_within(context))
            .collect();
        holding.sort_by_key(|context| context.key().len());
        let Some(context) = holding.pop() else {
            return Ok(None);
        };
        let search = Search {
            base: context.as_str(),
            scope: Scope::Base,
            filter: "(objectClass=*)",
            attributes: &["contextCSN"],
        };
        let found = match self.connection.few(&search, 1).await {
            Ok(found) => found,
            Err(LdapFault::Refused { .. }) => return Ok(None),
            Err(fault) => return Err(fault),
        };
        let stamps = found
            .first()
            .and_then(|raw| raw.values("contextCSN"))
            .unwrap_or_default();
        let stamps: Vec<&str> = stamps
            .iter()
            .filter_map(|stamp| std::str::from_utf8(stamp).ok())
            .collect();
        if stamps.is_empty() {
            return Ok(None);
        }
        let cookie = format!("rid=000,csn={}", stamps.join(";"));
        Ok(Some(Since::Cookie(hex::encode(cookie))))
    }

    async fn root_entry(&mut self, attributes: &[&str]) -> Result<Option<Raw>, LdapFault> {
        let search = Search {
            base: "",
            scope: Scope::Base,
            filter: "(objectClass=*)",
            attributes,
        };
        Ok(self.connection.few(&search, 1).await?.pop())
    }

    /// Entries that changed, with their groups.
    async fn take_all(&mut self, raws: Vec<Raw>, diff: &mut Diff<'_, Entry>) -> Result<(), LdapFault> {
        let tree = if raws.len() > ASK_FOR_EACH {
            Some(group_tree::all(self.settings, true, self.connection).await?)
        } else {
            None
        };
        for raw in &raws {
            let groups = match &tree {
                Some(tree) => group_tree::of_entry(raw, self.settings, &tree.graph),
                None => group_tree::of_person(raw, self.settings, self.connection).await?,
            };
            self.take(raw, groups, diff);
        }
        self.progress.read.store(diff.counts().read, Ordering::Relaxed);
        Ok(())
    }

    fn take(&mut self, raw: &Raw, groups: Result<Vec<Group>, Bad>, diff: &mut Diff<'_, Entry>) {
        let kind = self.settings.subject;
        let read = groups.and_then(|groups| reader(self.settings).read(raw, &groups));
        match read {
            Ok(entry) => {
                self.dropped += entry.dropped.len() as u64;
                let standing = account::standing(raw, self.now);
                let until = match standing {
                    Standing::Active { until, .. } => until,
                    Standing::Closed(_) => None,
                };
                let read = Read {
                    subject: entry.subject.clone(),
                    hash: entry::digest(&entry, standing),
                    is_active: standing.is_active(),
                    until,
                    content: entry,
                };
                diff.read(&raw.dn, read);
            }
            Err(bad) => {
                let subject = kind.read(raw.values(kind.attribute()).unwrap_or_default()).ok();
                diff.bad(&raw.dn, subject.as_deref(), bad.to_string());
            }
        }
    }

    fn done(
        &self,
        diff: Diff<'_, Entry>,
        compare: Mode,
        mode: Mode,
        since: Option<Since>,
        tree: &Tree,
    ) -> Reading {
        let groups = self.settings.groups.is_some().then(|| hex::encode(tree.mark));
        Reading {
            mode,
            plan: diff.finish(compare, self.how.brake, self.now),
            marks: Marks { since, groups },
            dropped: self.dropped,
        }
    }
}

fn moment_of(raw: &Raw) -> Option<DateTime<Utc>> {
    let text = raw.text("modifyTimestamp")?;
    let seconds = text.split(['.', 'Z', '+', '-']).next()?;
    chrono::NaiveDateTime::parse_from_str(seconds, "%Y%m%d%H%M%S")
        .ok()
        .map(|moment| moment.and_utc())
}
