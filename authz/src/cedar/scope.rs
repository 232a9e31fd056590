// SPDX-License-Identifier: Apache-2.0
//! The policies sorted by what their scope names, so that a question meets only those whose scope
//! takes it, however many there are. Sound, because a policy whose scope does not take a question
//! can neither decide nor err.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use cedar_policy::pst::EntityUID;
use cedar_policy::{
    ActionConstraint, Effect, Entities, EntityId, EntityTypeName, EntityUid, Policy, PrincipalConstraint,
    ResourceConstraint, Schema,
};

use super::compile::{Code, condition};
use super::frame::{Frame, Thing, Type};
use super::policies::Checked;
use super::request::Unbuildable;

/// All policies, by action and by whom or what they name.
#[derive(Debug, Default)]
pub(super) struct Scopes(HashMap<&'static str, Shelf>);

/// The policies for one action.
#[derive(Debug, Default)]
struct Shelf {
    /// Those that name neither a principal nor a resource.
    always: Vec<Arc<Ready>>,
    by_principal: HashMap<String, Vec<Arc<Ready>>>,
    /// Those that name no principal, by the id of the resource or channel.
    by_resource: HashMap<String, Vec<Arc<Ready>>>,
}

/// A policy made ready.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) policy: Policy,
    pub(super) effect: Effect,
    /// None where Cedar has to be asked.
    pub(super) condition: Option<Code>,
    principal: Named,
    resource: Named,
}

/// What a scope says of one entity.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    Any,
    /// Of a type.
    Is(Type),
    /// Itself.
    Equals(Type, String),
    /// Itself or what is in it; of a type, where one is given.
    Within(Option<Type>, Type, String),
    /// Nothing of ours.
    Nothing,
}

impl Scopes {
    pub(super) fn new(checked: &Checked, schema: &Schema) -> Result<Self, Unbuildable> {
        let groups = Groups::of(schema)?;
        let mut scopes = Self::default();
        for policy in checked.policies.policies() {
            let ready = Arc::new(Ready::new(policy, &groups));
            for action in groups.of_policy(policy) {
                scopes.0.entry(action).or_default().put(Arc::clone(&ready));
            }
        }
        Ok(scopes)
    }

    /// The policies whose scope takes the question.
    pub(super) fn candidates<'s>(&'s self, frame: &'s Frame<'s>) -> impl Iterator<Item = &'s Ready> + Clone {
        let sorted = self.0.get(frame.action);
        let named = |held: Option<&'s Vec<Arc<Ready>>>| held.map(Vec::as_slice).unwrap_or_default();
        let by_resource = |id: &str| named(sorted.and_then(|all| all.by_resource.get(id)));
        let channel = frame.channel.filter(|id| *id != frame.resource.id);
        let always = sorted.map(|all| all.always.as_slice()).unwrap_or_default();
        always
            .iter()
            .chain(named(
                sorted.and_then(|all| all.by_principal.get(frame.principal.id.as_ref())),
            ))
            .chain(by_resource(&frame.resource.id))
            .chain(channel.map(by_resource).unwrap_or_default())
            .map(AsRef::as_ref)
            .filter(|ready| ready.takes(frame))
    }
}

impl Shelf {
    fn put(&mut self, ready: Arc<Ready>) {
        let beside = match (&ready.principal, &ready.resource) {
            (Named::Nothing, _) | (_, Named::Nothing) => return,
            (Named::Equals(_, id) | Named::Within(_, _, id), _) => {
                self.by_principal.entry(id.clone()).or_default()
            }
            (_, Named::Equals(_, id) | Named::Within(_, _, id)) => {
                self.by_resource.entry(id.clone()).or_default()
            }
            _ => &mut self.always,
        };
        beside.push(ready);
    }
}

impl Ready {
    fn new(policy: &Policy, groups: &Groups) -> Self {
        let condition = policy
            .to_pst()
            .ok()
            .and_then(|written| condition(&written, &|group| groups.members(group)));
        Self {
            policy: policy.clone(),
            effect: policy.effect(),
            condition,
            principal: match policy.principal_constraint() {
                PrincipalConstraint::Any => Named::Any,
                PrincipalConstraint::Eq(uid) => Named::equals(&uid),
                PrincipalConstraint::In(uid) => Named::within(None, &uid),
                PrincipalConstraint::Is(kind) => Named::is(&kind),
                PrincipalConstraint::IsIn(kind, uid) => Named::within(Some(&kind), &uid),
            },
            resource: match policy.resource_constraint() {
                ResourceConstraint::Any => Named::Any,
                ResourceConstraint::Eq(uid) => Named::equals(&uid),
                ResourceConstraint::In(uid) => Named::within(None, &uid),
                ResourceConstraint::Is(kind) => Named::is(&kind),
                ResourceConstraint::IsIn(kind, uid) => Named::within(Some(&kind), &uid),
            },
        }
    }

    fn takes(&self, frame: &Frame<'_>) -> bool {
        self.principal.takes(&frame.principal, None) && self.resource.takes(&frame.resource, frame.channel)
    }
}

impl Named {
    fn is(kind: &EntityTypeName) -> Self {
        type_of(kind).map_or(Self::Nothing, Self::Is)
    }

    fn equals(uid: &EntityUid) -> Self {
        let id = uid.id().unescaped().to_owned();
        type_of(uid.type_name()).map_or(Self::Nothing, |kind| Self::Equals(kind, id))
    }

    fn within(is: Option<&EntityTypeName>, uid: &EntityUid) -> Self {
        let id = uid.id().unescaped().to_owned();
        match (is.map(type_of), type_of(uid.type_name())) {
            (Some(None), _) | (_, None) => Self::Nothing,
            (Some(is), Some(kind)) => Self::Within(is, kind, id),
            (None, Some(kind)) => Self::Within(None, kind, id),
        }
    }

    fn takes(&self, thing: &Thing<'_>, channel: Option<&str>) -> bool {
        let itself = |kind: Type, id: &str| thing.kind == kind && thing.id == id;
        match self {
            Self::Any => true,
            Self::Is(kind) => thing.kind == *kind,
            Self::Equals(kind, id) => itself(*kind, id),
            Self::Within(is, kind, id) => {
                let inside = thing.kind == Type::Item && *kind == Type::Channel && channel == Some(id);
                is.is_none_or(|is| thing.kind == is) && (inside || itself(*kind, id))
            }
            Self::Nothing => false,
        }
    }
}

fn type_of(name: &EntityTypeName) -> Option<Type> {
    Type::named(&name.to_string())
}

/// The actions of the schema with the groups they are in.
pub(super) struct Groups(Entities);

impl Groups {
    pub(super) fn of(schema: &Schema) -> Result<Self, Unbuildable> {
        schema.action_entities().map(Self).map_err(|_| Unbuildable)
    }

    /// The actions that a policy's scope takes.
    pub(super) fn of_policy(&self, policy: &Policy) -> Vec<&'static str> {
        let takes = |action: &&'static str| match policy.action_constraint() {
            ActionConstraint::Any => true,
            ActionConstraint::Eq(one) => one.id().unescaped() == *action,
            ActionConstraint::In(groups) => groups.iter().any(|group| self.is_in(action, group)),
        };
        crate::action::actions().filter(takes).collect()
    }

    /// The names of the actions that a group holds, or of the action itself.
    fn members(&self, group: &EntityUID) -> Option<BTreeSet<String>> {
        let kind: EntityTypeName = group.ty.to_string().parse().ok()?;
        let group = EntityUid::from_type_name_and_id(kind, EntityId::new(&group.eid));
        let held = crate::action::actions().filter(|action| self.is_in(action, &group));
        Some(held.map(str::to_owned).collect())
    }

    fn is_in(&self, action: &str, group: &EntityUid) -> bool {
        let action = EntityUid::from_type_name_and_id(group.type_name().clone(), EntityId::new(action));
        action == *group || self.0.is_ancestor_of(group, &action)
    }
}
