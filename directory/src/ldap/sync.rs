// SPDX-License-Identifier: Apache-2.0
//! What a reading of a directory changes: what is on file from the source, held against what the
//! directory says. Pure; nothing is written before the whole reading is known and the brake has
//! looked at who would vanish.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::digest;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The most bad entries that are reported one by one; of the others only the number is told.
pub const MOST_REPORTED: usize = 1_000;

/// What is on file of one entry of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnFile {
    /// Its digest when it was applied.
    pub hash: [u8; 32],
    /// Whether the account was good then.
    pub is_active: bool,
    /// When it was applied.
    pub applied_at: DateTime<Utc>,
    /// When the account closes by itself.
    pub until: Option<DateTime<Utc>>,
}

/// What is on file of entries of a source, by subject.
pub type Filed = BTreeMap<String, OnFile>;

/// What is on file besides the entries that were read, as far as the end of a comparison needs it.
#[derive(Debug, Clone, Copy)]
pub struct Rest<'a> {
    /// For a full reading, everything. For another, those whom the directory says to be gone, and those whose time
    /// is over.
    pub filed: &'a Filed,
    /// How many accounts of the source are good.
    pub active: usize,
}

/// An entry that was read, and what is to be made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read<T> {
    /// Its name for good.
    pub subject: String,
    /// Its digest.
    pub hash: [u8; 32],
    /// Whether the account is good.
    pub is_active: bool,
    /// When the account closes by itself.
    pub until: Option<DateTime<Utc>>,
    /// What it says.
    pub content: T,
}

/// An entry that could not be used. The others go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BadEntry {
    /// Its distinguished name.
    pub dn: String,
    /// What is wrong.
    pub reason: String,
}

/// What was read of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Everything: who was not met is gone.
    Full,
    /// What changed: who was not mentioned stays.
    Incremental,
}

/// When a pass stops for a person to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brake {
    /// The most that may vanish, in percent of those who are active.
    pub percent: u8,
    /// So many may vanish in any case: two leavers of a small office are no accident.
    pub free: usize,
}

/// Why a pass stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Braked {
    /// How many would vanish: removed, or disabled.
    pub vanish: usize,
    /// Of how many active ones.
    pub of: usize,
    /// Names exactly those who would vanish: what an administrator lets pass, and nothing else.
    pub seal: String,
}

/// How many of each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Entries that were read.
    pub read: u64,
    /// Not on file yet.
    pub created: u64,
    /// On file otherwise.
    pub changed: u64,
    /// On file just so.
    pub unchanged: u64,
    /// Good before, and not any more.
    pub disabled: u64,
    /// No longer in the directory.
    pub removed: u64,
    /// Not understood.
    pub bad: u64,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan<T> {
    /// New ones.
    pub create: Vec<Read<T>>,
    /// Those that say something else, or whose word has to be renewed.
    pub change: Vec<Read<T>>,
    /// Those whose account is not good any more.
    pub disable: Vec<Read<T>>,
    /// Subjects that are gone.
    pub removed: Vec<String>,
    /// Subjects whose account closed by itself, without a new word of the directory.
    pub lapsed: Vec<String>,
    /// Those that could not be used, as far as they are reported one by one.
    pub bad: Vec<BadEntry>,
    /// How many of each.
    pub counts: Counts,
    /// Set: nothing is to be done before somebody looked.
    pub braked: Option<Braked>,
}

/// A comparison under way.
#[derive(Debug)]
pub struct Diff<T> {
    renew_before: DateTime<Utc>,
    met: BTreeSet<String>,
    gone: BTreeSet<String>,
    plan: Plan<T>,
}

impl<T> Diff<T> {
    /// Begins. What was applied before `renew_before` is applied anew although it did not change:
    /// what a source gives runs out otherwise.
    pub fn new(renew_before: DateTime<Utc>) -> Self {
        Self {
            renew_before,
            met: BTreeSet::new(),
            gone: BTreeSet::new(),
            plan: Plan {
                create: Vec::new(),
                change: Vec::new(),
                disable: Vec::new(),
                removed: Vec::new(),
                lapsed: Vec::new(),
                bad: Vec::new(),
                counts: Counts::default(),
                braked: None,
            },
        }
    }

    /// An entry that was read, and what is on file of it. Says whether it is kept for the plan.
    pub fn read(&mut self, dn: &str, read: Read<T>, filed: Option<&OnFile>) -> bool {
        self.plan.counts.read += 1;
        if !self.met.insert(read.subject.clone()) {
            self.report(dn, "another entry has the same lasting name".to_owned());
            return false;
        }
        let list = match filed {
            // Somebody whose account is closed is not brought in only to be disabled.
            None if !read.is_active => None,
            None => Some(&mut self.plan.create),
            Some(filed) if filed.is_active && !read.is_active => Some(&mut self.plan.disable),
            Some(filed) if filed.hash != read.hash || filed.is_active != read.is_active => {
                Some(&mut self.plan.change)
            }
            Some(filed) if read.is_active && filed.applied_at < self.renew_before => {
                Some(&mut self.plan.change)
            }
            Some(_) => None,
        };
        let Some(list) = list else {
            self.plan.counts.unchanged += 1;
            return false;
        };
        list.push(read);
        true
    }

    /// An entry that is there as it was: only its name was sent.
    pub fn present(&mut self, subject: &str) {
        self.met.insert(subject.to_owned());
    }

    /// An entry that could not be used. If its lasting name is known, it counts as met: what cannot be
    /// understood today is not gone.
    pub fn bad(&mut self, dn: &str, subject: Option<&str>, reason: String) {
        self.plan.counts.read += 1;
        if let Some(subject) = subject {
            self.met.insert(subject.to_owned());
        }
        self.report(dn, reason);
    }

    /// Something besides people that could not be used, such as a group.
    pub fn unusable(&mut self, bad: &BadEntry) {
        self.report(&bad.dn, bad.reason.clone());
    }

    /// The directory says that this one is gone.
    pub fn gone(&mut self, subject: &str) {
        self.gone.insert(subject.to_owned());
    }

    /// Those of whom the directory says so.
    pub fn said_gone(&self) -> impl Iterator<Item = &str> {
        self.gone.iter().map(String::as_str)
    }

    /// How far it is.
    pub fn counts(&self) -> Counts {
        self.plan.counts
    }

    /// Ends the comparison.
    pub fn finish(mut self, mode: Mode, rest: &Rest<'_>, brake: Brake, now: DateTime<Utc>) -> Plan<T> {
        for (subject, filed) in rest.filed {
            let is_gone = match mode {
                Mode::Full => !self.met.contains(subject),
                Mode::Incremental => self.gone.contains(subject) && !self.met.contains(subject),
            };
            let lapsed = filed.until.is_some_and(|until| until <= now);
            if is_gone {
                self.plan.removed.push(subject.clone());
            } else if filed.is_active && lapsed && !self.met.contains(subject) {
                self.plan.lapsed.push(subject.clone());
            }
        }
        let plan = &mut self.plan;
        plan.counts.created = plan.create.len() as u64;
        plan.counts.changed = plan.change.len() as u64;
        plan.counts.disabled = (plan.disable.len() + plan.lapsed.len()) as u64;
        plan.counts.removed = plan.removed.len() as u64;
        self.plan.braked = self.braked(mode, rest, brake);
        self.plan
    }

    fn braked(&self, mode: Mode, rest: &Rest<'_>, brake: Brake) -> Option<Braked> {
        let active = |subject: &&String| rest.filed.get(*subject).is_some_and(|filed| filed.is_active);
        let removed = self.plan.removed.iter().filter(active);
        let disabled = self.plan.disable.iter().map(|read| &read.subject);
        let vanishing: BTreeSet<&String> = removed.chain(disabled).collect();
        let vanish = vanishing.len();
        let of = rest.active;
        let all_at_once = mode == Mode::Full && self.met.is_empty() && of > 0;
        let too_many = vanish > brake.free && vanish * 100 > of * usize::from(brake.percent);
        if !all_at_once && !too_many {
            return None;
        }
        let mut context = digest::Context::new(&digest::SHA256);
        for subject in vanishing {
            context.update(subject.as_bytes());
            context.update(b"\n");
        }
        let seal = hex::encode(context.finish());
        Some(Braked { vanish, of, seal })
    }

    fn report(&mut self, dn: &str, reason: String) {
        self.plan.counts.bad += 1;
        if self.plan.bad.len() < MOST_REPORTED {
            let dn = dn.chars().take(512).collect();
            self.plan.bad.push(BadEntry { dn, reason });
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const BRAKE: Brake = Brake { percent: 5, free: 3 };

    fn now() -> DateTime<Utc> {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn filed(count: usize) -> Filed {
        let on_file = OnFile {
            hash: [1; 32],
            is_active: true,
            applied_at: now(),
            until: None,
        };
        (0..count)
            .map(|number| (format!("s{number:04}"), on_file.clone()))
            .collect()
    }

    fn read(number: usize, hash: u8, is_active: bool) -> Read<()> {
        Read {
            subject: format!("s{number:04}"),
            hash: [hash; 32],
            is_active,
            until: None,
            content: (),
        }
    }

    fn take(diff: &mut Diff<()>, dn: &str, read: Read<()>, filed: &Filed) {
        let on_file = filed.get(&read.subject);
        diff.read(dn, read, on_file);
    }

    fn finish(diff: Diff<()>, mode: Mode, filed: &Filed) -> Plan<()> {
        let active = filed.values().filter(|filed| filed.is_active).count();
        diff.finish(mode, &Rest { filed, active }, BRAKE, now())
    }

    fn full(filed: &Filed, reads: impl IntoIterator<Item = Read<()>>) -> Plan<()> {
        let mut diff = Diff::new(now() - TimeDelta::days(1));
        for one in reads {
            take(&mut diff, "uid=x", one, filed);
        }
        finish(diff, Mode::Full, filed)
    }

    #[test]
    fn each_entry_is_new_other_closed_or_as_before() {
        let filed = filed(3);
        let plan = full(
            &filed,
            [
                read(0, 1, true),
                read(1, 2, true),
                read(2, 3, false),
                read(9, 1, true),
                read(8, 1, false),
            ],
        );
        assert_eq!(plan.create, [read(9, 1, true)]);
        assert_eq!(plan.change, [read(1, 2, true)]);
        assert_eq!(plan.disable, [read(2, 3, false)]);
        assert_eq!(plan.counts.unchanged, 2);
        assert_eq!(plan.counts.read, 5);
        assert_eq!(plan.braked, None);
    }

    #[test]
    fn who_is_missing_from_a_full_reading_is_gone_and_from_another_stays() {
        let filed = filed(2);
        assert_eq!(full(&filed, [read(0, 1, true)]).removed, ["s0001"]);
        let mut diff: Diff<()> = Diff::new(now());
        diff.gone("s0000");
        diff.gone("unknown");
        assert_eq!(diff.said_gone().collect::<Vec<_>>(), ["s0000", "unknown"]);
        assert_eq!(finish(diff, Mode::Incremental, &filed).removed, ["s0000"]);
    }

    #[test]
    fn what_cannot_be_understood_is_reported_and_not_gone() {
        let filed = filed(2);
        let mut diff = Diff::new(now());
        take(&mut diff, "uid=a", read(0, 1, true), &filed);
        take(&mut diff, "uid=b", read(0, 1, true), &filed);
        diff.bad("uid=c", Some("s0001"), "no".into());
        diff.unusable(&BadEntry {
            dn: "cn=g".into(),
            reason: "no".into(),
        });
        let plan = finish(diff, Mode::Full, &filed);
        assert!(plan.removed.is_empty());
        assert_eq!((plan.counts.read, plan.counts.bad), (3, 3));
        assert_eq!(plan.bad[1].dn, "uid=c");
        assert_eq!(plan.bad[2].dn, "cn=g");
    }

    #[test]
    fn the_brake_stops_when_more_than_its_share_would_vanish() {
        let filed = filed(100);
        let stays = |count: usize| full(&filed, (0..count).map(|number| read(number, 1, true)));
        assert_eq!(stays(95).braked, None);
        let braked = stays(94).braked.unwrap();
        assert_eq!((braked.vanish, braked.of), (6, 100));
        assert_eq!(stays(94).braked.unwrap().seal, braked.seal);
        assert_ne!(stays(93).braked.unwrap().seal, braked.seal);
        // Disabled counts like gone.
        let closed = full(&filed, (0..100).map(|number| read(number, 1, number >= 6)));
        assert_eq!(closed.braked.unwrap().vanish, 6);
    }

    #[test]
    fn of_whom_some_are_said_to_be_gone_is_a_number_in_a_reading_of_changes() {
        let gone = filed(6);
        for (active, is_braked) in [(100, true), (120, false)] {
            let mut diff: Diff<()> = Diff::new(now());
            for subject in gone.keys() {
                diff.gone(subject);
            }
            let rest = Rest { filed: &gone, active };
            let plan = diff.finish(Mode::Incremental, &rest, BRAKE, now());
            assert_eq!(plan.removed.len(), 6);
            assert_eq!(plan.braked.is_some(), is_braked, "6 of {active}");
        }
    }

    #[test]
    fn a_few_of_a_small_office_may_leave_and_nothing_at_all_is_no_reading() {
        let filed = filed(4);
        assert_eq!(full(&filed, [read(0, 1, true)]).braked, None);
        assert!(full(&filed, []).braked.is_some());
        let two: Filed = filed.into_iter().take(2).collect();
        assert!(full(&two, []).braked.is_some());
        assert_eq!(full(&Filed::new(), []).braked, None);
    }

    #[test]
    fn what_runs_out_is_renewed_in_time_and_accounts_close_by_themselves() {
        let mut filed = filed(2);
        for on_file in filed.values_mut() {
            on_file.applied_at = now() - TimeDelta::days(2);
        }
        assert_eq!(full(&filed, [read(0, 1, true), read(1, 1, true)]).change.len(), 2);
        filed.get_mut("s0000").unwrap().until = Some(now());
        let plan = finish(Diff::new(now()), Mode::Incremental, &filed);
        assert_eq!(plan.lapsed, ["s0000"]);
    }
}
