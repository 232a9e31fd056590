// SPDX-License-Identifier: Apache-2.0
//! A frame as Cedar's own request, with the few entities that it needs.

use std::collections::{HashMap, HashSet};

use cedar_policy::{Context, Entities, Entity, EntityId, EntityTypeName, EntityUid, Request, Schema};

use super::frame::{Frame, Thing, Type};

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

    fn entity(&self, thing: &Thing<'_>, parents: HashSet<EntityUid>) -> Result<Entity, Unbuildable> {
        let kind = match thing.kind {
            Type::Channel => &self.channel,
            Type::Item => &self.item,
            Type::Matter => &self.matter,
            Type::User => &self.user,
        };
        let attributes = thing.attributes.to_cedar()?.into_iter().collect();
        Entity::new(uid(kind, &thing.id), attributes, parents).map_err(|_| Unbuildable)
    }
}

fn uid(kind: &EntityTypeName, id: &str) -> EntityUid {
    EntityUid::from_type_name_and_id(kind.clone(), EntityId::new(id))
}

/// Builds the request. The schema is checked where the build checks itself; the shapes here are the
/// schema's by construction.
pub(crate) fn asking(frame: &Frame<'_>, types: &Types, schema: &Schema) -> Result<Asking, Unbuildable> {
    let context = Context::from_pairs(frame.context.to_cedar()?).map_err(|_| Unbuildable)?;
    let principal = types.entity(&frame.principal, HashSet::new())?;
    let channel = frame.channel.map(|id| uid(&types.channel, id));
    let parents = channel.iter().filter(|_| frame.resource.kind == Type::Item);
    let resource = types.entity(&frame.resource, parents.cloned().collect())?;
    let (principal_id, resource_id) = (principal.uid(), resource.uid());
    let mut all = vec![principal];
    if resource_id != principal_id {
        all.push(resource);
    }
    all.extend(types.actions.get(frame.action).cloned());
    all.extend(
        channel
            .filter(|channel| *channel != resource_id)
            .map(Entity::with_uid),
    );
    let entities = Entities::from_entities(all, None).map_err(|_| Unbuildable)?;
    let check = cfg!(debug_assertions).then_some(schema);
    let request = Request::new(
        principal_id,
        types.action(frame.action),
        resource_id,
        context,
        check,
    )
    .map_err(|_| Unbuildable)?;
    Ok(Asking { request, entities })
}
