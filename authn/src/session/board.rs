// SPDX-License-Identifier: Apache-2.0
//! The board of sessions in memory: what decisions know of a person's sign-ins.
//!
//! SQL is the record. A process fills its board at start and after that hears of each session
//! through the changes (noun `session`), so a session ended on one process is off the board of all.
//! A session stays on the board after its end for every client that has not confirmed that end:
//! an old token may live there, and its facts still count.
//!
//! `board.facts(&alice, "synapse", None, now)` answers with the component-wise minimum over all her
//! sessions at that client, so that a phone's old token does not inherit a desktop's card.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use chrono::{DateTime, TimeDelta, Utc};
use countersign_directory::id::{DeviceId, PersonId};

use super::{Lifetimes, Session, SessionId, Sid};
use crate::assurance::Level;

/// Without activity for longer, no guard lets a session go on (`session-expired`).
const GUARDS_IDLE: TimeDelta = TimeDelta::minutes(60);
/// How precisely activity is known.
const NOTED_EVERY: TimeDelta = TimeDelta::seconds(1);

/// A session's tie to a client.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AtClient {
    /// The session's name there.
    pub sid: Sid,
    /// The client.
    pub client: String,
    /// Whether the client has confirmed that the session is over.
    pub end_confirmed: bool,
}

/// What a decision may know of a session.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Facts {
    /// The level, 1 to 3.
    pub aal: u8,
    /// Whether every sign-in counted was phishing resistant.
    pub phishing_resistant: bool,
    /// The oldest sign-in counted.
    pub auth_time: DateTime<Utc>,
    /// The oldest activity counted.
    pub last_activity: DateTime<Utc>,
    /// Whether any session counted was ended before its time, or ran out by narrower ends than guards know. One that
    /// ran out by theirs shows it by its times.
    pub revoked: bool,
    /// The device.
    pub device: OnDevice,
}

/// On which device the sessions counted are.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum OnDevice {
    /// On more than one, or on one and on others that nothing is known of. The weakest of them counts, and
    /// which that is cannot be told.
    Several,
    /// On this one, all of them.
    This(DeviceId),
    /// Nothing is known of any.
    Unknown,
}

impl From<Option<DeviceId>> for OnDevice {
    fn from(device: Option<DeviceId>) -> Self {
        device.map_or(Self::Unknown, Self::This)
    }
}

/// All sessions that matter to decisions. Shared by reference; every method takes `&self`.
#[derive(Debug, Default)]
pub struct Board {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    sessions: HashMap<SessionId, Entry>,
    by_person: HashMap<PersonId, BTreeSet<SessionId>>,
    by_sid: HashMap<Sid, SessionId>,
    touched: BTreeMap<SessionId, DateTime<Utc>>,
}

#[derive(Debug)]
struct Entry {
    session: Session,
    clients: Vec<AtClient>,
}

impl Board {
    /// An empty board.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a session up as the store has it, in place of what was known. One that is over and
    /// that every client knows to be over comes off.
    pub fn put(&self, mut session: Session, clients: Vec<AtClient>) {
        let mut inner = self.write();
        if let Some(known) = inner.take(&session.id) {
            session.last_activity = session.last_activity.max(known.session.last_activity);
        }
        if session.ended_at.is_some() && clients.iter().all(|at| at.end_confirmed) {
            return;
        }
        inner
            .by_person
            .entry(session.person.clone())
            .or_default()
            .insert(session.id.clone());
        for at in &clients {
            inner.by_sid.insert(at.sid.clone(), session.id.clone());
        }
        inner
            .sessions
            .insert(session.id.clone(), Entry { session, clients });
    }

    /// Takes a session off the board.
    pub fn remove(&self, id: &SessionId) {
        self.write().take(id);
    }

    /// The session with this name, if it is on the board.
    pub fn session(&self, id: &SessionId) -> Option<Session> {
        self.read().sessions.get(id).map(|entry| entry.session.clone())
    }

    /// The session that a client knows as `sid`.
    pub fn session_at(&self, client: &str, sid: &Sid) -> Option<Session> {
        let inner = self.read();
        let entry = inner.sessions.get(inner.by_sid.get(sid)?)?;
        let known = entry
            .clients
            .iter()
            .any(|at| at.client == client && at.sid == *sid);
        known.then(|| entry.session.clone())
    }

    /// A person's live sessions, newest sign-in first.
    pub fn of_person(&self, person: &PersonId, now: DateTime<Utc>) -> Vec<Session> {
        let inner = self.read();
        let ids = inner.by_person.get(person).into_iter().flatten();
        let mut found: Vec<Session> = ids
            .filter_map(|id| inner.sessions.get(id))
            .filter(|entry| entry.session.is_live(now))
            .map(|entry| entry.session.clone())
            .collect();
        found.sort_by_key(|session| std::cmp::Reverse(session.auth_time));
        found
    }

    /// The live sessions on a device, newest sign-in first.
    pub fn on_device(&self, device: &DeviceId, now: DateTime<Utc>) -> Vec<Session> {
        let inner = self.read();
        let on_it = inner
            .sessions
            .values()
            .map(|entry| &entry.session)
            .filter(|session| session.place.device.as_ref() == Some(device) && session.is_live(now));
        let mut found: Vec<Session> = on_it.cloned().collect();
        found.sort_by_key(|session| std::cmp::Reverse(session.auth_time));
        found
    }

    /// The names under which clients know a session.
    pub fn clients_of(&self, id: &SessionId) -> Vec<AtClient> {
        self.read()
            .sessions
            .get(id)
            .map(|entry| entry.clients.clone())
            .unwrap_or_default()
    }

    /// What may be believed of `person` at `client`: of the session named by `sid`, or of the
    /// weakest of all. `None` (aal 0) when there is none, or when `sid` is not hers at that client.
    pub fn facts(
        &self,
        person: &PersonId,
        client: &str,
        sid: Option<&Sid>,
        now: DateTime<Utc>,
    ) -> Option<Facts> {
        let inner = self.read();
        let ids = inner.by_person.get(person)?;
        ids.iter()
            .filter_map(|id| inner.sessions.get(id))
            .filter(|entry| entry.counts_at(client, sid))
            .map(|entry| Facts::of(&entry.session, now))
            .reduce(Facts::weaker)
    }

    /// What may be believed of one session by its own name, e.g. that of the console.
    pub fn facts_of(&self, id: &SessionId, now: DateTime<Utc>) -> Option<Facts> {
        self.read()
            .sessions
            .get(id)
            .map(|entry| Facts::of(&entry.session, now))
    }

    /// Notes that the session, if live, was used. Kept in memory until [`Board::take_touched`]. Within
    /// a second of the last note nothing is: what is known of a session stands still that long.
    pub fn touch(&self, id: &SessionId, now: DateTime<Utc>) {
        // Most of the time there is nothing to note, and then nobody else has to wait.
        if !self
            .read()
            .sessions
            .get(id)
            .is_some_and(|entry| entry.is_to_note(now))
        {
            return;
        }
        let mut inner = self.write();
        let Some(entry) = inner.sessions.get_mut(id) else {
            return;
        };
        if entry.is_to_note(now) {
            entry.session.last_activity = now;
            inner.touched.insert(id.clone(), now);
        }
    }

    /// Notes activity of the session that a client named. An unnamed session is attributed only
    /// when the person has exactly one there.
    pub fn touch_at(&self, person: &PersonId, client: &str, sid: Option<&Sid>, now: DateTime<Utc>) {
        let only = {
            let inner = self.read();
            let mut ids = inner.by_person.get(person).into_iter().flatten().filter(|id| {
                inner
                    .sessions
                    .get(*id)
                    .is_some_and(|entry| entry.counts_at(client, sid))
            });
            match (ids.next(), ids.next()) {
                (Some(id), None) => Some(id.clone()),
                _ => None,
            }
        };
        if let Some(id) = only {
            self.touch(&id, now);
        }
    }

    /// Hands over the activity noted since the last call, for the store.
    pub fn take_touched(&self) -> BTreeMap<SessionId, DateTime<Utc>> {
        std::mem::take(&mut self.write().touched)
    }

    /// Sessions on the board that have run out but were never ended.
    pub fn run_out(&self, now: DateTime<Utc>) -> Vec<SessionId> {
        let inner = self.read();
        let over = inner
            .sessions
            .values()
            .filter(|entry| entry.session.ended_at.is_none() && !entry.session.is_live(now));
        over.map(|entry| entry.session.id.clone()).collect()
    }

    /// How many sessions are on the board.
    pub fn len(&self) -> usize {
        self.read().sessions.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn take(&mut self, id: &SessionId) -> Option<Entry> {
        let entry = self.sessions.remove(id)?;
        if let Some(ids) = self.by_person.get_mut(&entry.session.person) {
            ids.remove(id);
            if ids.is_empty() {
                self.by_person.remove(&entry.session.person);
            }
        }
        for at in &entry.clients {
            self.by_sid.remove(&at.sid);
        }
        Some(entry)
    }
}

impl Entry {
    /// Whether activity at `now` says something new.
    fn is_to_note(&self, now: DateTime<Utc>) -> bool {
        self.session.is_live(now) && now - self.session.last_activity >= NOTED_EVERY
    }

    fn counts_at(&self, client: &str, sid: Option<&Sid>) -> bool {
        let mut here = self.clients.iter().filter(|at| at.client == client);
        match sid {
            Some(sid) => here.any(|at| at.sid == *sid),
            None => here.any(|at| self.session.ended_at.is_none() || !at.end_confirmed),
        }
    }
}

/// Whether a session has run out by ends that are narrower than those that guards hold it to: by its times alone
/// it would go on.
fn has_run_out_unseen(session: &Session, now: DateTime<Utc>) -> bool {
    let most = Lifetimes::default().of(session.level).absolute;
    let is_seen = now - session.last_activity > GUARDS_IDLE || now - session.auth_time > most;
    !is_seen && (now > session.ends_at || now - session.last_activity > session.idle)
}

impl Facts {
    fn of(session: &Session, now: DateTime<Utc>) -> Self {
        Self {
            aal: session.level.aal(),
            phishing_resistant: session.level >= Level::Aal2PhishingResistant,
            auth_time: session.auth_time,
            last_activity: session.last_activity,
            revoked: session.was_ended_early() || has_run_out_unseen(session, now),
            device: session.place.device.clone().into(),
        }
    }

    fn weaker(self, other: Self) -> Self {
        Self {
            aal: self.aal.min(other.aal),
            phishing_resistant: self.phishing_resistant && other.phishing_resistant,
            auth_time: self.auth_time.min(other.auth_time),
            last_activity: self.last_activity.min(other.last_activity),
            revoked: self.revoked || other.revoked,
            device: if self.device == other.device {
                self.device
            } else {
                OnDevice::Several
            },
        }
    }
}

#[cfg(test)]
#[path = "board_tests.rs"]
mod tests;
