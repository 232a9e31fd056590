// SPDX-License-Identifier: Apache-2.0
//! Guard 32: may every active member of a channel receive this, and everybody who is named? Cedar cannot
//! iterate; what is said here is listed as assumed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use countersign_directory::{MissionId, Person, PersonKind, Role};
use countersign_labels::{Label, Schemes};

use super::Fault;
use super::case::Named;
use super::clearance::{Hearing, Where};
use super::place::{Place, is_active, is_archiving, is_sponsored};
use crate::Snapshot;
use crate::remember::{MembersKey, Turn};

/// Members that are fetched at once.
const GROUP: usize = 32;

/// What the members of a channel, or other recipients, make of a label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Members {
    /// One of them may not receive it.
    pub(crate) not_cleared: bool,
    /// The first end of a validity on which the answer rests.
    pub(crate) until: Option<DateTime<Utc>>,
    /// When time alone next changes it.
    pub(crate) turn: Turn,
}

/// What every active member makes of `label` in `place`, remembered while the world stays as it is.
pub(crate) fn members(
    place: &Place<'_>,
    label: &Arc<Label>,
    snapshot: &Snapshot,
    schemes: &Schemes,
    now: DateTime<Utc>,
) -> Result<Members, Fault> {
    if !place.is_on_file() {
        return ask_each(place, label, snapshot, schemes, now);
    }
    let asked = (place.id, label);
    let same = |key: &MembersKey, _: &Members| key.channel == place.id && key.label == *label;
    let kept = &snapshot.memory().members;
    if let Some(members) = kept.find(&asked, same, now) {
        return Ok(members);
    }
    let members = ask_each(place, label, snapshot, schemes, now)?;
    let key = MembersKey {
        channel: place.id.to_owned(),
        label: Arc::clone(label),
    };
    kept.keep(&asked, key, members, now, members.turn.moment());
    Ok(members)
}

/// Asks for every active member, the person alone, as for reading `label` in `place`.
fn ask_each(
    place: &Place<'_>,
    label: &Arc<Label>,
    snapshot: &Snapshot,
    schemes: &Schemes,
    now: DateTime<Utc>,
) -> Result<Members, Fault> {
    let mut asking = Asking::about(label, Some(place), snapshot, schemes, now);
    let mut members = place.members.things().peekable();
    let mut group = Vec::with_capacity(GROUP);
    while members.peek().is_some() {
        // The people lie far apart in memory: those of a group are fetched at once, and then asked.
        for (id, person) in members.by_ref().take(GROUP) {
            let person = person.ok_or(Fault("an unknown member"))?;
            let id = id.as_str();
            group.extend(is_active(person).then_some(Named { id, person }));
        }
        for member in group.drain(..) {
            asking.hear(member)?;
        }
    }
    Ok(asking.found)
}

/// Asks for everybody in `named`. In a channel only members receive anything; without one, an active person
/// who is cleared for the label does.
pub(crate) fn recipients(
    named: &[Named<'_>],
    label: &Arc<Label>,
    place: Option<&Place<'_>>,
    snapshot: &Snapshot,
    schemes: &Schemes,
    now: DateTime<Utc>,
) -> Result<Members, Fault> {
    let mut asking = Asking::about(label, place, snapshot, schemes, now);
    for recipient in named {
        let inside =
            place.is_none_or(|place| place.members.contains(recipient.id) || is_archiving(recipient.person));
        asking.found.not_cleared |= !inside || !is_active(recipient.person);
        asking.hear(*recipient)?;
    }
    Ok(asking.found)
}

/// One after the other is asked, each the person alone.
struct Asking<'a> {
    place: Option<&'a Place<'a>>,
    snapshot: &'a Snapshot,
    hearing: Hearing<'a, &'a Label>,
    found: Members,
    now: DateTime<Utc>,
}

impl Members {
    /// Both together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.not_cleared |= other.not_cleared;
        self.turn.and(other.turn);
        self.until = [self.until, other.until].into_iter().flatten().min();
        self
    }
}

impl<'a> Asking<'a> {
    fn about(
        label: &'a Label,
        place: Option<&'a Place<'a>>,
        snapshot: &'a Snapshot,
        schemes: &'a Schemes,
        now: DateTime<Utc>,
    ) -> Self {
        let at = Where {
            place: place.map(|place| place.id),
            emergency: place.is_some(),
        };
        Self {
            place,
            snapshot,
            hearing: Hearing::about(label, at, snapshot, schemes, now),
            found: Members::default(),
            now,
        }
    }

    fn hear(&mut self, named: Named<'a>) -> Result<(), Fault> {
        let now = self.now;
        let asked = self.hearing.of(named.person)?;
        let contract = Contract::asked_of(named.person, self.snapshot);
        let refused = |place: &Place<'_>| {
            let industry = named.person.kind == PersonKind::Industry
                && place.label.rank() >= 1
                && (!place.channel.industry_allowed || contract.is_lacking(now));
            industry || !needs_to_know(named, place, asked.label, self.snapshot)
        };
        let found = &mut self.found;
        found.not_cleared |= asked.denied(now).is_some() || self.place.is_some_and(refused);
        found.turn.and(asked.turn);
        let held = contract.until().filter(|until| *until >= now);
        if let Some(until) = held {
            found.turn.ends_after(until, now);
        }
        found.until = [found.until, asked.until(), held].into_iter().flatten().min();
        Ok(())
    }
}

/// The contract that guard 30 asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contract {
    /// She has it, until then.
    Held(DateTime<Utc>),
    /// She has none.
    Missing,
    /// She needs none.
    NotAsked,
}

impl Contract {
    /// Of this person.
    pub(crate) fn asked_of(person: &Person, snapshot: &Snapshot) -> Self {
        let is_asked = person.kind == PersonKind::Industry && snapshot.settings().rules.industry_contract;
        match &person.contract {
            _ if !is_asked => Self::NotAsked,
            Some(contract) => Self::Held(contract.until),
            None => Self::Missing,
        }
    }

    /// Its end.
    pub(crate) fn until(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Held(until) => Some(until),
            Self::Missing | Self::NotAsked => None,
        }
    }

    fn is_lacking(self, now: DateTime<Utc>) -> bool {
        match self {
            Self::Held(until) => until < now,
            Self::Missing => true,
            Self::NotAsked => false,
        }
    }
}

/// Guard 31, for a member who reads.
fn needs_to_know(named: Named<'_>, place: &Place<'_>, label: &Label, snapshot: &Snapshot) -> bool {
    let Named { id, person } = named;
    let channel = &place.channel;
    let every =
        |missions: &countersign_directory::Set<MissionId>| missions.iter().any(|id| id.as_str() == "*");
    let on_mission = channel.missions.is_empty()
        || channel
            .missions
            .iter()
            .any(|mission| person.missions.contains(mission))
        || (is_archiving(person) && every(&person.missions));
    let named_only = channel.recipients.is_some()
        || !place.label.by_recipients().is_empty()
        || !label.by_recipients().is_empty();
    let is_guest = person.roles.contains(&Role::Guest);
    on_mission
        && (!named_only || place.is_recipient(id))
        && (!is_guest || (is_sponsored(person, snapshot) && channel.externals_allowed))
}
