// SPDX-License-Identifier: Apache-2.0
//! The records of `policies/schema.cedarschema`, each from one of our types.

use chrono::{DateTime, Utc};
use countersign_directory::{
    Attestation, ChannelState, ClearanceKind, ClearanceState, Country, MissionId, Person, PersonKind, Role,
    Rules, Status,
};
use countersign_labels::{Label, Schemes};

use super::value::{Field, Record};
use crate::Snapshot;
use crate::facts::SessionFacts;
use crate::resolve::{Accredited, Asked, Device, Grant, Here, Joined, Named, Place, is_sponsored};

pub(super) fn person<'c>(named: Named<'c>, snapshot: &Snapshot) -> Record<'c> {
    let Named { id, person } = named;
    let rejected =
        |clearance: &countersign_directory::Clearance| clearance.attestation == Some(Attestation::Rejected);
    let mut record = Record::default();
    record
        .text(Field::Id, id)
        .bool(Field::Active, person.status == Status::Active)
        .text(Field::Kind, kind(person.kind))
        .texts(Field::Roles, roles(person))
        .texts(
            Field::Nationalities,
            person.nationalities.iter().map(Country::as_str),
        )
        .text_if(Field::Agency, person.agency.as_ref().map(AsRef::as_ref))
        .texts(Field::Missions, person.missions.iter().map(MissionId::as_str))
        .bool(Field::Sponsored, is_sponsored(person, snapshot))
        .bool(Field::Rejected, person.clearances.iter().any(rejected))
        .moment_if(
            Field::ContractUntil,
            person.contract.as_ref().map(|contract| contract.until),
        );
    record
}

pub(super) fn approver(named: Named<'_>) -> Record<'_> {
    let mut record = Record::default();
    record
        .text(Field::Id, named.id)
        .bool(Field::Active, named.person.status == Status::Active)
        .texts(Field::Roles, roles(named.person));
    record
}

pub(super) fn session(session: &SessionFacts, now: DateTime<Utc>) -> Record<'static> {
    let age = |moment: DateTime<Utc>| now.timestamp_millis().saturating_sub(moment.timestamp_millis());
    let mut record = Record::default();
    record
        .long(Field::Aal, session.aal)
        .long(Field::SignedInFor, age(session.auth_time))
        .long(Field::IdleFor, age(session.last_activity))
        .bool(Field::Revoked, session.revoked);
    record
}

pub(super) fn rules(rules: Rules) -> Record<'static> {
    let mut record = Record::default();
    record
        .bool(Field::AnyNationality, rules.any_nationality)
        .bool(Field::DenyUnrecorded, rules.deny_unrecorded)
        .bool(Field::EmergencyMembership, rules.emergency_membership)
        .bool(Field::IndustryContract, rules.industry_contract)
        .bool(Field::OwnerAcceptsUpward, rules.owner_accepts_upward)
        .bool(Field::OwnBriefingOnly, rules.own_briefing_only)
        .bool(Field::SameSchemeDevices, rules.same_scheme_devices);
    record
}

pub(super) fn device(device: Device<'_>, now: DateTime<Utc>) -> Record<'_> {
    let mut record = Record::default();
    record
        .bool(Field::Managed, device.managed)
        .long(Field::Rank, device.rank)
        .text_if(Field::Scheme, device.scheme);
    if let Some(reported) = device.posture_reported_at {
        let ago = now.timestamp_millis().saturating_sub(reported.timestamp_millis());
        record.long(Field::ReportedAgo, ago);
    }
    record
}

pub(super) fn label(label: &Label) -> Record<'_> {
    let mut record = Record::default();
    record
        .text(Field::Scheme, label.scheme())
        .long(Field::Rank, label.rank())
        .sorted(Field::Compartments, label.compartments())
        .texts(Field::ByClearance, label.by_clearance())
        .sorted(Field::ByRecipients, label.by_recipients())
        .bool(Field::NationalsOnly, label.nationals_only())
        .moment_if(Field::NotBefore, label.not_before());
    if let Some(nations) = label.audience().nations() {
        record.sorted(Field::Audience, nations);
    }
    record
}

pub(super) fn joined(joined: &Joined) -> Record<'_> {
    let mut record = Record::default();
    record
        .text(Field::Scheme, &joined.scheme)
        .long(Field::Rank, joined.rank)
        .sorted(Field::Compartments, &joined.compartments)
        .sorted(Field::ByClearance, &joined.compartments)
        .texts(Field::ByRecipients, [])
        .bool(Field::NationalsOnly, joined.nationals_only)
        .moment_if(Field::NotBefore, joined.not_before);
    if let Some(nations) = &joined.audience {
        record.sorted(Field::Audience, nations);
    }
    record
}

pub(super) fn place<'c>(place: &'c Place<'_>) -> Record<'c> {
    let channel = &place.channel;
    let mut record = Record::default();
    record
        .text(Field::Id, place.id)
        .record(Field::Label, label(&place.label))
        .bool(Field::Open, channel.state == ChannelState::Open)
        .bool(Field::Drift, channel.label_drift)
        .bool(Field::Listed, channel.listed)
        .bool(Field::ExternalsAllowed, channel.externals_allowed)
        .bool(Field::IndustryAllowed, channel.industry_allowed)
        .texts(Field::Missions, channel.missions.iter().map(MissionId::as_str))
        .bool(Field::ClosedList, channel.recipients.is_some())
        .bool(Field::NamesOwners, channel.owners.is_some());
    record
}

pub(super) fn here(here: Here) -> Record<'static> {
    let mut record = Record::default();
    record
        .bool(Field::Member, here.member)
        .bool(Field::Recipient, here.recipient)
        .bool(Field::Owner, here.owner);
    record
}

pub(super) fn node<'c>(node: Accredited<'c>, snapshot: &'c Snapshot, schemes: &Schemes) -> Record<'c> {
    let compartments = node
        .node
        .accreditation
        .iter()
        .flat_map(|held| held.compartments.iter());
    let mut record = Record::default();
    record
        .text(Field::Id, node.id)
        .long(Field::Rank, node.rank)
        .texts(Field::Compartments, compartments.map(String::as_str))
        .bool(Field::Agreement, node.node.agreement);
    if let Some(nations) = snapshot.nations(&node.node.communities, schemes) {
        record.sorted(Field::Nations, nations);
    } else {
        let named = node.node.communities.iter().map(String::as_str);
        record.owned(Field::Nations, schemes.communities().expand(named));
    }
    record
}

pub(super) fn asked<'c>(asked: &'c Asked<'_>) -> Record<'c> {
    let person = asked.person;
    let mut record = Record::default();
    record
        .record(Field::Label, label(&asked.label))
        .text_if(Field::Place, asked.place)
        .texts(
            Field::Nationalities,
            person.nationalities.iter().map(Country::as_str),
        )
        .text(Field::Briefing, asked.briefing())
        .texts(Field::Briefings, person.briefings.iter().map(String::as_str))
        .texts(Field::BriefingsAccepted, asked.briefings_accepted())
        .record_if(Field::Used, asked.used.map(grant))
        .record_if(Field::Suspended, asked.suspended.map(grant))
        .record_if(Field::Lapsed, asked.lapsed.map(grant))
        .bool(Field::Holds, asked.holds)
        .bool(Field::Reachable, asked.reachable)
        .texts(Field::Compartments, asked.compartments.iter().copied());
    record
}

fn grant(grant: Grant<'_>) -> Record<'_> {
    let clearance = grant.clearance;
    let lasts = clearance
        .valid_until
        .timestamp_millis()
        .saturating_sub(clearance.valid_from.timestamp_millis());
    let mut record = Record::default();
    record
        .text(Field::Scheme, &clearance.scheme)
        .long(Field::Rank, grant.rank)
        .text(Field::Kind, clearance_kind(clearance.kind))
        .text(Field::State, clearance_state(clearance.state))
        .moment(Field::ValidFrom, clearance.valid_from)
        .moment(Field::ValidUntil, clearance.valid_until)
        .long(Field::Lasts, lasts)
        .bool(
            Field::Rejected,
            clearance.attestation == Some(Attestation::Rejected),
        )
        .text_if(Field::Channel, clearance.channel.as_ref().map(AsRef::as_ref));
    if let Some(agreement) = grant.agreement {
        let terms = agreement.terms();
        let covers = [(terms.clearances, "clearances"), (terms.labels, "labels")];
        let covers = covers.into_iter().filter(|(covered, _)| *covered);
        let mut used = Record::default();
        used.text(Field::Id, agreement.id())
            .text(Field::From, &terms.from)
            .text(Field::To, &terms.to)
            .moment(Field::ValidFrom, terms.valid_from)
            .moment(Field::ValidUntil, terms.valid_until)
            .texts(Field::Covers, covers.map(|(_, name)| name));
        record.record(Field::Agreement, used);
    }
    record
}

fn roles(person: &Person) -> impl Iterator<Item = &str> {
    person.roles.iter().map(|role| match role {
        Role::Archiver => "archiver",
        Role::Auditor => "auditor",
        Role::Bot => "bot",
        Role::External => "external",
        Role::Guest => "guest",
        Role::Member => "member",
        Role::Owner => "owner",
        Role::SecurityOfficer => "security_officer",
        Role::Sysadmin => "sysadmin",
    })
}

fn kind(kind: PersonKind) -> &'static str {
    match kind {
        PersonKind::Government => "government",
        PersonKind::Industry => "industry",
        PersonKind::Military => "military",
        PersonKind::Outsider => "outsider",
        PersonKind::Service => "service",
    }
}

fn clearance_kind(kind: ClearanceKind) -> &'static str {
    match kind {
        ClearanceKind::Attested => "attested",
        ClearanceKind::Emergency => "emergency",
        ClearanceKind::Personnel => "personnel",
        ClearanceKind::Service => "service",
    }
}

fn clearance_state(state: ClearanceState) -> &'static str {
    match state {
        ClearanceState::Active => "active",
        ClearanceState::Revoked => "revoked",
        ClearanceState::Suspended => "suspended",
    }
}
