// SPDX-License-Identifier: Apache-2.0
//! Guard 32: may every active member of a channel receive this? Cedar cannot iterate; what is said
//! here is listed as assumed.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use countersign_directory::{MissionId, Person, PersonKind, Role};
use countersign_labels::{Label, Schemes};

use super::Fault;
use super::clearance::{Where, ask};
use super::place::{Place, is_active, is_archiving, is_sponsored};
use crate::Snapshot;
use crate::remember::{MembersKey, Turn};

/// What the members of a channel make of a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    let same = |key: &MembersKey| key.channel == place.id && key.label == *label;
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
    let mut found = Members {
        not_cleared: false,
        until: None,
        turn: Turn::default(),
    };
    let at = Where {
        place: Some(place.id),
        emergency: true,
    };
    for id in &place.channel.members {
        let person = snapshot.person(id.as_str()).ok_or(Fault("an unknown member"))?;
        if !is_active(person) {
            continue;
        }
        let asked = ask(person, label, at, snapshot, schemes, now)?;
        let industry =
            person.kind == PersonKind::Industry && place.label.rank() >= 1 && !place.channel.industry_allowed;
        if asked.denied(now).is_some()
            || industry
            || !needs_to_know(person, id.as_str(), place, label, snapshot)
        {
            found.not_cleared = true;
        }
        found.turn.and(asked.turn);
        found.until = [found.until, asked.until()].into_iter().flatten().min();
    }
    Ok(found)
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
