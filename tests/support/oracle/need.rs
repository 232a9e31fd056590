// SPDX-License-Identifier: Apache-2.0
//! Guards 30 to 32 as asked of one person in one channel, and of a channel's members.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::Read;
use super::clearance::{Setting, uncleared};
use super::terms::Label;
use super::world::{
    active, archiving_service, entry, flag, holds, industry, is, moment, rule, sponsored, text, texts,
};

/// A channel of the world, its label understood.
#[derive(Debug, Clone)]
pub(super) struct Channel<'a> {
    pub(super) id: &'a str,
    pub(super) entry: &'a Value,
    pub(super) label: Label,
    /// The rank from which channels are fixed by rule.
    pub(super) fixed_from: Option<u64>,
}

impl Channel<'_> {
    pub(super) fn fixed(&self) -> bool {
        text(self.entry, "label_mode") == "fixed"
            || self
                .fixed_from
                .is_some_and(|rank| u64::from(self.label.rank) >= rank)
    }

    pub(super) fn closed(&self) -> bool {
        text(self.entry, "state") == "closed"
    }

    pub(super) fn takes_externals(&self) -> bool {
        flag(self.entry, "externals_allowed")
    }
}

/// Guard 30: kind industry in a channel of rank 1 or more that does not allow it; or, where the deployment asks
/// for one, without a contract that is in force.
pub(super) fn industry_refused(
    world: &Value,
    channel: &Channel<'_>,
    person: &Value,
    now: DateTime<Utc>,
) -> Read<bool> {
    if !industry(person) || channel.label.rank < 1 {
        return Ok(false);
    }
    let lapsed = match person.get("contract") {
        None | Some(Value::Null) => true,
        Some(contract) => moment(&contract["until"])? < now,
    };
    Ok(!flag(channel.entry, "industry_allowed") || rule(world, "industry_contract") && lapsed)
}

/// The channel has missions and the person shares none.
pub(super) fn shares_no_mission(channel: &Channel<'_>, person: &Value) -> bool {
    let missions = texts(channel.entry.get("missions"));
    let hers = texts(person.get("missions"));
    let every = hers.contains("*") && archiving_service(person);
    !missions.is_empty() && !every && missions.is_disjoint(&hers)
}

/// Guard 31, for somebody who joins or is a member already, about something of the label. A compartment
/// that the recipients satisfy asks for them on the item as on the channel.
pub(super) fn no_need(
    world: &Value,
    channel: &Channel<'_>,
    label: &Label,
    (person_id, person): (&str, &Value),
    member: bool,
) -> bool {
    let by_recipients = [label, &channel.label]
        .iter()
        .any(|label| label.compartments.iter().any(|name| label.by_recipients(name)));
    let closed_list = channel.entry.get("recipients").is_some() || by_recipients;
    let guest = is(person, "guest");
    shares_no_mission(channel, person)
        || closed_list && !holds(channel.entry, "recipients", person_id)
        || member && !holds(channel.entry, "members", person_id) && !archiving_service(person)
        || guest && (!sponsored(world, person) || !channel.takes_externals())
}

/// Guard 32 for people who are named: each must be active, a member (archiving services need not be) and able to
/// read the new item.
pub(super) fn recipients_not_cleared(
    setting: Setting<'_>,
    channel: &Channel<'_>,
    new: &Label,
    recipients: &[(&str, &Value)],
) -> Read<bool> {
    let label = if channel.fixed() { &channel.label } else { new };
    for &(id, person) in recipients {
        let reading = Setting {
            emergency_in: Some(channel.id),
            ..setting
        };
        if !active(person)
            || !uncleared(reading, person, label)?.is_empty()
            || industry_refused(setting.world, channel, person, setting.now)?
            || no_need(setting.world, channel, label, (id, person), true)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Guard 32: an active current member, alone, could not read the new item.
pub(super) fn members_not_cleared(setting: Setting<'_>, channel: &Channel<'_>, new: &Label) -> Read<bool> {
    let label = if channel.fixed() { &channel.label } else { new };
    for id in texts(channel.entry.get("members")) {
        let member = entry(setting.world, "users", id)?;
        if !active(member) {
            continue;
        }
        let reading = Setting {
            emergency_in: Some(channel.id),
            ..setting
        };
        if !uncleared(reading, member, label)?.is_empty()
            || industry_refused(setting.world, channel, member, setting.now)?
            || no_need(setting.world, channel, label, (id, member), true)
        {
            return Ok(true);
        }
    }
    Ok(false)
}
