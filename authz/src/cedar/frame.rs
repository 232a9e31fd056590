// SPDX-License-Identifier: Apache-2.0
//! What the policies read about a case: principal, action, resource and context, in the shapes of
//! `policies/schema.cedarschema`. Nothing here decides.

use std::borrow::Cow;
use std::cell::Cell;

use chrono::{DateTime, Utc};
use countersign_labels::Schemes;

use super::facts;
use super::request::Unbuildable;
use super::value::{Field, Record};
use crate::Snapshot;
use crate::action::Kind;
use crate::resolve::{Case, Named};

/// A case as the policies see it.
#[derive(Debug)]
pub(crate) struct Frame<'c> {
    pub(super) action: &'static str,
    pub(super) principal: Thing<'c>,
    pub(super) resource: Thing<'c>,
    /// The channel concerned; what an item is in.
    pub(super) channel: Option<&'c str>,
    pub(super) context: Record<'c>,
    /// In how many milliseconds the first of the comparisons made so far comes out differently.
    flips_in: Cell<Option<i64>>,
    /// Whether one of them comes out differently when the session was used later.
    hangs_on_activity: Cell<bool>,
}

/// An entity of the schema.
#[derive(Debug)]
pub(super) struct Thing<'c> {
    pub(super) kind: Type,
    pub(super) id: Cow<'c, str>,
    pub(super) attributes: Record<'c>,
}

/// The types of entities in the schema that are no actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Type {
    Channel,
    Item,
    Matter,
    User,
}

impl Type {
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "Channel" => Self::Channel,
            "Item" => Self::Item,
            "Matter" => Self::Matter,
            "User" => Self::User,
            _ => return None,
        })
    }
}

impl<'c> Frame<'c> {
    /// Lays a case out.
    pub(crate) fn of(
        case: &'c Case<'_>,
        snapshot: &'c Snapshot,
        schemes: &Schemes,
        now: DateTime<Utc>,
    ) -> Result<Self, Unbuildable> {
        Ok(Self {
            action: case.action.name,
            principal: user(case.subject, snapshot),
            resource: resource(case, snapshot)?,
            channel: case.place.as_ref().map(|place| place.id),
            context: context(case, snapshot, schemes, now)?,
            flips_in: Cell::new(None),
            hangs_on_activity: Cell::new(false),
        })
    }

    /// Notes that a comparison comes out differently in so many milliseconds.
    pub(super) fn flips(&self, milliseconds: i64) {
        let first = self
            .flips_in
            .get()
            .map_or(milliseconds, |held| held.min(milliseconds));
        self.flips_in.set(Some(first));
    }

    /// Notes that a comparison comes out differently when the session was used later.
    pub(super) fn note_activity(&self) {
        self.hangs_on_activity.set(true);
    }

    /// Whether what was said of this frame may change when the session was used later.
    pub(crate) fn hangs_on_activity(&self) -> bool {
        self.hangs_on_activity.get()
    }

    /// In how many milliseconds time alone changes what was said of this frame, if ever.
    pub(crate) fn flips_in(&self) -> Option<i64> {
        self.flips_in.get()
    }
}

fn user<'c>(named: Named<'c>, snapshot: &Snapshot) -> Thing<'c> {
    Thing {
        kind: Type::User,
        id: Cow::Borrowed(named.id),
        attributes: facts::person(named, snapshot),
    }
}

fn resource<'c>(case: &'c Case<'_>, snapshot: &'c Snapshot) -> Result<Thing<'c>, Unbuildable> {
    let bare = |kind, id| Thing {
        kind,
        id,
        attributes: Record::default(),
    };
    let typed = || Cow::Owned(format!("{}:{}", case.resource.kind, case.resource.id));
    Ok(match case.action.kind {
        Kind::Administration | Kind::Ask => bare(Type::Matter, typed()),
        Kind::Direct => {
            let id = case.resource.id.as_str();
            let person = snapshot.person(id).ok_or(Unbuildable)?;
            user(Named { id, person }, snapshot)
        }
        Kind::Download | Kind::Forward | Kind::Read => bare(Type::Item, typed()),
        _ => bare(
            Type::Channel,
            Cow::Borrowed(case.place.as_ref().ok_or(Unbuildable)?.id),
        ),
    })
}

fn context<'c>(
    case: &'c Case<'_>,
    snapshot: &'c Snapshot,
    schemes: &Schemes,
    now: DateTime<Utc>,
) -> Result<Record<'c>, Unbuildable> {
    let mut record = Record::default();
    moment(&mut record, case, snapshot, schemes, now);
    if let Some(stake) = &case.stake {
        record.record(Field::Stake, facts::label(stake));
    }
    match case.action.kind {
        Kind::Administration => administration(&mut record, case, snapshot),
        Kind::Ask => {}
        Kind::Direct => {
            asked(&mut record, case, snapshot);
            record.bool(Field::MembersNotCleared, case.members.not_cleared);
        }
        _ => {
            place(&mut record, case)?;
            asked(&mut record, case, snapshot);
        }
    }
    match case.action.kind {
        Kind::Call | Kind::Federate => {
            record.record(
                Field::Node,
                facts::node(case.node.ok_or(Unbuildable)?, snapshot, schemes),
            );
        }
        Kind::Classify => {
            let new = case.sent.as_deref().ok_or(Unbuildable)?;
            record.record(Field::NewLabel, facts::label(new));
        }
        Kind::Forward | Kind::Post | Kind::Upload => moved(&mut record, case, schemes)?,
        _ => {}
    }
    Ok(record)
}

fn moment<'c>(
    record: &mut Record<'c>,
    case: &'c Case<'_>,
    snapshot: &'c Snapshot,
    schemes: &Schemes,
    now: DateTime<Utc>,
) {
    let facts = case.facts;
    let session = facts.session.as_ref();
    record
        .moment(Field::Now, now)
        .bool(Field::Standing, facts.standing)
        .bool(Field::RecordAvailable, facts.audit_available)
        .record_if(
            Field::Session,
            session.map(|session| facts::session(session, now)),
        )
        .record(Field::Device, facts::device(case.device, now))
        .text_if(Field::Location, facts.location.as_deref())
        .texts(
            Field::BlockedLocations,
            snapshot.settings().blocked_locations.iter().map(String::as_str),
        )
        .record(Field::Rules, facts::rules(snapshot.settings().rules))
        .record_if(
            Field::Server,
            case.server.map(|server| facts::node(server, snapshot, schemes)),
        )
        .record_if(Field::Approver, case.approver.map(facts::approver));
}

fn administration<'c>(record: &mut Record<'c>, case: &'c Case<'_>, snapshot: &Snapshot) {
    let wanted = snapshot.settings().administration;
    let mut administration = Record::default();
    administration
        .long(Field::Aal, wanted.aal)
        .bool(Field::ManagedDevice, wanted.managed_device);
    let resource = (case.resource.kind == "user").then_some(case.resource.id.as_str());
    let about = resource.into_iter().chain(case.target.map(|target| target.id));
    record
        .record(Field::Administration, administration)
        .texts(Field::About, about)
        .text_if(Field::Requester, case.requester);
}

fn place<'c>(record: &mut Record<'c>, case: &'c Case<'_>) -> Result<(), Unbuildable> {
    let place = case.place.as_ref().ok_or(Unbuildable)?;
    record
        .record(Field::Place, facts::place(place))
        .record(Field::Here, facts::here(place.here(case.subject.id)));
    Ok(())
}

fn asked<'c>(record: &mut Record<'c>, case: &'c Case<'_>, snapshot: &Snapshot) {
    record
        .record_if(Field::Asked, case.asked.as_ref().map(facts::asked))
        .record_if(Field::TargetAsked, case.target_asked.as_ref().map(facts::asked));
    if let (Some(target), Some(_)) = (case.target, &case.target_asked) {
        record.record(Field::Target, facts::person(target, snapshot));
    }
}

fn moved<'c>(record: &mut Record<'c>, case: &'c Case<'_>, schemes: &Schemes) -> Result<(), Unbuildable> {
    record
        .record_if(Field::Moved, case.load.label.as_ref().map(facts::joined))
        .texts(
            Field::Originators,
            case.load.originators.iter().map(String::as_str),
        )
        .texts(Field::Foreign, case.load.foreign.iter().map(String::as_str))
        .bool(Field::MembersNotCleared, case.members.not_cleared);
    if case.action.kind == Kind::Forward {
        let to = case.to.as_ref().ok_or(Unbuildable)?;
        record
            .record(Field::To, facts::place(to))
            .record(Field::There, facts::here(to.here(case.subject.id)));
        return Ok(());
    }
    let faults = case
        .sent
        .as_deref()
        .and_then(|sent| Some(schemes.scheme(sent.scheme())?.faults(sent)));
    record
        .record_if(Field::Sent, case.sent.as_deref().map(facts::label))
        .owned(
            Field::SentFaults,
            faults.into_iter().flatten().map(|fault| fault.tag),
        );
    Ok(())
}
