// SPDX-License-Identifier: Apache-2.0
//! The table of the guards: a function for each, in their order. Each says whether it fails.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::Value;

use super::Read;
use super::clearance::{Setting, level, uncleared};
use super::likeness::{Act, Case, Item};
use super::need::{
    Channel, industry_refused, members_not_cleared, no_need, recipients_not_cleared, shares_no_mission,
};
use super::terms::{Audience, Label, accredited, nations};
use super::within::{Within, agreements, reading, within};
use super::world::{At, active, entry, flag, holds, is, moment, rule, sponsored, text, texts};

const CODES: [&str; 38] = [
    "PDP_INPUT",
    "AUDIT_UNAVAILABLE",
    "ACCOUNT_INACTIVE",
    "SESSION_REVOKED",
    "SESSION_EXPIRED",
    "SOD_NO_CONTENT",
    "ROLE_REQUIRED",
    "SELF_APPROVAL",
    "DUAL_CONTROL",
    "CHANNEL_CLOSED",
    "EXTERNALS_NOT_ALLOWED",
    "NO_AGREEMENT",
    "NODE_CEILING",
    "SPONSOR_MISSING",
    "ATTESTATION_INVALID",
    "GUEST_ACTION",
    "LABEL_INVALID",
    "LABEL_EXCEEDS_CHANNEL",
    "WRITE_DOWN",
    "ORIGINATOR_CONSENT",
    "CLEARANCE_SUSPENDED",
    "CLEARANCE_EXPIRED",
    "NO_EQUIVALENCE",
    "CLEARANCE_LEVEL",
    "BRIEFING_MISSING",
    "COMPARTMENT_MISSING",
    "NATIONAL_ONLY",
    "NOT_RELEASABLE",
    "EMBARGO",
    "INDUSTRY_NOT_ALLOWED",
    "NEED_TO_KNOW",
    "MEMBERS_NOT_CLEARED",
    "DEVICE_CAP",
    "DEVICE_POSTURE",
    "LOCATION",
    "CALL_CAP",
    "EXPORT_DENIED",
    "AAL_STEP_UP",
];

/// The code of a guard.
pub(super) fn code(number: u8) -> &'static str {
    CODES[usize::from(number) - 1]
}

/// The numbers of all guards that fail, ascending. Guard 1 has been asked when there is a case.
pub(super) fn failing(case: &Case<'_>) -> Read<Vec<u8>> {
    let first: [(u8, bool); 4] = [
        (2, audit_unavailable(case)),
        (3, inactive(case)),
        (4, revoked(case)),
        (5, expired(case)),
    ];
    let mut failing: BTreeSet<u8> = fired(&first).collect();
    match case.act {
        Act::RequestBreakGlass => return Ok(failing.into_iter().collect()),
        // Allowed to every member; to others there is no permit.
        Act::Leave => {
            let member = case
                .channel
                .as_ref()
                .is_some_and(|channel| holds(channel.entry, "members", case.subject_id));
            if failing.is_empty() && !member {
                failing.insert(31);
            }
            return Ok(failing.into_iter().collect());
        }
        _ => {}
    }
    failing.extend(fired(&[
        (6, separated(case)),
        (7, role_required(case)),
        (8, self_approval(case)),
        (9, dual_control(case)?),
        (10, closed(case)),
        (11, externals(case)),
        (12, no_agreement(case)),
        (13, node_ceiling(case)?),
        (14, sponsor_missing(case)),
        (15, attestation_invalid(case)),
        (16, guest_action(case)),
        (17, label_invalid(case)),
        (18, label_exceeds(case)),
        (19, write_down(case)?),
        (20, originator_consent(case)),
        (23, no_label_agreement(case)?),
        (26, node_lacks_compartment(case)),
        (27, federates_nationals_only(case)),
        (28, not_releasable_to_node(case)?),
        (30, industry_not_allowed(case)?),
        (31, need_to_know(case)?),
        (32, members(case)?),
        (33, device_cap(case)?),
        (34, device_posture(case)?),
        (35, location(case)),
        (36, call_cap(case)?),
        (37, export(case)),
        (38, step_up(case)),
    ]));
    failing.extend(cleared(case, emergency_in(case))?);
    Ok(failing.into_iter().collect())
}

fn fired(guards: &[(u8, bool)]) -> impl Iterator<Item = u8> {
    guards
        .iter()
        .filter(|(_, fails)| *fails)
        .map(|(number, _)| *number)
}

fn posts(case: &Case<'_>) -> bool {
    matches!(case.act, Act::Post | Act::Upload)
}

/// add_guest, or invite of a guest: the cases of guards 14 and 15.
fn brings_guest<'a>(case: &Case<'a>) -> Option<&'a Value> {
    let (_, target) = case.target?;
    match case.act {
        Act::AddGuest => Some(target),
        Act::Invite if is(target, "guest") => Some(target),
        _ => None,
    }
}

/// The channel, where the act is federate.
fn federated<'c, 'a>(case: &'c Case<'a>) -> Option<(&'c Channel<'a>, &'a Value)> {
    if case.act == Act::Federate {
        case.channel.as_ref().zip(case.node)
    } else {
        None
    }
}

/// 2
fn audit_unavailable(case: &Case<'_>) -> bool {
    let from = u8::from(!rule(case.world, "deny_unrecorded"));
    !case.record && (case.act.administrative() || case.stake.as_ref().map_or(0, |stake| stake.rank) >= from)
}

/// 3
fn inactive(case: &Case<'_>) -> bool {
    let meets = matches!(case.act, Act::Invite | Act::AddGuest | Act::DirectMessage);
    !active(case.subject) || meets && case.target.is_some_and(|(_, target)| !active(target))
}

/// 4
fn revoked(case: &Case<'_>) -> bool {
    case.session.as_ref().is_some_and(|session| session.revoked)
}

/// 5
fn expired(case: &Case<'_>) -> bool {
    case.session.as_ref().is_some_and(|session| {
        let longest = match session.aal {
            3.. => TimeDelta::hours(12),
            2 => TimeDelta::hours(24),
            _ => TimeDelta::days(30),
        };
        session.since_sign_in > longest || session.idle > TimeDelta::minutes(60)
    })
}

/// 6
fn separated(case: &Case<'_>) -> bool {
    let reads = matches!(case.act, Act::Discover | Act::Join | Act::Read | Act::Download);
    case.act.content() && (is(case.subject, "sysadmin") || is(case.subject, "archiver") && !reads)
}

fn owner(case: &Case<'_>) -> bool {
    match &case.channel {
        Some(channel) => owns(case, channel),
        None => is(case.subject, "owner"),
    }
}

fn owns(case: &Case<'_>, channel: &Channel<'_>) -> bool {
    match channel.entry.get("owners") {
        Some(owners) => texts(Some(owners)).contains(case.subject_id),
        None => is(case.subject, "owner"),
    }
}

/// 7
fn role_required(case: &Case<'_>) -> bool {
    let officer = is(case.subject, "security_officer");
    let sysadmin = is(case.subject, "sysadmin");
    let auditor = is(case.subject, "auditor");
    match case.act {
        Act::Invite
        | Act::AddGuest
        | Act::Federate
        | Act::Reclassify
        | Act::RemoveMember
        | Act::ArchiveChannel => !owner(case) && !officer,
        Act::Record => !owner(case),
        Act::Grant
        | Act::Import
        | Act::Revoke
        | Act::Publish
        | Act::ApproveBreakGlass
        | Act::EndSession
        | Act::ManagePerson => !officer,
        Act::ManageServer => !sysadmin,
        Act::ReadAudit => !auditor,
        Act::Simulate => !officer && !auditor,
        Act::TrySource => !officer && !sysadmin,
        Act::ReadConsole => !officer && !sysadmin && !auditor,
        _ => false,
    }
}

/// 8
fn self_approval(case: &Case<'_>) -> bool {
    case.approver == Some(case.subject_id)
        || case.act == Act::Grant
            && (case.resource_id == case.subject_id
                || case.target.is_some_and(|(id, _)| id == case.subject_id))
        || case.act == Act::ApproveBreakGlass && case.requester == Some(case.subject_id)
}

fn approved(case: &Case<'_>) -> bool {
    case.approver.is_some_and(|id| {
        id != case.subject_id
            && entry(case.world, "users", id)
                .is_ok_and(|person| active(person) && is(person, "security_officer"))
    })
}

/// Whether the act, as asked, needs a second person.
pub(super) fn second_person(case: &Case<'_>) -> Read<bool> {
    Ok(match (case.act, &case.channel, &case.sent) {
        (Act::Grant | Act::Import | Act::Publish, _, _) => true,
        (Act::Federate, Some(channel), _) => channel.label.rank >= 2,
        (Act::Reclassify, Some(channel), Some(new)) => {
            let old = &channel.label;
            old.scheme != new.scheme || within(case.world, old, new, case.now)? != Within::Yes
        }
        _ => false,
    })
}

/// 9
fn dual_control(case: &Case<'_>) -> Read<bool> {
    Ok(second_person(case)? && !approved(case) || unaccepted(case)?)
}

/// 9, where owners accept what comes from below
fn unaccepted(case: &Case<'_>) -> Read<bool> {
    let (Act::Forward, Some(to)) = (case.act, &case.to) else {
        return Ok(false);
    };
    if !rule(case.world, "owner_accepts_upward")
        || !holds(to.entry, "members", case.subject_id)
        || owns(case, to)
    {
        return Ok(false);
    }
    for (item, ceiling) in moved(case) {
        let lacks = !item.label.compartments.is_superset(&ceiling.compartments);
        if let Some(reading) = reading(case.world, &item.label, ceiling, case.now)?
            && (lacks || reading.is_some_and(|rank| rank < ceiling.rank))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// 10
fn closed(case: &Case<'_>) -> bool {
    let enters = matches!(
        case.act,
        Act::Post | Act::Join | Act::Invite | Act::AddGuest | Act::Upload
    );
    // While a report of a lower label awaits review, nothing new is written there.
    let drifts = |channel: &Channel<'_>| flag(channel.entry, "label_drift");
    enters && case.channel.as_ref().is_some_and(Channel::closed)
        || posts(case) && case.channel.as_ref().is_some_and(drifts)
        || case.act == Act::Forward && case.to.as_ref().is_some_and(|to| to.closed() || drifts(to))
}

/// 11
fn externals(case: &Case<'_>) -> bool {
    let outsider = |person: &Value| text(person, "kind") == "outsider";
    let external = match case.act {
        Act::AddGuest => true,
        Act::Invite => case
            .target
            .is_some_and(|(_, target)| outsider(target) || is(target, "guest")),
        Act::Join => outsider(case.subject),
        _ => false,
    };
    external
        && case
            .channel
            .as_ref()
            .is_some_and(|channel| !channel.takes_externals())
}

/// 12
fn no_agreement(case: &Case<'_>) -> bool {
    federated(case).is_some_and(|(_, node)| !flag(node, "agreement"))
}

/// 13
fn node_ceiling(case: &Case<'_>) -> Read<bool> {
    federated(case).map_or(Ok(false), |(channel, node)| {
        Ok(accredited(node)? < channel.label.rank)
    })
}

/// 14
fn sponsor_missing(case: &Case<'_>) -> bool {
    brings_guest(case).is_some_and(|target| !sponsored(case.world, target))
}

/// 15
fn attestation_invalid(case: &Case<'_>) -> bool {
    brings_guest(case).is_some_and(|target| {
        let clearances = target.get("clearances").and_then(Value::as_array);
        clearances
            .into_iter()
            .flatten()
            .any(|clearance| text(clearance, "attestation") == "rejected")
    })
}

/// 16
fn guest_action(case: &Case<'_>) -> bool {
    use Act::{AddGuest, Create, DirectMessage, Forward, Invite, Record, Upload};
    is(case.subject, "guest")
        && matches!(
            case.act,
            Upload | Invite | AddGuest | Forward | Record | Create | DirectMessage
        )
}

/// 17
fn label_invalid(case: &Case<'_>) -> bool {
    match (&case.channel, &case.sent) {
        (Some(channel), Some(sent)) if posts(case) => {
            sent.scheme != channel.label.scheme || !sent.keeps_constraints()
        }
        _ => false,
    }
}

/// 18
fn label_exceeds(case: &Case<'_>) -> bool {
    match (&case.channel, &case.sent) {
        (Some(channel), Some(sent)) if posts(case) => {
            sent.rank > channel.label.rank || !channel.label.compartments.is_superset(&sent.compartments)
        }
        _ => false,
    }
}

/// Each item that moves, with the label of the channel that it moves into.
fn moved<'c, 'a>(case: &'c Case<'a>) -> Vec<(&'c Item<'a>, &'c Label)> {
    match case.act {
        Act::Forward => case.item.iter().zip(case.to.iter().map(|to| &to.label)).collect(),
        Act::Post | Act::Upload => {
            let ceiling = case.channel.iter().map(|channel| &channel.label);
            ceiling
                .flat_map(|ceiling| case.quotes.iter().map(move |item| (item, ceiling)))
                .collect()
        }
        _ => Vec::new(),
    }
}

/// 19: of forward and post; what an upload quotes is asked about in 20 and 23 alone.
fn write_down(case: &Case<'_>) -> Read<bool> {
    if case.act == Act::Upload {
        return Ok(false);
    }
    for (item, ceiling) in moved(case) {
        if within(case.world, &item.label, ceiling, case.now)? == Within::No {
            return Ok(true);
        }
    }
    Ok(false)
}

/// 20
fn originator_consent(case: &Case<'_>) -> bool {
    let agency = text(case.subject, "agency");
    moved(case).iter().any(|(item, _)| {
        item.originator
            .as_ref()
            .is_some_and(|originator| originator != agency)
    })
}

/// 23, of what moves between channels
fn no_label_agreement(case: &Case<'_>) -> Read<bool> {
    for (item, ceiling) in moved(case) {
        let (from, to) = (&item.label.scheme, &ceiling.scheme);
        if from != to && agreements(case.world, from, to, "labels", case.now)?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The channel whose emergency clearances count for this act: join, discover, read and post.
fn emergency_in<'a>(case: &Case<'a>) -> Option<&'a str> {
    let counts = matches!(case.act, Act::Join | Act::Discover | Act::Read | Act::Post);
    case.channel.as_ref().filter(|_| counts).map(|channel| channel.id)
}

/// 21 to 29, for whomever the act asks to be cleared for which label. Emergency clearances count in the
/// channel named.
pub(super) fn cleared(case: &Case<'_>, emergency_in: Option<&str>) -> Read<BTreeSet<u8>> {
    let setting = Setting {
        world: case.world,
        now: case.now,
        emergency_in,
    };
    let ceiling = case.channel.as_ref().map(|channel| &channel.label);
    let listed = case
        .channel
        .as_ref()
        .is_some_and(|channel| flag(channel.entry, "listed"));
    let target = case.target.map(|(_, target)| target);
    let asked: Vec<(Option<&Value>, Option<&Label>)> = match case.act {
        Act::Discover if listed => vec![],
        Act::Join | Act::Discover | Act::Create | Act::Post | Act::Upload | Act::Call | Act::Record => {
            vec![(Some(case.subject), ceiling)]
        }
        Act::Read | Act::Forward | Act::Download => vec![(Some(case.subject), case.stake.as_ref())],
        Act::Invite | Act::AddGuest => vec![(target, ceiling)],
        Act::DirectMessage => vec![
            (Some(case.subject), case.stake.as_ref()),
            (target, case.stake.as_ref()),
        ],
        _ => vec![],
    };
    let mut failing = BTreeSet::new();
    for (person, label) in asked {
        if let (Some(person), Some(label)) = (person, label) {
            failing.extend(uncleared(setting, person, label)?);
        }
    }
    Ok(failing)
}

/// 26, of a node
fn node_lacks_compartment(case: &Case<'_>) -> bool {
    federated(case).is_some_and(|(channel, node)| {
        let held = texts(
            node.get("accreditation")
                .and_then(|accreditation| accreditation.get("compartments")),
        );
        let mut asked = channel
            .label
            .compartments
            .iter()
            .filter(|name| !channel.label.by_recipients(name));
        asked.any(|name| !held.contains(name.as_str()))
    })
}

/// 27, of a node: always
fn federates_nationals_only(case: &Case<'_>) -> bool {
    federated(case).is_some_and(|(channel, _)| channel.label.nationals_only)
}

/// 28, of a node
fn not_releasable_to_node(case: &Case<'_>) -> Read<bool> {
    let Some((channel, node)) = federated(case) else {
        return Ok(false);
    };
    let at = At {
        world: case.world,
        now: case.now,
    };
    Ok(match &channel.label.audience {
        _ if channel.label.nationals_only => false,
        Audience::Everybody => false,
        Audience::Nations(audience) => audience.is_disjoint(&nations(&texts(node.get("communities")), at)?),
    })
}

/// 30
fn industry_not_allowed(case: &Case<'_>) -> Read<bool> {
    let Some(channel) = case.channel.as_ref().filter(|_| case.act.content()) else {
        return Ok(false);
    };
    let refused = |person: &Value| industry_refused(case.world, channel, person, case.now);
    let brings = matches!(case.act, Act::Invite | Act::AddGuest);
    let target = case.target.filter(|_| brings);
    Ok(refused(case.subject)? || target.map_or(Ok(false), |(_, target)| refused(target))?)
}

/// 31
fn need_to_know(case: &Case<'_>) -> Read<bool> {
    let (Some(channel), Some(stake)) = (&case.channel, &case.stake) else {
        return Ok(false);
    };
    let opened = opened_by_emergency(case)?;
    let subject = (case.subject_id, case.subject);
    let no_need = |channel, member| no_need(case.world, channel, stake, subject, member);
    Ok(match case.act {
        Act::Join => no_need(channel, false),
        Act::Read | Act::Post => no_need(channel, !opened),
        Act::Upload | Act::Download | Act::Call | Act::Record => no_need(channel, true),
        Act::Forward => no_need(channel, true) || case.to.as_ref().is_some_and(|to| no_need(to, true)),
        Act::Invite | Act::AddGuest => case
            .target
            .is_some_and(|(_, target)| shares_no_mission(channel, target)),
        _ => false,
    })
}

/// Whether an emergency clearance alone clears her here, and the deployment takes her for a member then.
fn opened_by_emergency(case: &Case<'_>) -> Read<bool> {
    let label = match case.act {
        Act::Read => case.stake.as_ref(),
        _ => case.channel.as_ref().map(|channel| &channel.label),
    };
    let Some(label) = label.filter(|label| label.rank >= 2 && rule(case.world, "emergency_membership"))
    else {
        return Ok(false);
    };
    let reached = |emergency_in| {
        let setting = Setting {
            world: case.world,
            now: case.now,
            emergency_in,
        };
        Ok(level(setting, case.subject, label)?.is_none())
    };
    Ok(!reached(None)? && reached(emergency_in(case))?)
}

/// 32
fn members(case: &Case<'_>) -> Read<bool> {
    let setting = Setting {
        world: case.world,
        now: case.now,
        emergency_in: None,
    };
    let channel = if case.act == Act::Forward {
        &case.to
    } else {
        &case.channel
    };
    match (channel, &case.stake) {
        (Some(channel), Some(new)) if posts(case) || case.act == Act::Forward => {
            Ok(members_not_cleared(setting, channel, new)?
                || recipients_not_cleared(setting, channel, new, &case.recipients)?)
        }
        (_, new) if case.act == Act::DirectMessage => {
            for (_, person) in &case.recipients {
                let cleared = match new {
                    Some(new) => uncleared(setting, person, new)?.is_empty(),
                    None => true,
                };
                if !active(person) || !cleared {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}

fn unmanaged(case: &Case<'_>) -> bool {
    !case.device.is_some_and(|device| flag(device, "managed"))
}

/// The stake's rank where guards 33 to 35 are asked: not for federate, discover.
fn capped(case: &Case<'_>) -> u8 {
    match case.act {
        Act::Federate | Act::Discover => 0,
        _ => case.stake.as_ref().map_or(0, |stake| stake.rank),
    }
}

/// What administrative acts ask for, where the deployment says otherwise.
fn administration<'a>(case: &Case<'a>, name: &str) -> Option<&'a Value> {
    case.world["settings"]["administration"].get(name)
}

/// The rank for which the device counts. A key that anybody at the browser may have copied proves little.
fn device_rank(case: &Case<'_>) -> Read<u8> {
    let Some(device) = case.device else { return Ok(0) };
    let held = accredited(device)?;
    if text(device, "key") != "browser" {
        return Ok(held);
    }
    let most = case.world["settings"]["browser_key_rank"].as_u64().unwrap_or(1);
    Ok(u64::from(held).min(most) as u8)
}

/// 33
fn device_cap(case: &Case<'_>) -> Read<bool> {
    if case.act.administrative() {
        let asked = administration(case, "managed_device").and_then(Value::as_bool);
        return Ok(asked.unwrap_or(true) && unmanaged(case));
    }
    let accredited = device_rank(case)?;
    let foreign = rule(case.world, "same_scheme_devices")
        && capped(case) >= 1
        && case.stake.as_ref().is_some_and(|stake| {
            let scheme = case
                .device
                .and_then(|device| device["accreditation"]["scheme"].as_str());
            scheme != Some(stake.scheme.as_str())
        });
    Ok(accredited < capped(case) || foreign)
}

/// 34
fn device_posture(case: &Case<'_>) -> Read<bool> {
    if capped(case) < 1 {
        return Ok(false);
    }
    let Some(reported) = case.device.and_then(|device| device.get("posture_reported_at")) else {
        return Ok(true);
    };
    let reported = moment(reported)?;
    Ok(reported > case.now || case.now - reported > TimeDelta::days(7))
}

/// 35
fn location(case: &Case<'_>) -> bool {
    let settings = case.world.get("settings").unwrap_or(&Value::Null);
    capped(case) >= 2
        && case
            .location
            .as_ref()
            .is_some_and(|location| holds(settings, "blocked_locations", location))
}

/// 36
fn call_cap(case: &Case<'_>) -> Read<bool> {
    match (case.act, &case.channel, case.node) {
        (Act::Call | Act::Record, Some(channel), Some(node)) => Ok(accredited(node)? < channel.label.rank),
        _ => Ok(false),
    }
}

/// 37
fn export(case: &Case<'_>) -> bool {
    case.act == Act::Download && (is(case.subject, "guest") || unmanaged(case))
}

/// 38
fn step_up(case: &Case<'_>) -> bool {
    let aal = case.session.as_ref().map_or(0, |session| session.aal);
    if case.act.administrative() {
        let stale = |limit| {
            case.session
                .as_ref()
                .is_none_or(|session| session.since_sign_in > limit)
        };
        let needed = administration(case, "aal").and_then(Value::as_u64).unwrap_or(3);
        return aal < needed || case.act == Act::ApproveBreakGlass && stale(TimeDelta::minutes(5));
    }
    let needed = match case.stake.as_ref().map_or(0, |stake| stake.rank) {
        0 => 1,
        1 => 2,
        _ => 3,
    };
    text(case.subject, "kind") != "service" && aal < needed
}

/// Whether the subject passes only by an emergency clearance.
pub(super) fn by_emergency_only(case: &Case<'_>) -> bool {
    cleared(case, None).is_ok_and(|failing| !failing.is_empty())
        && cleared(case, emergency_in(case)).is_ok_and(|failing| failing.is_empty())
}
