// SPDX-License-Identifier: Apache-2.0
//! The records of `policies/schema.cedarschema`, each from one of our types.

use cedar_policy::RestrictedExpression;
use chrono::{DateTime, Utc};
use countersign_directory::{
    Attestation, ChannelState, ClearanceKind, ClearanceState, Country, MissionId, Person, PersonKind, Role,
    Status,
};
use countersign_labels::{Label, Schemes};

use super::record::{Record, text};
use super::request::Unbuildable;
use crate::Snapshot;
use crate::facts::SessionFacts;
use crate::resolve::{Accredited, Asked, Grant, Here, Joined, Named, Place, is_sponsored};

type Built = Result<RestrictedExpression, Unbuildable>;

pub(super) fn person(named: Named<'_>, snapshot: &Snapshot) -> Record {
    let Named { id, person } = named;
    let rejected =
        |clearance: &countersign_directory::Clearance| clearance.attestation == Some(Attestation::Rejected);
    let mut record = Record::default();
    record
        .text("id", id)
        .bool("active", person.status == Status::Active)
        .text("kind", kind(person.kind))
        .texts("roles", roles(person))
        .texts("nationalities", person.nationalities.iter().map(Country::as_str))
        .maybe(
            "agency",
            person.agency.as_ref().map(|agency| text(agency.as_str())),
        )
        .texts("missions", person.missions.iter().map(MissionId::as_str))
        .bool("sponsored", is_sponsored(person, snapshot))
        .bool("rejected", person.clearances.iter().any(rejected));
    record
}

pub(super) fn approver(named: Named<'_>) -> Built {
    let mut record = Record::default();
    record
        .text("id", named.id)
        .bool("active", named.person.status == Status::Active)
        .texts("roles", roles(named.person));
    record.build()
}

pub(super) fn session(session: &SessionFacts, now: DateTime<Utc>) -> Built {
    let age = |moment: DateTime<Utc>| now.timestamp_millis().saturating_sub(moment.timestamp_millis());
    let mut record = Record::default();
    record
        .long("aal", session.aal)
        .long("signed_in_for", age(session.auth_time))
        .long("idle_for", age(session.last_activity))
        .bool("revoked", session.revoked);
    record.build()
}

pub(super) fn label(label: &Label) -> Built {
    let mut record = Record::default();
    record
        .text("scheme", label.scheme())
        .long("rank", label.rank())
        .texts("compartments", label.compartments().iter().map(String::as_str))
        .texts("by_clearance", label.by_clearance())
        .texts("by_recipients", label.by_recipients().iter().map(String::as_str))
        .bool("nationals_only", label.nationals_only());
    if let Some(nations) = label.audience().nations() {
        record.texts("audience", nations.iter().map(String::as_str));
    }
    if let Some(moment) = label.not_before() {
        record.moment("not_before", moment);
    }
    record.build()
}

pub(super) fn joined(joined: &Joined) -> Built {
    let mut record = Record::default();
    record
        .text("scheme", &joined.scheme)
        .long("rank", joined.rank)
        .texts("compartments", joined.compartments.iter().map(String::as_str))
        .texts("by_clearance", joined.compartments.iter().map(String::as_str))
        .texts("by_recipients", [])
        .bool("nationals_only", joined.nationals_only);
    if let Some(nations) = &joined.audience {
        record.texts("audience", nations.iter().map(String::as_str));
    }
    if let Some(moment) = joined.not_before {
        record.moment("not_before", moment);
    }
    record.build()
}

pub(super) fn place(place: &Place<'_>) -> Built {
    let channel = &place.channel;
    let mut record = Record::default();
    record
        .text("id", place.id)
        .put("label", label(&place.label)?)
        .bool("open", channel.state == ChannelState::Open)
        .bool("drift", channel.label_drift)
        .bool("listed", channel.listed)
        .bool("externals_allowed", channel.externals_allowed)
        .bool("industry_allowed", channel.industry_allowed)
        .texts("missions", channel.missions.iter().map(MissionId::as_str))
        .bool("closed_list", channel.recipients.is_some())
        .bool("names_owners", channel.owners.is_some());
    record.build()
}

pub(super) fn here(here: Here) -> Built {
    let mut record = Record::default();
    record
        .bool("member", here.member)
        .bool("recipient", here.recipient)
        .bool("owner", here.owner);
    record.build()
}

pub(super) fn node(node: Accredited<'_>, schemes: &Schemes) -> Built {
    let nations = schemes
        .communities()
        .expand(node.node.communities.iter().map(String::as_str));
    let compartments = node
        .node
        .accreditation
        .iter()
        .flat_map(|held| held.compartments.iter());
    let mut record = Record::default();
    record
        .text("id", node.id)
        .long("rank", node.rank)
        .texts("compartments", compartments.map(String::as_str))
        .bool("agreement", node.node.agreement)
        .texts("nations", nations.iter().map(String::as_str));
    record.build()
}

pub(super) fn asked(asked: &Asked<'_>) -> Built {
    let person = asked.person;
    let mut record = Record::default();
    record
        .put("label", label(&asked.label)?)
        .maybe("place", asked.place.map(text))
        .texts("nationalities", person.nationalities.iter().map(Country::as_str))
        .texts("briefings", person.briefings.iter().map(String::as_str))
        .texts("briefings_accepted", asked.briefings_accepted.iter().copied())
        .maybe("used", asked.used.map(grant).transpose()?)
        .maybe("suspended", asked.suspended.map(grant).transpose()?)
        .maybe("lapsed", asked.lapsed.map(grant).transpose()?)
        .bool("holds", asked.holds)
        .bool("reachable", asked.reachable)
        .texts("compartments", asked.compartments.iter().copied());
    record.build()
}

fn grant(grant: Grant<'_>) -> Built {
    let clearance = grant.clearance;
    let lasts = clearance
        .valid_until
        .timestamp_millis()
        .saturating_sub(clearance.valid_from.timestamp_millis());
    let mut record = Record::default();
    record
        .text("scheme", &clearance.scheme)
        .long("rank", grant.rank)
        .text("kind", clearance_kind(clearance.kind))
        .text("state", clearance_state(clearance.state))
        .moment("valid_from", clearance.valid_from)
        .moment("valid_until", clearance.valid_until)
        .long("lasts", lasts)
        .bool("rejected", clearance.attestation == Some(Attestation::Rejected))
        .maybe(
            "channel",
            clearance.channel.as_ref().map(|channel| text(channel.as_str())),
        );
    if let Some(agreement) = grant.agreement {
        let terms = agreement.terms();
        let covers = [(terms.clearances, "clearances"), (terms.labels, "labels")];
        let mut used = Record::default();
        used.text("id", agreement.id())
            .text("from", &terms.from)
            .text("to", &terms.to)
            .moment("valid_from", terms.valid_from)
            .moment("valid_until", terms.valid_until)
            .texts(
                "covers",
                covers
                    .into_iter()
                    .filter(|(covered, _)| *covered)
                    .map(|(_, name)| name),
            );
        record.put("agreement", used.build()?);
    }
    record.build()
}

fn roles(person: &Person) -> impl Iterator<Item = &'static str> {
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
