// SPDX-License-Identifier: Apache-2.0
//! The Cedar request of a case: principal, action, resource, context, and the few entities that it
//! needs. Nothing here decides.

use std::collections::{HashMap, HashSet};

use cedar_policy::{Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, Schema};
use chrono::{DateTime, Utc};
use countersign_labels::Schemes;

use super::facts;
use super::record::Record;
use crate::Snapshot;
use crate::action::Kind;
use crate::resolve::Case;

/// A value that Cedar does not take. It counts as an evaluation error: deny.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the facts do not fit the policy schema")]
pub(crate) struct Unbuildable;

/// What the authorizer is asked.
#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) request: Request,
    pub(crate) entities: Entities,
}

/// The types of entities of the schema, parsed once.
#[derive(Debug, Clone)]
pub(crate) struct Types {
    action: EntityTypeName,
    channel: EntityTypeName,
    item: EntityTypeName,
    matter: EntityTypeName,
    user: EntityTypeName,
    /// The actions with the groups they are in.
    actions: HashMap<&'static str, Entity>,
}

impl Types {
    pub(crate) fn new(schema: &Schema) -> Result<Self, Unbuildable> {
        let known = schema.action_entities().map_err(|_| Unbuildable)?;
        let kind: EntityTypeName = "Action".parse().map_err(|_| Unbuildable)?;
        let actions = crate::action::actions()
            .map(|name| Some((name, known.get(&uid(&kind, name))?.clone())))
            .collect::<Option<_>>()
            .ok_or(Unbuildable)?;
        let name = |text: &str| text.parse::<EntityTypeName>().map_err(|_| Unbuildable);
        Ok(Self {
            action: name("Action")?,
            channel: name("Channel")?,
            item: name("Item")?,
            matter: name("Matter")?,
            user: name("User")?,
            actions,
        })
    }

    pub(crate) fn of(schema: &Schema) -> Result<Self, crate::LoadError> {
        Self::new(schema).map_err(|error| crate::LoadError::Schema(error.to_string()))
    }

    pub(crate) fn action(&self, name: &str) -> EntityUid {
        uid(&self.action, name)
    }
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

/// Builds the request. The schema is checked where the build checks itself; the shapes here are the
/// schema's by construction.
pub(crate) fn asking(
    case: &Case<'_>,
    snapshot: &Snapshot,
    schemes: &Schemes,
    types: &Types,
    schema: &Schema,
    now: DateTime<Utc>,
) -> Result<Asking, Unbuildable> {
    let mut record = Record::default();
    moment(&mut record, case, snapshot, schemes, now)?;
    if let Some(stake) = &case.stake {
        record.put("stake", facts::label(stake)?);
    }
    match case.action.kind {
        Kind::Administration => administration(&mut record, case, snapshot)?,
        Kind::Ask => {}
        Kind::Direct => asked(&mut record, case, snapshot)?,
        _ => {
            place(&mut record, case)?;
            asked(&mut record, case, snapshot)?;
        }
    }
    match case.action.kind {
        Kind::Call | Kind::Federate => {
            record.put("node", facts::node(case.node.ok_or(Unbuildable)?, schemes)?);
        }
        Kind::Classify => {
            record.put(
                "new_label",
                facts::label(case.sent.as_deref().ok_or(Unbuildable)?)?,
            );
        }
        Kind::Forward | Kind::Post | Kind::Upload => moved(&mut record, case, schemes)?,
        _ => {}
    }
    let context = Context::from_pairs(record.pairs()).map_err(|_| Unbuildable)?;
    let principal = uid(&types.user, case.subject.id);
    let (resource, entities) = entities(case, snapshot, types, &principal)?;
    let check = cfg!(debug_assertions).then_some(schema);
    let request = Request::new(
        principal,
        types.action(case.action.name),
        resource,
        context,
        check,
    )
    .map_err(|_| Unbuildable)?;
    Ok(Asking { request, entities })
}

fn moment(
    record: &mut Record,
    case: &Case<'_>,
    snapshot: &Snapshot,
    schemes: &Schemes,
    now: DateTime<Utc>,
) -> Result<(), Unbuildable> {
    let facts = case.facts;
    let mut device = Record::default();
    device
        .bool("managed", case.device.managed)
        .long("rank", case.device.rank);
    if let Some(reported) = case.device.posture_reported_at {
        let ago = now.timestamp_millis().saturating_sub(reported.timestamp_millis());
        device.long("reported_ago", ago);
    }
    record
        .moment("now", now)
        .bool("standing", facts.standing)
        .bool("record_available", facts.audit_available)
        .maybe(
            "session",
            facts
                .session
                .as_ref()
                .map(|session| facts::session(session, now))
                .transpose()?,
        )
        .put("device", device.build()?)
        .maybe("location", facts.location.as_deref().map(super::record::text))
        .texts(
            "blocked_locations",
            snapshot.settings().blocked_locations.iter().map(String::as_str),
        )
        .maybe(
            "server",
            case.server
                .map(|server| facts::node(server, schemes))
                .transpose()?,
        )
        .maybe("approver", case.approver.map(facts::approver).transpose()?);
    Ok(())
}

fn administration(record: &mut Record, case: &Case<'_>, snapshot: &Snapshot) -> Result<(), Unbuildable> {
    let wanted = snapshot.settings().administration;
    let mut administration = Record::default();
    administration
        .long("aal", wanted.aal)
        .bool("managed_device", wanted.managed_device);
    let resource = (case.resource.kind == "user").then_some(case.resource.id.as_str());
    let about = resource.into_iter().chain(case.target.map(|target| target.id));
    record
        .put("administration", administration.build()?)
        .texts("about", about)
        .maybe("requester", case.requester.map(super::record::text));
    Ok(())
}

fn place(record: &mut Record, case: &Case<'_>) -> Result<(), Unbuildable> {
    let place = case.place.as_ref().ok_or(Unbuildable)?;
    record
        .put("place", facts::place(place)?)
        .put("here", facts::here(place.here(case.subject.id))?);
    Ok(())
}

fn asked(record: &mut Record, case: &Case<'_>, snapshot: &Snapshot) -> Result<(), Unbuildable> {
    record
        .maybe("asked", case.asked.as_ref().map(facts::asked).transpose()?)
        .maybe(
            "target_asked",
            case.target_asked.as_ref().map(facts::asked).transpose()?,
        );
    if let (Some(target), Some(_)) = (case.target, &case.target_asked) {
        record.put("target", facts::person(target, snapshot).build()?);
    }
    Ok(())
}

fn moved(record: &mut Record, case: &Case<'_>, schemes: &Schemes) -> Result<(), Unbuildable> {
    record
        .maybe("moved", case.load.label.as_ref().map(facts::joined).transpose()?)
        .texts("originators", case.load.originators.iter().map(String::as_str))
        .texts("foreign", case.load.foreign.iter().map(String::as_str))
        .bool("members_not_cleared", case.members.not_cleared);
    if case.action.kind == Kind::Forward {
        let to = case.to.as_ref().ok_or(Unbuildable)?;
        record
            .put("to", facts::place(to)?)
            .put("there", facts::here(to.here(case.subject.id))?);
        return Ok(());
    }
    let faults = case
        .sent
        .as_deref()
        .and_then(|sent| Some(schemes.scheme(sent.scheme())?.faults(sent)));
    let faults = faults.unwrap_or_default();
    record
        .maybe("sent", case.sent.as_deref().map(facts::label).transpose()?)
        .texts("sent_faults", faults.iter().map(|fault| fault.tag.as_str()));
    Ok(())
}

fn entities(
    case: &Case<'_>,
    snapshot: &Snapshot,
    types: &Types,
    principal: &EntityUid,
) -> Result<(EntityUid, Entities), Unbuildable> {
    let attributes: HashMap<_, _> = facts::person(case.subject, snapshot)
        .pairs()
        .into_iter()
        .collect();
    let subject = Entity::new(principal.clone(), attributes, HashSet::new()).map_err(|_| Unbuildable)?;
    let channel = case.place.as_ref().map(|place| uid(&types.channel, place.id));
    let mut all = vec![subject];
    all.extend(types.actions.get(case.action.name).cloned());
    let resource = match case.action.kind {
        Kind::Administration | Kind::Ask => uid(
            &types.matter,
            &format!("{}:{}", case.resource.kind, case.resource.id),
        ),
        Kind::Direct => {
            let person = snapshot.person(&case.resource.id).ok_or(Unbuildable)?;
            let named = crate::resolve::Named {
                id: &case.resource.id,
                person,
            };
            let resource = uid(&types.user, named.id);
            if resource != *principal {
                let attributes = facts::person(named, snapshot).pairs().into_iter().collect();
                all.push(Entity::new(resource.clone(), attributes, HashSet::new()).map_err(|_| Unbuildable)?);
            }
            resource
        }
        Kind::Download | Kind::Forward | Kind::Read => {
            let item = uid(
                &types.item,
                &format!("{}:{}", case.resource.kind, case.resource.id),
            );
            let parents = channel.iter().cloned().collect();
            all.push(Entity::new(item.clone(), HashMap::new(), parents).map_err(|_| Unbuildable)?);
            item
        }
        _ => channel.clone().ok_or(Unbuildable)?,
    };
    all.extend(channel.map(Entity::with_uid));
    let entities = Entities::from_entities(all, None).map_err(|_| Unbuildable)?;
    Ok((resource, entities))
}
