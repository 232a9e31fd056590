// SPDX-License-Identifier: Apache-2.0
//! Guard 32: may every active member of a channel receive this, and everybody who is named? Cedar cannot
//! iterate; what is said here is listed as assumed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use countersign_directory::{MissionId, Person, PersonKind, Role};
use countersign_labels::{Label, Schemes};

use super::Fault;
use super::case::Named;
use super::clearance::{Where, ask};
use super::place::{Place, is_active, is_archiving, is_sponsored};
use crate::Snapshot;
use crate::remember::{MembersKey, Turn};

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
    if !place.is_of(snapshot) {
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
    let mut found = Members::default();
    for id in &place.channel.members {
        let person = snapshot.person(id.as_str()).ok_or(Fault("an unknown member"))?;
        let member = Named {
            id: id.as_str(),
            person,
        };
        if is_active(person) {
            found.hear(member, label, Some(place), snapshot, schemes, now)?;
        }
    }
    Ok(found)
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
    let mut found = Members::default();
    for recipient in named {
        let inside =
            place.is_none_or(|place| place.here(recipient.id).member || is_archiving(recipient.person));
        found.not_cleared |= !inside || !is_active(recipient.person);
        found.hear(*recipient, label, place, snapshot, schemes, now)?;
    }
    Ok(found)
}

impl Members {
    /// Both together.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.not_cleared |= other.not_cleared;
        self.turn.and(other.turn);
        self.until = [self.until, other.until].into_iter().flatten().min();
        self
    }

    /// Asks for one more, the person alone.
    fn hear(
        &mut self,
        named: Named<'_>,
        label: &Arc<Label>,
        place: Option<&Place<'_>>,
        snapshot: &Snapshot,
        schemes: &Schemes,
        now: DateTime<Utc>,
    ) -> Result<(), Fault> {
        let at = Where {
            place: place.map(|place| place.id),
            emergency: place.is_some(),
        };
        let asked = ask(named.person, label, at, snapshot, schemes, now)?;
        let contract = needed_contract(named.person, snapshot);
        let lacks_contract = contract.is_some_and(|until| until.is_none_or(|until| until < now));
        let refused = |place: &Place<'_>| {
            let industry = named.person.kind == PersonKind::Industry
                && place.label.rank() >= 1
                && (!place.channel.industry_allowed || lacks_contract);
            industry || !needs_to_know(named.person, named.id, place, label, snapshot)
        };
        self.not_cleared |= asked.denied(now).is_some() || place.is_some_and(refused);
        self.turn.and(asked.turn);
        let held = contract.flatten().filter(|until| *until >= now);
        if let Some(until) = held {
            self.turn.ends_after(until, now);
        }
        self.until = [self.until, asked.until(), held].into_iter().flatten().min();
        Ok(())
    }
}

/// The end of the contract that guard 30 asks for, if it asks this person for one: `Some(None)`, she has none.
pub(crate) fn needed_contract(person: &Person, snapshot: &Snapshot) -> Option<Option<DateTime<Utc>>> {
    let is_asked = person.kind == PersonKind::Industry && snapshot.settings().rules.industry_contract;
    is_asked.then(|| person.contract.as_ref().map(|contract| contract.until))
}

/// Guard 31, for a member who reads.
fn needs_to_know(person: &Person, id: &str, place: &Place<'_>, label: &Label, snapshot: &Snapshot) -> bool {
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
        && (!named_only || place.here(id).recipient)
        && (!is_guest || (is_sponsored(person, snapshot) && channel.externals_allowed))
}
